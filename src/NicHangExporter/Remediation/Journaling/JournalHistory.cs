using NicHangExporter.Linux;

namespace NicHangExporter.Remediation.Journaling;

/// <summary>What the journal contains at the start.</summary>
/// <param name="State">The sum of all entries that could be read.</param>
/// <param name="LastSeq">The number of the last entry.</param>
/// <param name="LastAge">Age of the last entry.</param>
/// <param name="LastBoot">The boot of the last entry; null if unknown.</param>
/// <param name="LastUptime">Its uptime within that boot.</param>
/// <param name="IsKnown">False if entries are missing: what was done and what a person decided is then unknown.</param>
/// <param name="Problems">The errors, one sentence each.</param>
internal sealed record JournalHistory(
    RemediationState State, long LastSeq, double LastAge, string? LastBoot, double LastUptime, bool IsKnown,
    IReadOnlyList<string> Problems)
{
    /// <summary>There is no journal yet.</summary>
    public static JournalHistory Nothing { get; } = new(RemediationState.Empty, 0, 0, null, 0, IsKnown: true, []);

    /// <summary>The journal exists and can't be read now: nothing is lost.</summary>
    public static JournalHistory Unreadable(string problem) => Nothing with { IsKnown = false, Problems = [problem] };

    /// <summary>The history of a file that can be continued.</summary>
    public static JournalHistory Of(JournalFileScan scan) => From(scan.Last!, scan.State!, scan.HighestSeq);

    /// <summary>A file is damaged, but no entry is missing.</summary>
    public static JournalHistory Recovered(string problem, JournalSalvage salvage) =>
        From(salvage.Last!, salvage.State, salvage.HighestSeq) with { Problems = [problem] };

    /// <summary>
    /// Entries are missing. A person's decisions may be among them, so no setting is changed until a person clears the
    /// device. A pause is in force unless the rest shows that none was (docs/decisions/0024).
    /// </summary>
    public static JournalHistory Lost(string problem, JournalSalvage salvage, DecisionMark? mark)
    {
        bool? isPaused = salvage.Paused is { } known && salvage.PausedSeq > (mark?.Seq ?? -1) ? known : mark?.Paused;
        var isAssumed = isPaused is null || (isPaused.Value && salvage.State.PauseAssumed);
        var state = salvage.State.WithHistoryUnknown(isPaused ?? true, isAssumed);
        var history = salvage.Last is { } last ? From(last, state, salvage.HighestSeq) : Nothing with { State = state };
        // The number of a lost entry is not used again.
        return history with
        {
            LastSeq = Math.Max(history.LastSeq, mark?.Seq ?? 0),
            IsKnown = false,
            Problems = [problem],
        };
    }

    private static JournalHistory From(JournalEntry last, RemediationState state, long lastSeq) =>
        new(state, lastSeq, last.Age, last.Boot, last.Uptime, IsKnown: true, []);
}
