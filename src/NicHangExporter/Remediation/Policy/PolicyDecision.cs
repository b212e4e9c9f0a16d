namespace NicHangExporter.Remediation.Policy;

/// <summary>A decision of <see cref="RemediationPolicy"/>.</summary>
/// <param name="Declined">Why not; null if the request may go on.</param>
/// <param name="Explanation">One sentence.</param>
/// <param name="RetryAfter">Seconds until it makes sense to repeat the request.</param>
/// <param name="ReinitOnly">The device is in quarantine: nothing but a reinit is allowed.</param>
/// <param name="BudgetGone">The device goes into quarantine now.</param>
internal readonly record struct PolicyDecision(
    DeclineReason? Declined, string Explanation = "", double? RetryAfter = null, bool ReinitOnly = false,
    bool BudgetGone = false)
{
    public static PolicyDecision No(DeclineReason reason, string explanation, double? retryAfter = null) =>
        new(reason, explanation, retryAfter);
}
