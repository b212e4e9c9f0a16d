using System.Text.Json.Serialization;
using NicHangExporter.Linux;
using NicHangExporter.Remediation.Execution;
using NicHangExporter.Remediation.Policy;
using NicHangExporter.Text;

namespace NicHangExporter.Remediation.Journaling;

/// <summary>The kind of a journal entry.</summary>
[JsonConverter(typeof(SnakeCaseConverter<JournalEvent>))]
internal enum JournalEvent
{
    /// <summary>The whole state, at the begin of each file.</summary>
    Checkpoint,
    /// <summary>A device is about to be changed.</summary>
    Intent,
    /// <summary>The result of an intent, or why there was none.</summary>
    Outcome,
    /// <summary>A device went into quarantine.</summary>
    Quarantined,
    /// <summary>A person has cleared the quarantine.</summary>
    Cleared,
    /// <summary>
    /// A person has cleared each watched device since a part of the journal was lost: devices without a record are not
    /// in quarantine any more.
    /// </summary>
    HistoryAccepted,
    /// <summary>A person has paused remediation.</summary>
    Paused,
    /// <summary>A person has resumed it.</summary>
    Resumed,
    /// <summary>A healed device has worked for remediation.proving-time.</summary>
    Recovered,
    /// <summary>A hang returned after a remediation.</summary>
    Recurred,
    /// <summary>A link that was left down is up again, or its device no longer exists.</summary>
    LinkRestored,
    /// <summary>A hang episode has ended.</summary>
    Episode,
    /// <summary>Alerts were accepted and wait for an action.</summary>
    Alert,
    /// <summary>
    /// Alerts were answered without an intent: nothing was to be done, or another request was doing it.
    /// </summary>
    Answered,
    /// <summary>Time has passed: cool-downs and budgets count witnessed time only.</summary>
    Clock,
}

/// <summary>
/// One line of the journal. Members that do not concern the event are absent. The state is the sum of all lines
/// (<see cref="RemediationState"/>).
/// </summary>
internal sealed record JournalEntry(JournalEvent Event)
{
    /// <summary>The number of the line, counted over all files without gaps.</summary>
    public long Seq { get; init; }

    /// <summary>Wall time, for people. No decision depends on it.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>/proc/sys/kernel/random/boot_id.</summary>
    public string? Boot { get; init; }

    /// <summary>Seconds since boot (CLOCK_MONOTONIC).</summary>
    public double Uptime { get; init; }

    /// <summary>Witnessed seconds since the first line, over all boots: the clock of cool-downs and budgets.</summary>
    public double Age { get; init; }

    /// <summary>The id of the remediation.</summary>
    public string? Id { get; init; }

    /// <summary><see cref="DeviceFacts.Key"/>.</summary>
    public string? Key { get; init; }

    /// <summary>The name at that time.</summary>
    public string? Device { get; init; }

    /// <summary>The driver.</summary>
    public string? Driver { get; init; }

    /// <summary>Where the request came from.</summary>
    public RemediationTrigger? Trigger { get; init; }

    /// <summary>The credential's name or the user.</summary>
    public string? Actor { get; init; }

    /// <summary>Why: the caller's text in an intent, the explanation in an outcome.</summary>
    public string? Reason { get; init; }

    /// <summary>The caller's idempotency key; absent if there was none.</summary>
    public string? RequestKey { get; init; }

    /// <summary>The profile or ladder stage.</summary>
    public string? Profile { get; init; }

    /// <summary>Index of the ladder stage; absent for explicit settings.</summary>
    public int? Stage { get; init; }

    /// <summary>In an intent because of a hang: the profile that was in force and did not hold.</summary>
    public string? Recurs { get; init; }

    /// <summary>The recovery action.</summary>
    [JsonPropertyName("rung")]
    public string? RecoveryAction { get; init; }

    /// <summary>The device hung at the begin.</summary>
    public bool? Hung { get; init; }

    /// <summary>True for a rollback.</summary>
    public bool? Rollback { get; init; }

    /// <summary>It costs budget and starts a cool-down.</summary>
    public bool? Charged { get; init; }

    /// <summary>Seconds of cool-down, or of pause in quarantine, that begin with this intent.</summary>
    public double? Cooldown { get; init; }

    /// <summary>
    /// The process that executes it, by pid and start time. While it lives, no other process resolves the intent.
    /// </summary>
    public string? Writer { get; init; }

    /// <summary>The device was up (IFF_UP) before.</summary>
    public bool? WasUp { get; init; }

    /// <summary>The steps, as text.</summary>
    public IReadOnlyList<string>? Steps { get; init; }

    /// <summary>The settings as requested before, by name: features by the kernel's, eee, pause.</summary>
    public IReadOnlyDictionary<string, string>? Before { get; init; }

    /// <summary>The same settings as they read afterwards.</summary>
    public IReadOnlyDictionary<string, string>? After { get; init; }

    /// <summary>Features that the driver has fixed.</summary>
    public IReadOnlyList<string>? Fixed { get; init; }

    /// <summary>How it ended.</summary>
    public RemediationVerdict? Verdict { get; init; }

    /// <summary>Why it was declined.</summary>
    public DeclineReason? Declined { get; init; }

    /// <summary>What was observed after the action.</summary>
    public RemediationEvidence? Evidence { get; init; }

    /// <summary>ifindex of the device if its link could not be brought up again.</summary>
    public long? LeftDown { get; init; }

    /// <summary>An episode that has ended.</summary>
    public EpisodeSummary? Episode { get; init; }

    /// <summary>The alerts that were accepted, or answered.</summary>
    public IReadOnlyList<AcceptedAlert>? Alerts { get; init; }

    /// <summary>The whole state, in a checkpoint.</summary>
    public RemediationState? State { get; init; }

    /// <summary>An entry about a device that is present.</summary>
    public static JournalEntry For(JournalEvent what, DeviceFacts facts) => new(what)
    {
        Key = facts.Key,
        Device = facts.Name.ToString(),
        Driver = facts.Driver.Length > 0 ? facts.Driver : null,
    };

    /// <summary>An entry about a device by its record.</summary>
    public static JournalEntry For(JournalEvent what, string key, DeviceRecord record) =>
        new(what) { Key = key, Device = record.Device, Driver = record.Driver };
}

/// <summary>What was observed between the action and the verdict.</summary>
/// <param name="Seconds">From the request to the verdict.</param>
/// <param name="TxPackets">Packets sent since the action.</param>
/// <param name="TxAdvancedSeconds">
/// From the action to the first packet, within the sample interval; null for none.
/// </param>
/// <param name="HangReports">Hang reports since the action.</param>
/// <param name="CarrierSeconds">From the action until the device was operational again; null if it was not.</param>
/// <param name="Error">The errors of the kernel.</param>
internal sealed record RemediationEvidence(
    double Seconds, ulong? TxPackets = null, double? TxAdvancedSeconds = null, int HangReports = 0,
    double? CarrierSeconds = null, string? Error = null);

/// <summary>A hang episode that has ended.</summary>
/// <param name="Id">Its id, which names its bundle.</param>
/// <param name="Start">The time of its first sign, by the wall clock.</param>
/// <param name="End">The time of its last sign.</param>
/// <param name="Shape">wedge, flap, stall, unknown.</param>
/// <param name="OutageSeconds">From the first to the last.</param>
/// <param name="Reports">Hang reports of driver and watchdog.</param>
internal sealed record EpisodeSummary(
    string Id, DateTimeOffset Start, DateTimeOffset End, string Shape, double OutageSeconds, int Reports);
