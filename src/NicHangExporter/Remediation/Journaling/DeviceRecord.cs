using System.Text.Json.Serialization;

namespace NicHangExporter.Remediation.Journaling;

/// <summary>
/// What the journal adds up to for one device. Times are ages: seconds of witnessed time (<see cref="JournalEntry.Age"/>).
/// </summary>
internal sealed record DeviceRecord
{
    /// <summary>How far back budgets reach, in seconds.</summary>
    public const double BudgetWindow = 24 * 3600;

    /// <summary>The name, as last seen.</summary>
    public string Device { get; init; } = "";

    /// <summary>The driver, as last seen.</summary>
    public string Driver { get; init; } = "";

    /// <summary>The ladder stage in force; null before the first.</summary>
    public int? Stage { get; init; }

    /// <summary>The stage's name.</summary>
    public string? Profile { get; init; }

    /// <summary>The rung that did not heal the trouble under way; null where the first is next.</summary>
    public string? Rung { get; init; }

    /// <summary>What was decided: settings that are to be off.</summary>
    public IReadOnlyList<string> Desired { get; init => field = value ?? []; } = [];

    /// <summary>The settings as they were requested before the first decision: where a rollback leads.</summary>
    public IReadOnlyDictionary<string, string> Original { get; init => field = value ?? None; } = None;

    /// <summary>When budget was spent.</summary>
    public IReadOnlyList<double> Charges { get; init => field = value ?? []; } = [];

    /// <summary>When the cool-down ends.</summary>
    public double CooldownUntil { get; init; }

    /// <summary>No configuration change until a person clears it.</summary>
    public bool Quarantined { get; init; }

    /// <summary>It is in quarantine because a part of the journal was lost: what a person decided may be missing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool HistoryUnknown { get; init; }

    /// <summary>Reinits tried in quarantine.</summary>
    public int QuarantineTries { get; init; }

    /// <summary>When the next one may be.</summary>
    public double QuarantineNext { get; init; }

    /// <summary>The intent without an outcome.</summary>
    public JournalEntry? Pending { get; init; }

    /// <summary>Its link is down by our hand and could not be brought up again: that is owed until it is up.</summary>
    public PendingLinkUp? LeftDown { get; init; }

    /// <summary>It has hung again since the stage in force was applied: the next one's turn.</summary>
    public bool Recurred { get; init; }

    /// <summary>Healed, and working since then; not yet for the whole proving time.</summary>
    public bool Proving { get; init; }

    /// <summary>The last outcome.</summary>
    public JournalEntry? Last { get; init; }

    /// <summary>When the last success was, by the wall clock.</summary>
    public DateTimeOffset? LastSuccess { get; init; }

    /// <summary>The last episode that is over.</summary>
    public EpisodeSummary? LastEpisode { get; init; }

    /// <summary>Counts that metrics show: <c>attempts/local</c>, <c>outcomes/local/healed</c>, <c>failures/timeout</c>, <c>recurrences/segmentation</c>.</summary>
    public IReadOnlyDictionary<string, long> Counts { get; init => field = value ?? NoCounts; } = NoCounts;

    private static IReadOnlyDictionary<string, string> None { get; } = new Dictionary<string, string>();

    private static IReadOnlyDictionary<string, long> NoCounts { get; } = new Dictionary<string, long>();

    /// <summary>How often budget was spent within the window that ends now.</summary>
    public int SpentAt(double age) => Charges.Count(charge => age - charge < BudgetWindow);

    /// <summary>One of <see cref="Counts"/>.</summary>
    public long Count(string name) => Counts.GetValueOrDefault(name);

    /// <summary>The record where something is missing. A reinit may be tried at once; the pauses of a quarantine that was there before stay.</summary>
    public DeviceRecord WithHistoryUnknown() => this with { Quarantined = true, HistoryUnknown = true, Rung = null };

    /// <summary>The record after an entry about this device.</summary>
    public DeviceRecord After(JournalEntry entry)
    {
        var record = this with { Device = entry.Device ?? Device, Driver = entry.Driver ?? Driver };
        return entry.Event switch
        {
            JournalEvent.Intent => record.AfterIntent(entry),
            JournalEvent.Outcome => record.AfterOutcome(entry),
            // Said twice it is no new quarantine: the pauses that have grown stay.
            JournalEvent.Quarantined when !Quarantined => record with { Quarantined = true, QuarantineTries = 0, QuarantineNext = entry.Age, Rung = null },
            JournalEvent.Cleared => record with { Quarantined = false, HistoryUnknown = false, QuarantineTries = 0, QuarantineNext = 0, Charges = [], CooldownUntil = 0, Rung = null },
            JournalEvent.LinkRestored => record with { LeftDown = null },
            JournalEvent.Recovered => record with { Proving = false },
            JournalEvent.Recurred => (record with { Proving = false, Recurred = true, Rung = null }).Counting($"recurrences/{entry.Profile ?? "none"}"),
            JournalEvent.Episode => record with { LastEpisode = entry.Episode ?? LastEpisode, Rung = null },
            _ => record,
        };
    }

    private DeviceRecord AfterIntent(JournalEntry entry)
    {
        var record = entry.Recurs is { } failed ? (this with { Recurred = true }).Counting($"recurrences/{failed}") : this;
        // To bring back what was decided before proves nothing and disproves nothing.
        record = (record with { Pending = entry, Proving = Proving && entry.Trigger == RemediationTrigger.Drift }).Counting($"attempts/{SnakeCase.Of(entry.Trigger ?? default)}");
        if (entry.Charged == true)
            return record with
            {
                Charges = [.. Charges.Where(charge => entry.Age - charge < BudgetWindow), entry.Age],
                // An action that does not wait for the cool-down, as in a hang under way, must not shorten it either.
                CooldownUntil = Math.Max(CooldownUntil, entry.Age + (entry.Cooldown ?? 0)),
            };
        return Quarantined && entry.Cooldown is { } pause
            ? record with { QuarantineTries = QuarantineTries + 1, QuarantineNext = Math.Max(QuarantineNext, entry.Age + pause) }
            : record;
    }

    private DeviceRecord AfterOutcome(JournalEntry entry)
    {
        var intent = Pending is { } pending && pending.Id == entry.Id ? pending : null;
        // An intent that has come to an outcome is over, whatever the outcome is; one that never reached the disk was not carried out and costs nothing.
        if (entry.Declined is not null)
            return intent is null ? this : this with { Pending = null, Charges = [.. Charges.Where(charge => intent.Charged != true || charge != intent.Age)] };
        var record = intent is null ? this : this with { Pending = null, LeftDown = entry.LeftDown is { } index ? new PendingLinkUp(index, entry.Boot) : LeftDown };
        if (entry.Verdict is not { } verdict)
            return record;
        record = record.Counting($"outcomes/{SnakeCase.Of(entry.Trigger ?? default)}/{SnakeCase.Of(verdict)}");
        // Nor does it answer a hang: which rung and which stage are next, and how long the stage in force has held, is another matter.
        if (entry.Trigger == RemediationTrigger.Drift)
            return record;
        // What was only thought about says nothing of how what is in force holds.
        if (intent is null)
            return record;
        record = record with { Last = entry with { State = null } };
        return verdict switch
        {
            RemediationVerdict.Healed => record.Adopting(intent, entry) with { Rung = null, Proving = true, Recurred = false, LastSuccess = entry.Time },
            RemediationVerdict.Applied => record.Adopting(intent, entry) with { Rung = null, Recurred = false, LastSuccess = entry.Time },
            RemediationVerdict.DidNotHold => (record.Adopting(intent, entry) with { Rung = null, Recurred = true }).Counting($"recurrences/{intent.Profile ?? "none"}"),
            RemediationVerdict.Inconclusive or RemediationVerdict.Unverified => record.Adopting(intent, entry) with { Rung = null, Recurred = false },
            RemediationVerdict.NotHealed => record with { Rung = intent.Rung },
            // What is back is back, and must not be taken for drift; the rest is still to be undone.
            RemediationVerdict.RollbackFailed when intent.Rollback == true => record.LettingGo(Original.Where(pair => entry.After?.GetValueOrDefault(pair.Key) == pair.Value).Select(pair => pair.Key)),
            // What could not be undone is not decided, but whoever comes to undo it must know where it was. A hang goes on meanwhile: the next rung's turn.
            RemediationVerdict.RollbackFailed or RemediationVerdict.DeviceGone when intent.Rollback != true =>
                record with { Original = OriginalWith(intent, entry), Rung = verdict == RemediationVerdict.RollbackFailed ? intent.Rung ?? Rung : Rung },
            _ => record,
        };
    }

    // What the pass turned off is wanted off from now on; what it turned back on is no longer our concern.
    private DeviceRecord Adopting(JournalEntry intent, JournalEntry outcome)
    {
        if (intent.Rollback == true)
            return LettingGo((intent.Before ?? None).Keys) with { Stage = null, Profile = null };
        var settings = (intent.Before ?? None).Where(pair => outcome.After?.GetValueOrDefault(pair.Key) is null or "off").ToDictionary();
        return this with
        {
            Desired = [.. Desired.Union(settings.Keys).Order(StringComparer.Ordinal)],
            Original = OriginalWith(intent, outcome),
            Stage = intent.Stage ?? Stage,
            Profile = intent.Profile ?? Profile,
        };
    }

    private DeviceRecord LettingGo(IEnumerable<string> settings)
    {
        var gone = settings.ToHashSet();
        return this with { Desired = [.. Desired.Where(name => !gone.Contains(name))], Original = Original.Where(pair => !gone.Contains(pair.Key)).ToDictionary() };
    }

    // The way back leads to where it was before the first pass that changed it, whether or not the change took.
    private Dictionary<string, string> OriginalWith(JournalEntry intent, JournalEntry outcome) =>
        Original.Concat((intent.Before ?? None).Where(pair => outcome.After?.GetValueOrDefault(pair.Key) is var after && (after is null or "off" || after != pair.Value))).DistinctBy(pair => pair.Key).ToDictionary();

    private DeviceRecord Counting(string name) => this with { Counts = new Dictionary<string, long>(Counts) { [name] = Count(name) + 1 } };
}

/// <summary>A device whose link we have left down.</summary>
/// <param name="Index">Its ifindex: one that is made anew, under whatever name, is not ours to switch on.</param>
/// <param name="Boot">The boot in which that was its number; null, and absent from the journal, where procfs does not tell.</param>
internal sealed record PendingLinkUp(long Index, string? Boot = null);
