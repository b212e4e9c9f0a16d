namespace NicHangExporter.Metrics;

/// <summary>Remediations, their limits and the journal, including values that are read from the journal.</summary>
internal sealed partial class ExporterMetrics
{
    public OwnCounter RemediationAttempts { get; } =
        Counter(
            factory,
            "nichang_remediation_attempts_total",
            "Remediations of the device that have begun, by trigger: the intent is in the journal. Trigger drift "
            + "turns off again a setting that somebody turned on.",
            DeviceLabel.Name, "trigger");

    public OwnCounter RemediationOutcomes { get; } =
        Counter(
            factory,
            "nichang_remediation_outcomes_total",
            "Remediations of the device that have ended, by trigger and outcome, from the journal. Outcome observed "
            + "means only what would have been done. docs/reference/remediation.md explains each outcome.",
            DeviceLabel.Name, "trigger", "outcome");

    public OwnCounter RemediationFailures { get; } =
        Counter(
            factory,
            "nichang_remediation_failures_total",
            "Remediations of the device that did not help or did harm, by reason: the outcome, or timeout where a "
            + "command to the kernel took longer than option remediation.deadline.",
            DeviceLabel.Name, "reason");

    public OwnCounter RemediationDeclined { get; } =
        Counter(
            factory,
            "nichang_remediation_declined_total",
            "Remediation requests that the safety checks declined since the exporter started, by trigger and "
            + "reason. Requests of trigger local count once for each reason within a hang episode.",
            "trigger", "reason");

    public OwnGauge RemediationStage { get; } =
        Gauge(
            factory, "nichang_remediation_stage",
            "Number of stages of the driver's ladder (docs/reference/remediation.md) that are in force on the device.",
            ByDevice);

    public OwnCounter RemediationRecurrences { get; } =
        Counter(
            factory,
            "nichang_remediation_recurrences_total",
            "Hangs of the device although a remediation had turned off the settings of the profile; the label "
            + "profile names the profile that did not prevent the hang.",
            DeviceLabel.Name, "profile");

    public OwnHistogram RemediationDuration { get; } =
        factory.Histogram(
            "nichang_remediation_duration_seconds",
            "Seconds from the request of a remediation to the outcome, for remediations of all triggers. Absent "
            + "while every mode is off and no remediation has ended.",
            0.5, 1, 2, 5, 10, 30, 60, 120);

    public OwnGauge RemediationLast { get; } =
        Gauge(
            factory, "nichang_remediation_last_timestamp_seconds",
            "When the last remediation of the device ended, as Unix time in seconds; 0 for never.", ByDevice);

    public OwnGauge RemediationLastSuccess { get; } =
        Gauge(
            factory,
            "nichang_remediation_last_success_timestamp_seconds",
            "When the last remediation of the device with outcome healed or applied ended, as Unix time in seconds; "
            + "0 for never.",
            ByDevice);

    public OwnGauge RemediationBudgetLeft { get; } =
        Gauge(
            factory, "nichang_remediation_budget_left",
            "Number of remediations that the device may still have within 24 hours (option remediation.device-budget).",
            ByDevice);

    public OwnGauge RemediationHostBudgetLeft { get; } =
        Gauge(
            factory,
            "nichang_remediation_host_budget_left",
            "Number of remediations that all devices of the host together may still have within 24 hours (option "
            + "remediation.host-budget).");

    public OwnGauge RemediationCooldownUntil { get; } =
        Gauge(
            factory,
            "nichang_remediation_cooldown_until_timestamp_seconds",
            "When the cool-down of the device ends, as Unix time in seconds: until then no remediation while the "
            + "device passes traffic. 0 without a cool-down.",
            ByDevice);

    public OwnGauge RemediationQuarantined { get; } =
        Gauge(
            factory,
            "nichang_remediation_quarantined",
            "Whether the device is in quarantine, 0 or 1: the exporter changes no setting of the device until a "
            + "person clears the quarantine.",
            ByDevice);

    public OwnGauge RemediationPaused { get; } =
        Gauge(
            factory, "nichang_remediation_paused",
            "Whether the kill switch of remediation is set, by option remediation.disable-file or by command, 0 or 1.");

    public OwnGauge RemediationCommand { get; } =
        Gauge(
            factory,
            "nichang_remediation_command_seconds",
            "Seconds that the remediation thread of the exporter has been busy with one command, such as a call "
            + "into the kernel that does not return; 0 while idle.");

    public OwnGauge RemediationMode { get; } =
        Gauge(
            factory,
            "nichang_remediation_mode",
            "Always 1; the label mode is the configured mode of the trigger: off, observe or enforce (options "
            + "remediation.local, remediation.webhook, remediation.api).",
            "trigger", "mode");

    public OwnGauge FeatureDrift { get; } =
        Gauge(
            factory, "nichang_remediation_drift",
            "Number of settings of the device that a remediation turned off and that are on again.", ByDevice);

    public OwnGauge JournalWritable { get; } =
        Gauge(
            factory,
            "nichang_journal_writable",
            "Whether the exporter can write the journal in the state directory, 0 or 1. While 0, no device is "
            + "changed.");

    public OwnCounter JournalWriteFailures { get; } =
        Counter(
            factory, "nichang_journal_write_failures_total",
            "Writes of the journal in the state directory that did not reach the disk.");

    public OwnGauge CapabilityPresent { get; } =
        Gauge(
            factory,
            "nichang_capability_present",
            "Whether the exporter has the capability, 0 or 1: net_admin to change devices, syslog to read the "
            + "kernel log.",
            "capability");

    public OwnGauge LastEpisodeEnd { get; } =
        Gauge(
            factory,
            "nichang_hang_last_episode_end_timestamp_seconds",
            "When the last ended hang episode of the device ended, as Unix time in seconds, from the journal; 0 for "
            + "never.",
            ByDevice);

    public OwnGauge LastEpisodeOutage { get; } =
        Gauge(
            factory,
            "nichang_hang_last_episode_outage_seconds",
            "Seconds from the first to the last report of the last ended hang episode of the device, from the "
            + "journal: a lower bound of the time in which nothing was sent.",
            ByDevice);

    public OwnCounter RemediationRepeats { get; } =
        Counter(
            factory,
            "nichang_remediation_repeats_total",
            "Remediation requests that changed nothing and repeated a request of one credential about one device "
            + "within a minute, by trigger and outcome. Repeated requests are neither in the journal nor in "
            + "nichang_remediation_outcomes_total.",
            "trigger", "outcome");

    public OwnGauge RemediationAllowed { get; } =
        Gauge(
            factory,
            "nichang_remediation_allowed",
            "Whether automatic remediation (options remediation.local and remediation.webhook) may act on the "
            + "device, 0 or 1; the label reason says why not, and is empty where allowed.",
            DeviceLabel.Name, "reason");

    public OwnGauge RemediationUnmatchedEntries { get; } =
        Gauge(
            factory, "nichang_remediation_unmatched_entries",
            "Number of entries of option remediation.devices that match no network device of the host.");

    public OwnGauge Persisted { get; } =
        Gauge(
            factory,
            "nichang_persisted",
            "Whether a persistence file of the exporter is in force for the device, 0 or 1, so that settings stay off "
            + "at boot without the exporter. The label manager is the network manager of the device. For devices with "
            + "a file or with settings that a remediation decided.",
            DeviceLabel.Name, "manager");

    public OwnGauge PersistedMatches { get; } =
        Gauge(
            factory,
            "nichang_persisted_matches",
            "Whether the persistence file of the device is in force and keeps at least the settings off that "
            + "remediations decided, 0 or 1. For devices with a file or with such settings.",
            ByDevice);

    public OwnCounter PersistFailures { get; } =
        Counter(
            factory, "nichang_persist_failures_total",
            "Persistence files that the exporter could not write or remove, by option remediation.persist or on "
            + "request.");
}
