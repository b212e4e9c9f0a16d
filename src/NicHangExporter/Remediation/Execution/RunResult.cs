using NicHangExporter.Remediation.Journaling;

namespace NicHangExporter.Remediation.Execution;

/// <summary>How a run ended.</summary>
/// <param name="Verdict">The verdict.</param>
/// <param name="Explanation">The verdict as a sentence.</param>
/// <param name="After">The settings of the plan as they read back, by name.</param>
/// <param name="Evidence">What was observed after the action.</param>
internal sealed record RunResult(
    RemediationVerdict Verdict, string Explanation, IReadOnlyDictionary<string, string> After,
    RemediationEvidence Evidence)
{
    /// <summary>When the first packet was sent after the action, since boot; null if none was.</summary>
    public TimeSpan? SendsSince { get; init; }

    /// <summary>The change cost the device its link.</summary>
    public bool LostLink { get; init; }

    /// <summary>
    /// ifindex of the device if the run took its link down and could not bring it up again; else null.
    /// </summary>
    public long? LeftDown { get; init; }
}
