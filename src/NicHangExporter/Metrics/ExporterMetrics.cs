using Prometheus;

namespace NicHangExporter.Metrics;

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
        Registry = Prometheus.Metrics.NewCustomRegistry();
        _factory = Prometheus.Metrics.WithCustomRegistry(Registry);

        HangEvents = Counter("nichang_hang_events_total", "Reports of a hang of the device, by source: driver (the driver's message in the kernel log), watchdog (NETDEV WATCHDOG in the kernel log), tx_timeout (a queue's counter in sysfs grew), tx_stall (packets queued, none sent). Several sources report one hang, so a sum over sources has no meaning; nichang_hang_episodes_total counts each hang once. Origin history: read from the kernel log of before the start and perhaps counted by an earlier process; all else is live.", DeviceLabel.Name, "source", "origin");
        HangEventsUnattributed = Counter("nichang_hang_events_unattributed_total", "Hang reports in the kernel log about a network device that the exporter does not watch, by driver: a device of another network namespace, or a removed device. Origin history means read from the kernel log of before the start.", "driver", "origin");
        DriverResets = Counter("nichang_driver_resets_total", "Resets of the device that the driver announced in the kernel log. An unplugged cable also causes a reset of some devices. Origin history means read from the kernel log of before the start.", DeviceLabel.Name, "origin");
        Episodes = Counter("nichang_hang_episodes_total", "Hang episodes of the device that have begun. An episode ends after a silence longer than option hang.episode-gap. Origin history means read from the kernel log of before the start.", DeviceLabel.Name, "origin");
        EpisodesEnded = Counter("nichang_hang_episodes_ended_total", "Hang episodes of the device that have ended, by shape: wedge (repeated reports, no reset), flap (the driver resets the device), stall (no report, packets queued and none sent), paused (by pause frames of the link partner: no hang), unknown.", DeviceLabel.Name, "shape");
        OutageSeconds = Counter("nichang_hang_outage_seconds_total", "Seconds from the first to the last report of each hang episode of the device, the episode under way included: a lower bound of the time in which nothing was sent.", ByDevice);
        Active = Gauge("nichang_hang_active", "Whether a hang episode of the device is under way that was reported live, 0 or 1. Reports from the kernel log of before the start do not count.", ByDevice);
        Confirmed = Gauge("nichang_hang_confirmed", "Whether the hang of the device under way is confirmed, 0 or 1: reported twice, or reported once and then nothing sent, or a stalled transmitter; where the log is read by syslog(2), only where also tx_timeout or the transmitter shows the hang. 0 again once the device is proven healed.", ByDevice);
        ActiveShape = Gauge("nichang_hang_active_shape", "Always 1; the label shape is the present shape of the device's hang episode: wedge, flap, stall, paused or unknown, as for nichang_hang_episodes_ended_total. Absent while no episode is under way.", DeviceLabel.Name, "shape");
        LastEvent = Gauge("nichang_hang_last_event_timestamp_seconds", "When the last hang report of the device came, as Unix time in seconds; 0 for never.", ByDevice);
        EpisodeStart = Gauge("nichang_hang_episode_start_timestamp_seconds", "When the hang episode of the device under way began, as Unix time in seconds; 0 while no episode is under way.", ByDevice);
        TxStalled = Gauge("nichang_tx_stalled", "Whether the device has packets queued (BQL inflight) and has sent none for option stall.window, although the link is up and no pause frames arrive, 0 or 1.", ByDevice);
        TxPaused = Gauge("nichang_tx_paused", "Whether the device has packets queued and sends none because pause frames of the link partner keep arriving, 0 or 1: the device is not hung.", ByDevice);
        TxPauses = Counter("nichang_tx_pauses_total", "Times that nichang_tx_paused of the device changed to 1.", ByDevice);

        KmsgUp = Gauge("nichang_kmsg_up", "Whether the exporter reads the kernel log, 0 or 1. While 0, hang messages are not seen.");
        KmsgState = Gauge("nichang_kmsg_state",
            "Always 1; the label state is the present state of the kernel log reader: reading, reading_syslog (by syslog(2), since /dev/kmsg can't be opened), permission_denied, missing, failed or disabled.",
            "state");
        KmsgRecords = Counter("nichang_kmsg_records_total",
            "Records that the exporter has read from the kernel log; by syslog(2), records of one microsecond count as one.");
        KmsgLost = Counter("nichang_kmsg_records_lost_total",
            "Records of the kernel log that the kernel overwrote unread, exact by sequence number; by syslog(2), which has no numbers, each gap adds 1. A hang report may have been among the lost records.");
        KmsgMalformed = Counter("nichang_kmsg_records_malformed_total", "Records of the kernel log that are too long or not in the form of Documentation/ABI/testing/dev-kmsg.");
        KmsgUntrusted = Counter("nichang_kmsg_untrusted_hangs_total", "Hang messages in the kernel log that user space wrote (facility not 0). Not counted as hangs, except with option kmsg.accept-untrusted.");
        KmsgAcceptUntrusted = Gauge("nichang_kmsg_accept_untrusted", "Whether option kmsg.accept-untrusted is on, 0 or 1: hang counts may then include messages that user space wrote into the kernel log.");

        RemediationAttempts = Counter("nichang_remediation_attempts_total", "Remediations of the device that have begun, by trigger: the intent is in the journal. Trigger drift turns off again a setting that somebody turned on.", DeviceLabel.Name, "trigger");
        RemediationOutcomes = Counter("nichang_remediation_outcomes_total", "Remediations of the device that have ended, by trigger and outcome, from the journal. Outcome observed means only what would have been done. docs/reference/remediation.md explains each outcome.", DeviceLabel.Name, "trigger", "outcome");
        RemediationFailures = Counter("nichang_remediation_failures_total", "Remediations of the device that did not help or did harm, by reason: the outcome, or timeout where a command to the kernel took longer than option remediation.deadline.", DeviceLabel.Name, "reason");
        RemediationDeclined = Counter("nichang_remediation_declined_total", "Remediation requests that the safety checks declined since the exporter started, by trigger and reason. Requests of trigger local count once for each reason within a hang episode.", "trigger", "reason");
        RemediationStage = Gauge("nichang_remediation_stage", "Number of stages of the driver's ladder (docs/reference/remediation.md) that are in force on the device.", ByDevice);
        RemediationRecurrences = Counter("nichang_remediation_recurrences_total", "Hangs of the device although a remediation had turned off the settings of the profile; the label profile names the profile that did not prevent the hang.", DeviceLabel.Name, "profile");
        RemediationDuration = _factory.CreateHistogram("nichang_remediation_duration_seconds", "Seconds from the request of a remediation to the outcome, for remediations of all triggers. Absent while every mode is off and no remediation has ended.", new HistogramConfiguration { SuppressInitialValue = true, Buckets = [0.5, 1, 2, 5, 10, 30, 60, 120] });
        RemediationLast = Gauge("nichang_remediation_last_timestamp_seconds", "When the last remediation of the device ended, as Unix time in seconds; 0 for never.", ByDevice);
        RemediationLastSuccess = Gauge("nichang_remediation_last_success_timestamp_seconds", "When the last remediation of the device with outcome healed or applied ended, as Unix time in seconds; 0 for never.", ByDevice);
        RemediationBudgetLeft = Gauge("nichang_remediation_budget_left", "Number of remediations that the device may still have within 24 hours (option remediation.device-budget).", ByDevice);
        RemediationHostBudgetLeft = Gauge("nichang_remediation_host_budget_left", "Number of remediations that all devices of the host together may still have within 24 hours (option remediation.host-budget).");
        RemediationCooldownUntil = Gauge("nichang_remediation_cooldown_until_timestamp_seconds", "When the cool-down of the device ends, as Unix time in seconds: until then no remediation while the device passes traffic. 0 without a cool-down.", ByDevice);
        RemediationQuarantined = Gauge("nichang_remediation_quarantined", "Whether the device is in quarantine, 0 or 1: the exporter changes no setting of the device until a person clears the quarantine.", ByDevice);
        RemediationPaused = Gauge("nichang_remediation_paused", "Whether the kill switch of remediation is set, by option remediation.disable-file or by command, 0 or 1.");
        RemediationCommand = Gauge("nichang_remediation_command_seconds", "Seconds that the remediation thread of the exporter has been busy with one command, such as a call into the kernel that does not return; 0 while idle.");
        RemediationMode = Gauge("nichang_remediation_mode", "Always 1; the label mode is the configured mode of the trigger: off, observe or enforce (options remediation.local, remediation.webhook, remediation.api).", "trigger", "mode");
        FeatureDrift = Gauge("nichang_remediation_drift", "Number of settings of the device that a remediation turned off and that are on again.", ByDevice);
        JournalWritable = Gauge("nichang_journal_writable", "Whether the exporter can write the journal in the state directory, 0 or 1. While 0, no device is changed.");
        JournalWriteFailures = Counter("nichang_journal_write_failures_total", "Writes of the journal in the state directory that did not reach the disk.");
        CapabilityPresent = Gauge("nichang_capability_present", "Whether the exporter has the capability, 0 or 1: net_admin to change devices, syslog to read the kernel log.", "capability");
        LastEpisodeEnd = Gauge("nichang_hang_last_episode_end_timestamp_seconds", "When the last ended hang episode of the device ended, as Unix time in seconds, from the journal; 0 for never.", ByDevice);
        LastEpisodeOutage = Gauge("nichang_hang_last_episode_outage_seconds", "Seconds from the first to the last report of the last ended hang episode of the device, from the journal: a lower bound of the time in which nothing was sent.", ByDevice);
        RemediationRepeats = Counter("nichang_remediation_repeats_total", "Remediation requests that changed nothing and repeated a request of one credential about one device within a minute, by trigger and outcome. Repeated requests are neither in the journal nor in nichang_remediation_outcomes_total.", "trigger", "outcome");
        RemediationAllowed = Gauge("nichang_remediation_allowed", "Whether automatic remediation (options remediation.local and remediation.webhook) may act on the device, 0 or 1; the label reason says why not, and is empty where allowed.", DeviceLabel.Name, "reason");
        RemediationUnmatchedEntries = Gauge("nichang_remediation_unmatched_entries", "Number of entries of option remediation.devices that match no network device of the host.");

        ApiCredentialLoaded = Gauge("nichang_api_credential_loaded", "Whether the file of option api.token-file with that credential name holds a valid token now, 0 or 1. Where 0, the log says why.", "credential");
        ApiAuthenticationFailures = Counter("nichang_api_authentication_failures_total", "API requests rejected for lack of a valid token, by reason: absent, scheme (not Bearer), malformed, unknown.", "reason");
        WebAccessRefused = Counter("nichang_web_access_refused_total", "Requests that option web.config.file refuses, by reason: absent, malformed and wrong (basic authentication), busy (too many passwords to check at once), certificate (of the client), rate (limit).", "reason");
        WebConfigReloadSuccessful = Optional("nichang_web_config_last_reload_successful", "Whether the last reading of option web.config.file and of the files named there succeeded, 0 or 1. Where 0, the configuration of before stays in force.");
        WebConfigReloadTimestamp = Optional("nichang_web_config_last_reload_success_timestamp_seconds", "When the present configuration of option web.config.file was read, as Unix time in seconds.");
        WebCertificateNotAfter = Optional("nichang_web_certificate_not_after_timestamp_seconds", "When the server's certificate of option web.config.file expires, as Unix time in seconds.");
        ApiRequests = Counter("nichang_api_requests_total", "Requests below /api/ by route and HTTP status. Route is the path as docs/reference/api.md writes the path, or other for a path that does not exist.", "route", "status");
        AlertsReceived = Counter("nichang_alerts_received_total", "Alerts that Alertmanager has posted to the webhook of the exporter, repetitions included, by verdict. docs/how-to/alertmanager.md explains each verdict.", "verdict");
        AlertsTruncated = OptionalCounter("nichang_alerts_truncated_total", "Alerts that Alertmanager left out of messages to the webhook because the receiver has a max_alerts. The exporter never acts on the devices of alerts left out.");
        AlertsSent = Counter("nichang_alerts_sent_total", "Alerts of the host's devices that the Alertmanager has accepted from the exporter, counted each minute anew while the alerts fire.", "alertmanager");
        AlertSendFailures = Counter("nichang_alerts_send_failures_total", "Posts of alerts by the exporter that the Alertmanager did not accept.", "alertmanager");
        AlertsBuffered = Optional("nichang_alerts_buffered", "Number of alerts of the exporter that wait until an Alertmanager can be reached. Absent without option alerting.alertmanagers.");

        StateConfigured = Gauge("nichang_state_configured", "Whether option state.directory is set, 0 or 1.");
        StateUp = Gauge("nichang_state_up", "Whether position in the kernel log and counts survive a restart of the exporter, 0 or 1: option state.directory is set and the last write succeeded.");
        StateWriteFailures = Counter("nichang_state_write_failures_total", "Writes of the exporter's state into the state directory that failed.");
        MonitorFailures = Counter("nichang_monitor_failures_total", "Unexpected errors of the exporter's hang monitor and kernel log reader: faults of the exporter, which the log describes. A hang may have been missed.");
        LogDropped = Counter("nichang_log_dropped_total", "Log messages of the exporter that were dropped because standard error was not read fast enough.");
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

    // Absent until it is set: where nothing of the kind is configured, 0 would be an alarm, or noise.
    private Gauge Optional(string name, string help) => _factory.CreateGauge(name, help, new GaugeConfiguration { SuppressInitialValue = true });

    private Counter OptionalCounter(string name, string help) => _factory.CreateCounter(name, help, new CounterConfiguration { SuppressInitialValue = true });
}
