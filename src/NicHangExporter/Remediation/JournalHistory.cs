namespace NicHangExporter.Remediation;

/// <summary>What the journal remembers at the start.</summary>
/// <param name="State">What it adds up to, as far as it could be read.</param>
/// <param name="LastSeq">The number that the next entry follows.</param>
/// <param name="LastAge">Age of the last entry.</param>
/// <param name="LastBoot">The boot of the last entry; null where nobody knew.</param>
/// <param name="LastUptime">Its uptime within that boot.</param>
/// <param name="IsKnown">False where something was lost: then nobody knows what was done, and every device counts as cooling.</param>
/// <param name="Problems">What is wrong, one sentence each.</param>
internal sealed record JournalHistory(
    RemediationState State, long LastSeq, double LastAge, string? LastBoot, double LastUptime, bool IsKnown, IReadOnlyList<string> Problems)
{
    /// <summary>Nothing has ever happened.</summary>
    public static JournalHistory Nothing { get; } = new(RemediationState.Empty, 0, 0, null, 0, IsKnown: true, []);

    /// <summary>Nobody knows what has happened.</summary>
    public static JournalHistory Unknown(string problem) => Nothing with { IsKnown = false, Problems = [problem] };

    /// <summary>As far as a file tells.</summary>
    public static JournalHistory Of(JournalScan? scan, long lastSeq) => scan?.Last is not { } last
        ? Nothing with { LastSeq = lastSeq }
        : new(scan.State!, lastSeq, last.Age, last.Boot, last.Uptime, IsKnown: true, []);
}
