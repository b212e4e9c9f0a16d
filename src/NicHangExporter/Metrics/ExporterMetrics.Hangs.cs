namespace NicHangExporter.Metrics;

/// <summary>Hangs and the state of the transmitter, by device.</summary>
internal sealed partial class ExporterMetrics
{
    public OwnCounter HangEvents { get; } =
        Counter(
            factory,
            "nichang_hang_events_total",
            "Reports of a hang of the device, by source: driver (the driver's message in the kernel log), watchdog "
            + "(NETDEV WATCHDOG in the kernel log), tx_timeout (a queue's counter in sysfs grew), tx_stall (packets "
            + "queued, none sent). Several sources report one hang, so a sum over sources has no meaning; "
            + "nichang_hang_episodes_total counts each hang once. Origin history: read from the kernel log of before "
            + "the start and perhaps counted by an earlier process; all else is live.",
            DeviceLabel.Name, "source", "origin");

    public OwnCounter HangEventsUnattributed { get; } =
        Counter(
            factory,
            "nichang_hang_events_unattributed_total",
            "Hang reports in the kernel log about a network device that the exporter does not watch, by driver: a "
            + "device of another network namespace, or a removed device. Origin history means read from the kernel "
            + "log of before the start.",
            "driver", "origin");

    public OwnCounter DriverResets { get; } =
        Counter(
            factory,
            "nichang_driver_resets_total",
            "Resets of the device that the driver announced in the kernel log. An unplugged cable also causes a "
            + "reset of some devices. Origin history means read from the kernel log of before the start.",
            DeviceLabel.Name, "origin");

    public OwnCounter Episodes { get; } =
        Counter(
            factory,
            "nichang_hang_episodes_total",
            "Hang episodes of the device that have begun. An episode ends after a silence longer than option "
            + "hang.episode-gap. Origin history means read from the kernel log of before the start.",
            DeviceLabel.Name, "origin");

    public OwnCounter EpisodesEnded { get; } =
        Counter(
            factory,
            "nichang_hang_episodes_ended_total",
            "Hang episodes of the device that have ended, by shape: wedge (repeated reports, no reset), flap (the "
            + "driver resets the device), stall (no report, packets queued and none sent), paused (by pause frames of "
            + "the link partner: no hang), unknown.",
            DeviceLabel.Name, "shape");

    public OwnCounter OutageSeconds { get; } =
        Counter(
            factory,
            "nichang_hang_outage_seconds_total",
            "Seconds from the first to the last report of each hang episode of the device, including the current "
            + "episode: a lower bound of the time in which nothing was sent.",
            ByDevice);

    public OwnGauge Active { get; } =
        Gauge(
            factory,
            "nichang_hang_active",
            "Whether the device has a current hang episode that was reported live, 0 or 1. Reports from the kernel "
            + "log of before the start do not count.",
            ByDevice);

    public OwnGauge Confirmed { get; } =
        Gauge(
            factory,
            "nichang_hang_confirmed",
            "Whether the current hang of the device is confirmed, 0 or 1: reported twice, or reported once while "
            + "nothing is sent, or a stalled transmitter; where the log is read by syslog(2), only where also "
            + "tx_timeout or the transmitter shows the hang. 0 again once the device is proven healed.",
            ByDevice);

    public OwnGauge ActiveShape { get; } =
        Gauge(
            factory,
            "nichang_hang_active_shape",
            "Always 1; the label shape is the present shape of the device's hang episode: wedge, flap, stall, "
            + "paused or unknown, as for nichang_hang_episodes_ended_total. Absent without a current episode.",
            DeviceLabel.Name, "shape");

    public OwnGauge LastEvent { get; } =
        Gauge(
            factory, "nichang_hang_last_event_timestamp_seconds",
            "When the last hang report of the device came, as Unix time in seconds; 0 for never.", ByDevice);

    public OwnGauge EpisodeStart { get; } =
        Gauge(
            factory, "nichang_hang_episode_start_timestamp_seconds",
            "When the current hang episode of the device began, as Unix time in seconds; 0 without a current episode.",
            ByDevice);

    public OwnGauge TxStalled { get; } =
        Gauge(
            factory,
            "nichang_tx_stalled",
            "Whether the device has packets queued (BQL inflight) and has sent none for option stall.window, "
            + "although the link is up and no pause frames arrive, 0 or 1.",
            ByDevice);

    public OwnGauge TxPaused { get; } =
        Gauge(
            factory,
            "nichang_tx_paused",
            "Whether the device has packets queued and sends none because pause frames of the link partner keep "
            + "arriving, 0 or 1: the device is not hung.",
            ByDevice);

    public OwnCounter TxPauses { get; } =
        Counter(
            factory, "nichang_tx_pauses_total", "Times that nichang_tx_paused of the device changed to 1.", ByDevice);
}
