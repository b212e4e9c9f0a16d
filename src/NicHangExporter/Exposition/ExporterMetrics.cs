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
        Confirmed = Gauge("nichang_hang_confirmed", "Whether the hang under way is beyond doubt: reported twice, or once and then nothing sent, or a transmitter that has stalled. 0 again once it is proven to be healed.", ByDevice);
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

        RemediationAttempts = Counter("nichang_remediation_attempts_total", "Remediations begun: an intent is in the journal. Drift is the bringing back of what was decided before.", DeviceLabel.Name, "trigger");
        RemediationOutcomes = Counter("nichang_remediation_outcomes_total", "Remediations ended, by trigger and verdict; observed is what would have been done. Verdicts are explained in docs/remediation.md.", DeviceLabel.Name, "trigger", "outcome");
        RemediationFailures = Counter("nichang_remediation_failures_total", "Remediations that did not help or did harm, by reason: the verdict, or timeout where a command to the kernel took longer than --remediation.deadline.", DeviceLabel.Name, "reason");
        RemediationDeclined = Counter("nichang_remediation_declined_total", "Requests that the gates or the policy declined since the start; the local loop's are counted once for each reason within an episode.", "trigger", "reason");
        RemediationRepeats = Counter("nichang_remediation_repeats_total", "Requests from outside that changed nothing and were answered as one of the same credential about the same device within the minute before: they are neither in the journal nor in nichang_remediation_outcomes_total.", "trigger", "outcome");
        RemediationAllowed = Gauge("nichang_remediation_allowed", "Whether automatic remediation (remediation.local or remediation.webhook) may act on the device, and else the standing reason why not; one series for each device.", DeviceLabel.Name, "reason");
        RemediationUnmatchedEntries = Gauge("nichang_remediation_unmatched_entries", "Entries of remediation.devices that match no network device of this host.");
        RemediationRung = Gauge("nichang_remediation_rung", "The rung of recovery that did not heal the trouble under way: 1 reinit, 2 bounce, 0 none.", ByDevice);
        RemediationStage = Gauge("nichang_remediation_stage", "How many stages of the driver's ladder of prevention are in force.", ByDevice);
        RemediationRecurrences = Counter("nichang_remediation_recurrences_total", "Hangs that came although the profile was in force: the one that did not hold.", DeviceLabel.Name, "profile");
        RemediationDuration = _factory.CreateHistogram("nichang_remediation_duration_seconds", "From the request to the verdict.", new HistogramConfiguration { LabelNames = ["trigger"], SuppressInitialValue = true, Buckets = [0.5, 1, 2, 5, 10, 30, 60, 120] });
        RemediationLast = Gauge("nichang_remediation_last_timestamp_seconds", "When the last remediation ended, in seconds since the epoch; 0 for never.", ByDevice);
        RemediationLastSuccess = Gauge("nichang_remediation_last_success_timestamp_seconds", "When the last one ended as healed or applied, in seconds since the epoch; 0 for never.", ByDevice);
        RemediationBudgetLeft = Gauge("nichang_remediation_budget_left", "Remediations that the device may still have within 24 hours.", ByDevice);
        RemediationHostBudgetLeft = Gauge("nichang_remediation_host_budget_left", "The same for the host.");
        RemediationCooldownUntil = Gauge("nichang_remediation_cooldown_until_timestamp_seconds", "Until when the device is left alone while it passes traffic, in seconds since the epoch; 0 where it is not cooling.", ByDevice);
        RemediationQuarantined = Gauge("nichang_remediation_quarantined", "Whether nothing of the device's configuration is changed until a person clears it.", ByDevice);
        RemediationPaused = Gauge("nichang_remediation_paused", "Whether the kill switch is set, by its file or by command.");
        RemediationCommand = Gauge("nichang_remediation_command_seconds", "How long the remediation thread has been busy with one thing, such as a command in the kernel that does not return; 0 while it waits.");
        RemediationMode = Gauge("nichang_remediation_mode", "1 for the mode that a trigger has, 0 for the others.", "trigger", "mode");
        FeatureDrift = Gauge("nichang_remediation_drift", "Settings that were decided off and are on again.", ByDevice);
        JournalWritable = Gauge("nichang_journal_writable", "Whether what is done to a device is recorded; while it is 0, nothing is done.");
        JournalWriteFailures = Counter("nichang_journal_write_failures_total", "Writes of the journal that did not reach the disk.");
        CapabilityPresent = Gauge("nichang_capability_present", "Whether the process has a capability: net_admin to change devices, syslog to read the kernel log.", "capability");
        LastEpisodeEnd = Gauge("nichang_hang_last_episode_end_timestamp_seconds", "When the last hang episode that is over ended, in seconds since the epoch, from the journal; 0 for never.", ByDevice);
        LastEpisodeOutage = Gauge("nichang_hang_last_episode_outage_seconds", "How long it had been: a lower bound of the time that nothing was sent.", ByDevice);

        ApiCredentialLoaded = Gauge("nichang_api_credential_loaded", "Whether the file of --api.token-file with this name holds a token now; where it does not, the log says why.", "credential");
        ApiAuthenticationFailures = Counter("nichang_api_authentication_failures_total", "Requests without a token that holds, by reason: absent, scheme (not Bearer), malformed, unknown.", "reason");
        WebAccessRefused = Counter("nichang_web_access_refused_total", "Clients that --web.config.file keeps out, by reason: absent, malformed and wrong (basic authentication), busy (too many passwords to check at once), certificate (of the client), rate (limit).", "reason");
        WebConfigReloadSuccessful = Optional("nichang_web_config_last_reload_successful", "Whether --web.config.file and the files that it names could be read the last time that one of them changed; where not, the ones before are still in force.");
        WebConfigReloadTimestamp = Optional("nichang_web_config_last_reload_success_timestamp_seconds", "When what is in force of --web.config.file was read, in seconds since the epoch.");
        WebCertificateNotAfter = Optional("nichang_web_certificate_not_after_timestamp_seconds", "When the server's certificate expires, in seconds since the epoch.");
        ApiRequests = Counter("nichang_api_requests_total", "Requests below /api/ by route and HTTP status. Route is the path as docs/api.md writes it, or other for one that does not exist.", "route", "status");
        AlertsReceived = Counter("nichang_alerts_received_total", "Alerts that Alertmanager has posted to the webhook, repetitions included, by verdict. Verdicts are explained in docs/alertmanager.md.", "verdict");
        AlertsTruncated = Counter("nichang_alerts_truncated_total", "Alerts that Alertmanager left out of its messages because the receiver has a max_alerts: their devices are never acted on.");
        AlertsSent = Counter("nichang_alerts_sent_total", "Alerts that an Alertmanager has taken from this host, each minute anew while they fire.", "alertmanager");
        AlertSendFailures = Counter("nichang_alerts_send_failures_total", "Posts of alerts that an Alertmanager did not take.", "alertmanager");
        AlertsBuffered = Gauge("nichang_alerts_buffered", "Alerts of this host that wait for an Alertmanager to be within reach.");

        StateConfigured = Gauge("nichang_state_configured", "Whether a state directory is set.");
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
    public Gauge Confirmed { get; }
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
    public Counter RemediationAttempts { get; }
    public Counter RemediationOutcomes { get; }
    public Counter RemediationFailures { get; }
    public Counter RemediationDeclined { get; }
    public Counter RemediationRepeats { get; }
    public Gauge RemediationAllowed { get; }
    public Gauge RemediationUnmatchedEntries { get; }
    public Gauge RemediationRung { get; }
    public Gauge RemediationStage { get; }
    public Counter RemediationRecurrences { get; }
    public Histogram RemediationDuration { get; }
    public Gauge RemediationLast { get; }
    public Gauge RemediationLastSuccess { get; }
    public Gauge RemediationBudgetLeft { get; }
    public Gauge RemediationHostBudgetLeft { get; }
    public Gauge RemediationCooldownUntil { get; }
    public Gauge RemediationQuarantined { get; }
    public Gauge RemediationPaused { get; }
    public Gauge RemediationCommand { get; }
    public Gauge RemediationMode { get; }
    public Gauge FeatureDrift { get; }
    public Gauge JournalWritable { get; }
    public Counter JournalWriteFailures { get; }
    public Gauge CapabilityPresent { get; }
    public Gauge LastEpisodeEnd { get; }
    public Gauge LastEpisodeOutage { get; }
    public Gauge ApiCredentialLoaded { get; }
    public Counter ApiAuthenticationFailures { get; }
    public Counter WebAccessRefused { get; }
    public Gauge WebConfigReloadSuccessful { get; }
    public Gauge WebConfigReloadTimestamp { get; }
    public Gauge WebCertificateNotAfter { get; }
    public Counter ApiRequests { get; }
    public Counter AlertsReceived { get; }
    public Counter AlertsTruncated { get; }
    public Counter AlertsSent { get; }
    public Counter AlertSendFailures { get; }
    public Gauge AlertsBuffered { get; }
    public Gauge StateConfigured { get; }
    public Gauge StateUp { get; }
    public Counter StateWriteFailures { get; }
    public Counter MonitorFailures { get; }
    public Counter LogDropped { get; }

    private Counter Counter(string name, string help, params string[] labels) =>
        _factory.CreateCounter(name, help, new CounterConfiguration { LabelNames = labels, SuppressInitialValue = labels.Length > 0 });

    private Gauge Gauge(string name, string help, params string[] labels) =>
        _factory.CreateGauge(name, help, new GaugeConfiguration { LabelNames = labels, SuppressInitialValue = labels.Length > 0 });

    // Absent until it is set: where nothing of the kind is configured, 0 would be an alarm.
    private Gauge Optional(string name, string help) => _factory.CreateGauge(name, help, new GaugeConfiguration { SuppressInitialValue = true });
}
