namespace NicHangExporter.Remediation.Journaling;

/// <summary>What the journal remembers at the start.</summary>
/// <param name="State">What it adds up to, as far as it could be read.</param>
/// <param name="LastSeq">The number that the next entry follows.</param>
/// <param name="LastAge">Age of the last entry.</param>
/// <param name="LastBoot">The boot of the last entry; null where nobody knew.</param>
/// <param name="LastUptime">Its uptime within that boot.</param>
/// <param name="IsKnown">False where something is missing: then nobody knows what was done, nor what a person decided.</param>
/// <param name="Problems">What is wrong, one sentence each.</param>
internal sealed record JournalHistory(
    RemediationState State, long LastSeq, double LastAge, string? LastBoot, double LastUptime, bool IsKnown, IReadOnlyList<string> Problems)
{
    /// <summary>Nothing has ever happened.</summary>
    public static JournalHistory Nothing { get; } = new(RemediationState.Empty, 0, 0, null, 0, IsKnown: true, []);

    /// <summary>It is there and can't be read now: nothing is lost, and nothing is known.</summary>
    public static JournalHistory Unreadable(string problem) => Nothing with { IsKnown = false, Problems = [problem] };

    /// <summary>As a file tells that can be continued.</summary>
    public static JournalHistory Of(JournalFileScan scan) => From(scan.Last!, scan.State!, scan.HighestSeq);

    /// <summary>A file is damaged, and yet nothing is missing.</summary>
    public static JournalHistory Recovered(string problem, JournalSalvage salvage) => From(salvage.Last!, salvage.State, salvage.HighestSeq) with { Problems = [problem] };

    /// <summary>
    /// Something is missing. What a person decided may be among it, so nothing of a configuration is changed until a person says so; and where nothing tells
    /// that no pause was in force, one is (docs/decisions/0024).
    /// </summary>
    public static JournalHistory Lost(string problem, JournalSalvage salvage, DecisionMark? mark)
    {
        bool? isPaused = salvage.Paused is { } known && salvage.PausedSeq > (mark?.Seq ?? -1) ? known : mark?.Paused;
        var state = salvage.State.WithHistoryUnknown(isPaused ?? true, isAssumed: isPaused is null || (isPaused.Value && salvage.State.PauseAssumed));
        var history = salvage.Last is { } last ? From(last, state, salvage.HighestSeq) : Nothing with { State = state };
        // A number is not used twice, also where the entry is lost.
        return history with { LastSeq = Math.Max(history.LastSeq, mark?.Seq ?? 0), IsKnown = false, Problems = [problem] };
    }

    private static JournalHistory From(JournalEntry last, RemediationState state, long lastSeq) =>
        new(state, lastSeq, last.Age, last.Boot, last.Uptime, IsKnown: true, []);
}
