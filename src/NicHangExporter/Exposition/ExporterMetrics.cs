using Prometheus;

namespace NicHangExporter.Exposition;

/// <summary>
/// The metrics whose values belong to this program, in a registry of its own. They live as long as the process; the series of a
/// device exist, at zero, from the moment it is known, so that the first event is an increase.
/// </summary>
internal sealed class ExporterMetrics
{
    private static readonly string[] ByDevice = [DeviceLabel.Name];

    private readonly MetricFactory _factory;

    public ExporterMetrics()
    {
        Registry = Metrics.NewCustomRegistry();
        _factory = Metrics.WithCustomRegistry(Registry);

        HangEvents = Counter("nichang_hang_events_total", "Testimonies of a hang, by source: the driver's report or the core's NETDEV WATCHDOG in the kernel log, an increase of a queue's tx_timeout, a TX stall. Sources often testify to the same hang: never add them up. Origin history: found in the kernel log at a start without a saved position, so it may be old and may have been counted before; everything else is live.", DeviceLabel.Name, "source", "origin");
        HangEventsUnattributed = Counter("nichang_hang_events_unattributed_total", "Hang reports in the kernel log whose device is not among the devices looked at (another network namespace, a device that has gone).", "driver", "origin");
        DriverResets = Counter("nichang_driver_resets_total", "Resets of the adapter that the driver announced in the kernel log. An unplugged cable can cause one as well.", DeviceLabel.Name, "origin");
        Episodes = Counter("nichang_hang_episodes_total", "Hang episodes begun: testimonies of one device with no silence longer than --hang.episode-gap.", DeviceLabel.Name, "origin");
        EpisodesEnded = Counter("nichang_hang_episodes_ended_total", "Hang episodes that are over, by shape: wedge (repeats, no reset), flap (the driver resets itself), stall (silent), paused (by the link partner: not a hang), unknown.", DeviceLabel.Name, "shape");
        OutageSeconds = Counter("nichang_hang_outage_seconds_total", "Seconds from the first to the last testimony of each episode, the present one included: a lower bound of the time that nothing was sent.", ByDevice);
        Active = Gauge("nichang_hang_active", "Whether a hang episode is under way that has been witnessed live.", ByDevice);
        ActiveShape = Gauge("nichang_hang_active_shape", "1 for the shape of the hang episode under way, as far as it can be told now; all 0 while there is none.", DeviceLabel.Name, "shape");
        LastEvent = Gauge("nichang_hang_last_event_timestamp_seconds", "When the last testimony of a hang came, in seconds since the epoch; 0 for never.", ByDevice);
        EpisodeStart = Gauge("nichang_hang_episode_start_timestamp_seconds", "When the hang episode under way began, in seconds since the epoch; 0 while there is none.", ByDevice);
        TxStalled = Gauge("nichang_tx_stalled", "Whether packets are queued (BQL inflight) and none has been sent for --stall.window, though the link is up and nobody pauses it.", ByDevice);
        TxPaused = Gauge("nichang_tx_paused", "Whether packets are queued and none is sent because pause frames keep arriving: the link partner holds the transmitter; the NIC is not hung.", ByDevice);
        TxPauses = Counter("nichang_tx_pauses_total", "Times that nichang_tx_paused became 1.", ByDevice);

        KmsgUp = Gauge("nichang_kmsg_up", "Whether the kernel log is being read. While it is 0, hang messages are not seen.");
        KmsgState = Gauge("nichang_kmsg_state", "1 for the state that the reader of the kernel log is in, 0 for the others.", "state");
        KmsgRecords = Counter("nichang_kmsg_records_total", "Records read from the kernel log.");
        KmsgLost = Counter("nichang_kmsg_records_lost_total", "Records that the ring overwrote before they were read, exact by sequence number. A hang may have been among them.");
        KmsgMalformed = Counter("nichang_kmsg_records_malformed_total", "Records that are not in the form of Documentation/ABI/testing/dev-kmsg, or too long.");
        KmsgUntrusted = Counter("nichang_kmsg_untrusted_hangs_total", "Hang messages that user space wrote into the kernel log (facility not 0). They are not counted as hangs, save with --kmsg.accept-untrusted.");
        KmsgAcceptUntrusted = Gauge("nichang_kmsg_accept_untrusted", "Whether --kmsg.accept-untrusted is on: hang counts then may hold rehearsals and forgeries.");

        StateUp = Gauge("nichang_state_up", "Whether position and counts survive a restart: a state directory is set and the last write succeeded.");
        StateWriteFailures = Counter("nichang_state_write_failures_total", "Writes of the state that failed.");
        MonitorFailures = Counter("nichang_monitor_failures_total", "Unexpected errors of the hang monitor and of the reader of the kernel log: faults of this program, which are logged. A hang may have been missed.");
        LogDropped = Counter("nichang_log_dropped_total", "Log messages that were dropped because standard error was not read fast enough: logging never holds up the watch.");
    }

    /// <summary>The registry; nothing else is in it.</summary>
    public CollectorRegistry Registry { get; }

    public Counter HangEvents { get; }
    public Counter HangEventsUnattributed { get; }
    public Counter DriverResets { get; }
    public Counter Episodes { get; }
    public Counter EpisodesEnded { get; }
    public Counter OutageSeconds { get; }
    public Gauge Active { get; }
    public Gauge ActiveShape { get; }
    public Gauge LastEvent { get; }
    public Gauge EpisodeStart { get; }
    public Gauge TxStalled { get; }
    public Gauge TxPaused { get; }
    public Counter TxPauses { get; }
    public Gauge KmsgUp { get; }
    public Gauge KmsgState { get; }
    public Counter KmsgRecords { get; }
    public Counter KmsgLost { get; }
    public Counter KmsgMalformed { get; }
    public Counter KmsgUntrusted { get; }
    public Gauge KmsgAcceptUntrusted { get; }
    public Gauge StateUp { get; }
    public Counter StateWriteFailures { get; }
    public Counter MonitorFailures { get; }
    public Counter LogDropped { get; }

    private Counter Counter(string name, string help, params string[] labels) =>
        _factory.CreateCounter(name, help, new CounterConfiguration { LabelNames = labels, SuppressInitialValue = labels.Length > 0 });

    private Gauge Gauge(string name, string help, params string[] labels) =>
        _factory.CreateGauge(name, help, new GaugeConfiguration { LabelNames = labels, SuppressInitialValue = labels.Length > 0 });
}
