using System.Text.Json.Serialization;
using NicHangExporter.Remediation.Execution;
using NicHangExporter.Remediation.Policy;

namespace NicHangExporter.Remediation.Journaling;

/// <summary>What an entry of the journal says.</summary>
[JsonConverter(typeof(SnakeCaseConverter<JournalEvent>))]
internal enum JournalEvent
{
    /// <summary>The whole state, at the start of each file.</summary>
    Checkpoint,
    /// <summary>About to change a device.</summary>
    Intent,
    /// <summary>How that ended, or why it was not done.</summary>
    Outcome,
    /// <summary>The budget is gone.</summary>
    Quarantined,
    /// <summary>A person has lifted it.</summary>
    Cleared,
    /// <summary>
    /// With that, a person has cleared each device that is watched since a part of the journal was lost: one that is not on
    /// record is a new one again.
    /// </summary>
    HistoryAccepted,
    /// <summary>A person has set the kill switch.</summary>
    Paused,
    /// <summary>A person has lifted it.</summary>
    Resumed,
    /// <summary>A healed device has worked for the whole proving time.</summary>
    Recovered,
    /// <summary>A hang came back after a remediation.</summary>
    Recurred,
    /// <summary>A link that was left down is up again, or not ours to bring up any more.</summary>
    LinkRestored,
    /// <summary>A hang episode is over.</summary>
    Episode,
    /// <summary>Alerts were accepted; something is to be done about them.</summary>
    Alert,
    /// <summary>They were answered without an intent that says so: nothing was to be done, or somebody else was doing it.</summary>
    Answered,
    /// <summary>Time has passed: cool-downs and budgets age only by time that was witnessed.</summary>
    Clock,
}

/// <summary>
/// One line of the journal. Members that do not concern the event are absent. Within one process lines only add up: state is the fold of all
/// of them (<see cref="RemediationState"/>), so that what is remembered is exactly what was written.
/// </summary>
internal sealed record JournalEntry(JournalEvent Event)
{
    /// <summary>Counts up by one for each line, over all files.</summary>
    public long Seq { get; init; }

    /// <summary>Wall time, for people. Nothing is decided by it: it jumps.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>/proc/sys/kernel/random/boot_id.</summary>
    public string? Boot { get; init; }

    /// <summary>Seconds since boot (CLOCK_MONOTONIC).</summary>
    public double Uptime { get; init; }

    /// <summary>Seconds that were witnessed since the first line, over all boots: the clock of cool-downs and budgets.</summary>
    public double Age { get; init; }

    /// <summary>The pass that it belongs to.</summary>
    public string? Id { get; init; }

    /// <summary><see cref="DeviceFacts.Key"/>.</summary>
    public string? Key { get; init; }

    /// <summary>The name at that time.</summary>
    public string? Device { get; init; }

    /// <summary>The driver.</summary>
    public string? Driver { get; init; }

    /// <summary>Who asked.</summary>
    public RemediationTrigger? Trigger { get; init; }

    /// <summary>The credential's name or the user.</summary>
    public string? Actor { get; init; }

    /// <summary>Why: in the asker's words in an intent, in ours in an outcome.</summary>
    public string? Reason { get; init; }

    /// <summary>By what the asker knows the same wish again; absent where nobody asked for that.</summary>
    public string? RequestKey { get; init; }

    /// <summary>The profile or ladder stage.</summary>
    public string? Profile { get; init; }

    /// <summary>Index of the ladder stage; absent for explicit settings.</summary>
    public int? Stage { get; init; }

    /// <summary>The profile that was in force and did not hold, in the intent that answers the hang.</summary>
    public string? Recurs { get; init; }

    /// <summary>The rung of recovery.</summary>
    public string? Rung { get; init; }

    /// <summary>The device was hung when it began.</summary>
    public bool? Hung { get; init; }

    /// <summary>True for a pass that undoes what was decided.</summary>
    public bool? Rollback { get; init; }

    /// <summary>True where it costs budget and starts a cool-down.</summary>
    public bool? Charged { get; init; }

    /// <summary>Seconds of cool-down, or of the pause before the next try in quarantine, that begin with this intent.</summary>
    public double? Cooldown { get; init; }

    /// <summary>The process that carries it out, by number and start: while it lives, the intent is nobody else's to settle.</summary>
    public string? Writer { get; init; }

    /// <summary>IFF_UP was set before.</summary>
    public bool? WasUp { get; init; }

    /// <summary>The steps, in their own text.</summary>
    public IReadOnlyList<string>? Steps { get; init; }

    /// <summary>The settings as they were requested before, by name: features by the kernel's, eee, pause.</summary>
    public IReadOnlyDictionary<string, string>? Before { get; init; }

    /// <summary>The same settings as they read afterwards.</summary>
    public IReadOnlyDictionary<string, string>? After { get; init; }

    /// <summary>Features that the driver has fixed.</summary>
    public IReadOnlyList<string>? Fixed { get; init; }

    /// <summary>How it ended.</summary>
    public RemediationVerdict? Verdict { get; init; }

    /// <summary>Why it was declined.</summary>
    public DeclineReason? Declined { get; init; }

    /// <summary>What was seen after the action.</summary>
    public RemediationEvidence? Evidence { get; init; }

    /// <summary>ifindex of the device where its link could not be brought up again.</summary>
    public long? LeftDown { get; init; }

    /// <summary>An episode that is over.</summary>
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

/// <summary>What was seen between the action and the verdict.</summary>
/// <param name="Seconds">From the request to the verdict.</param>
/// <param name="TxPackets">Packets sent since the action.</param>
/// <param name="TxAdvancedSeconds">From the action to the first of them, as far as the samples tell; null for none.</param>
/// <param name="HangReports">Hang reports since the action.</param>
/// <param name="CarrierSeconds">From the action until the device was operational again; null for not yet.</param>
/// <param name="Error">What the kernel said.</param>
internal sealed record RemediationEvidence(
    double Seconds, ulong? TxPackets = null, double? TxAdvancedSeconds = null, int HangReports = 0, double? CarrierSeconds = null, string? Error = null);

/// <summary>A hang episode that is over.</summary>
/// <param name="Id">Names its bundle.</param>
/// <param name="Start">When its first testimony came, by the wall clock.</param>
/// <param name="End">When its last one did.</param>
/// <param name="Shape">wedge, flap, stall, unknown.</param>
/// <param name="OutageSeconds">From the first to the last.</param>
/// <param name="Reports">Hang reports of driver and watchdog.</param>
internal sealed record EpisodeSummary(string Id, DateTimeOffset Start, DateTimeOffset End, string Shape, double OutageSeconds, int Reports);
