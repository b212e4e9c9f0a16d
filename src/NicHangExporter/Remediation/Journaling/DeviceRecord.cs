using System.Text.Json.Serialization;
using NicHangExporter.Text;

namespace NicHangExporter.Remediation.Journaling;

/// <summary>
/// The sum of the journal for one device. Times are ages: seconds of witnessed time (<see cref="JournalEntry.Age"/>).
/// </summary>
internal sealed record DeviceRecord
{
    /// <summary>The window of budgets, in seconds.</summary>
    public const double BudgetWindow = 24 * 3600;

    /// <summary>The name, as last seen.</summary>
    public string Device { get; init; } = "";

    /// <summary>The driver, as last seen.</summary>
    public string Driver { get; init; } = "";

    /// <summary>The ladder stage in force; null before the first.</summary>
    public int? Stage { get; init; }

    /// <summary>The stage's name.</summary>
    public string? Profile { get; init; }

    /// <summary>The last recovery action that did not end the current hang; null if none was tried.</summary>
    [JsonPropertyName("rung")]
    public string? RecoveryAction { get; init; }

    /// <summary>The settings to keep off.</summary>
    public IReadOnlyList<string> Desired { get; init => field = value ?? []; } = [];

    /// <summary>The settings as requested before the first remediation: the goal of a rollback.</summary>
    public IReadOnlyDictionary<string, string> Original { get; init => field = value ?? None; } = None;

    /// <summary>The ages at which budget was spent.</summary>
    public IReadOnlyList<double> Charges { get; init => field = value ?? []; } = [];

    /// <summary>When the cool-down ends.</summary>
    public double CooldownUntil { get; init; }

    /// <summary>No configuration change until a person clears it.</summary>
    public bool Quarantined { get; init; }

    /// <summary>It is in quarantine because a part of the journal was lost.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool HistoryUnknown { get; init; }

    /// <summary>The number of reinits in quarantine.</summary>
    public int QuarantineTries { get; init; }

    /// <summary>When the next one is allowed.</summary>
    public double QuarantineNext { get; init; }

    /// <summary>The intent without an outcome.</summary>
    public JournalEntry? Pending { get; init; }

    /// <summary>A remediation took its link down and could not bring it up again.</summary>
    public PendingLinkUp? LeftDown { get; init; }

    /// <summary>It has hung again since the stage in force was applied: the next stage follows.</summary>
    public bool Recurred { get; init; }

    /// <summary>It was healed and has worked since, but not yet for remediation.proving-time.</summary>
    public bool Proving { get; init; }

    /// <summary>The last outcome.</summary>
    public JournalEntry? Last { get; init; }

    /// <summary>When the last success was, by the wall clock.</summary>
    public DateTimeOffset? LastSuccess { get; init; }

    /// <summary>The last episode that has ended.</summary>
    public EpisodeSummary? LastEpisode { get; init; }

    /// <summary>
    /// The counts of the metrics: <c>attempts/local</c>, <c>outcomes/local/healed</c>, <c>recurrences/segmentation</c>.
    /// The timeouts in nichang_remediation_failures_total are not among them and restart with the process.
    /// </summary>
    public IReadOnlyDictionary<string, long> Counts { get; init => field = value ?? NoCounts; } = NoCounts;

    private static IReadOnlyDictionary<string, string> None { get; } = new Dictionary<string, string>();

    private static IReadOnlyDictionary<string, long> NoCounts { get; } = new Dictionary<string, long>();

    /// <summary>How often budget was spent within <see cref="BudgetWindow"/>.</summary>
    public int SpentAt(double age) => Charges.Count(charge => age - charge < BudgetWindow);

    /// <summary>One of <see cref="Counts"/>.</summary>
    public long Count(string name) => Counts.GetValueOrDefault(name);

    /// <summary>
    /// The record after a part of the journal was lost. The pauses of an earlier quarantine stay; else a reinit is
    /// allowed immediately.
    /// </summary>
    public DeviceRecord WithHistoryUnknown() =>
        this with { Quarantined = true, HistoryUnknown = true, RecoveryAction = null };

    /// <summary>The record after an entry about this device.</summary>
    public DeviceRecord After(JournalEntry entry)
    {
        var record = this with { Device = entry.Device ?? Device, Driver = entry.Driver ?? Driver };
        return entry.Event switch
        {
            JournalEvent.Intent => record.AfterIntent(entry),
            JournalEvent.Outcome => record.AfterOutcome(entry),
            // A repetition is no new quarantine: the pauses stay.
            JournalEvent.Quarantined when !Quarantined => record with
            {
                Quarantined = true,
                QuarantineTries = 0,
                QuarantineNext = entry.Age,
                RecoveryAction = null,
            },
            JournalEvent.Cleared => record with
            {
                Quarantined = false,
                HistoryUnknown = false,
                QuarantineTries = 0,
                QuarantineNext = 0,
                Charges = [],
                CooldownUntil = 0,
                RecoveryAction = null,
            },
            JournalEvent.LinkRestored => record with { LeftDown = null },
            JournalEvent.Recovered => record with { Proving = false },
            JournalEvent.Recurred => (record with { Proving = false, Recurred = true, RecoveryAction = null })
                .Counting($"recurrences/{entry.Profile ?? "none"}"),
            JournalEvent.Episode => record with { LastEpisode = entry.Episode ?? LastEpisode, RecoveryAction = null },
            _ => record,
        };
    }

    private DeviceRecord AfterIntent(JournalEntry entry)
    {
        var record = entry.Recurs is { } failed
            ? (this with { Recurred = true }).Counting($"recurrences/{failed}")
            : this;
        // A correction of drift neither proves nor disproves the stage.
        record = (record with { Pending = entry, Proving = Proving && entry.Trigger == RemediationTrigger.Drift })
            .Counting($"attempts/{SnakeCase.Of(entry.Trigger ?? default)}");
        if (entry.Charged == true)
            return record with
            {
                Charges = [.. Charges.Where(charge => entry.Age - charge < BudgetWindow), entry.Age],
                // An action during the cool-down, because of a hang, does not shorten it.
                CooldownUntil = Math.Max(CooldownUntil, entry.Age + (entry.Cooldown ?? 0)),
            };
        return Quarantined && entry.Cooldown is { } pause
            ? record with
            {
                QuarantineTries = QuarantineTries + 1,
                QuarantineNext = Math.Max(QuarantineNext, entry.Age + pause),
            }
            : record;
    }

    private DeviceRecord AfterOutcome(JournalEntry entry)
    {
        var intent = Pending is { } pending && pending.Id == entry.Id ? pending : null;
        // Any outcome closes the intent. An intent that never reached the disk was not executed and costs nothing.
        if (entry.Declined is not null)
            return intent is null ? this : this with
            {
                Pending = null,
                Charges = [.. Charges.Where(charge => intent.Charged != true || charge != intent.Age)],
            };
        var record = intent is null ? this : this with
        {
            Pending = null,
            LeftDown = entry.LeftDown is { } index ? new PendingLinkUp(index, entry.Boot) : LeftDown,
        };
        if (entry.Verdict is not { } verdict)
            return record;
        record = record.Counting($"outcomes/{SnakeCase.Of(entry.Trigger ?? default)}/{SnakeCase.Of(verdict)}");
        // A correction of drift changes neither the next recovery action nor the next stage.
        if (entry.Trigger == RemediationTrigger.Drift)
            return record;
        // An outcome without an intent changed nothing.
        if (intent is null)
            return record;
        record = record with { Last = entry with { State = null } };
        return verdict switch
        {
            RemediationVerdict.Healed => record.Adopting(intent, entry) with
            {
                RecoveryAction = null,
                Proving = true,
                Recurred = false,
                LastSuccess = entry.Time,
            },
            RemediationVerdict.Applied => record.Adopting(intent, entry) with
            {
                RecoveryAction = null,
                Recurred = false,
                LastSuccess = entry.Time,
            },
            RemediationVerdict.DidNotHold =>
                (record.Adopting(intent, entry) with { RecoveryAction = null, Recurred = true })
                .Counting($"recurrences/{intent.Profile ?? "none"}"),
            RemediationVerdict.Inconclusive or RemediationVerdict.Unverified =>
                record.Adopting(intent, entry) with { RecoveryAction = null, Recurred = false },
            RemediationVerdict.NotHealed => record with { RecoveryAction = intent.RecoveryAction },
            // Restored settings are no drift; the rest is still to be undone.
            RemediationVerdict.RollbackFailed when intent.Rollback == true => record.LettingGo(Original
                .Where(pair => entry.After?.GetValueOrDefault(pair.Key) == pair.Value)
                .Select(pair => pair.Key)),
            // A setting that could not be undone is not kept off, but a rollback must know its original. The next
            // recovery action follows.
            RemediationVerdict.RollbackFailed or RemediationVerdict.DeviceGone when intent.Rollback != true =>
                record with
                {
                    Original = OriginalWith(intent, entry),
                    RecoveryAction = verdict == RemediationVerdict.RollbackFailed
                    ? intent.RecoveryAction ?? RecoveryAction : RecoveryAction,
                },
            _ => record,
        };
    }

    // Settings that were turned off are kept off from now on; settings that were restored are not.
    private DeviceRecord Adopting(JournalEntry intent, JournalEntry outcome)
    {
        if (intent.Rollback == true)
            return LettingGo((intent.Before ?? None).Keys) with { Stage = null, Profile = null };
        var settings = (intent.Before ?? None).Keys
            .Where(name => outcome.After?.GetValueOrDefault(name) is null or "off");
        return this with
        {
            Desired = [.. Desired.Union(settings).Order(StringComparer.Ordinal)],
            Original = OriginalWith(intent, outcome),
            Stage = intent.Stage ?? Stage,
            Profile = intent.Profile ?? Profile,
        };
    }

    private DeviceRecord LettingGo(IEnumerable<string> settings)
    {
        var gone = settings.ToHashSet();
        return this with
        {
            Desired = [.. Desired.Where(name => !gone.Contains(name))],
            Original = Original.Where(pair => !gone.Contains(pair.Key)).ToDictionary(),
        };
    }

    // The original is from before the first remediation that changed it, whether or not the change took effect.
    private Dictionary<string, string> OriginalWith(JournalEntry intent, JournalEntry outcome) =>
        Original
            .Concat((intent.Before ?? None).Where(pair =>
                outcome.After?.GetValueOrDefault(pair.Key) is var after
                    && (after is null or "off" || after != pair.Value)))
            .DistinctBy(pair => pair.Key)
            .ToDictionary();

    private DeviceRecord Counting(string name) =>
        this with { Counts = new Dictionary<string, long>(Counts) { [name] = Count(name) + 1 } };
}

/// <summary>A device whose link a remediation has left down.</summary>
/// <param name="Index">Its ifindex. A device that is created again has another one and is left alone.</param>
/// <param name="Boot">
/// The boot in which that was its ifindex; null, and absent from the journal, if procfs does not tell.
/// </param>
internal sealed record PendingLinkUp(long Index, string? Boot = null);
