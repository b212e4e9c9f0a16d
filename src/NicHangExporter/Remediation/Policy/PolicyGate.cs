using System.Collections.Immutable;
using NicHangExporter.Options;

namespace NicHangExporter.Remediation.Policy;

/// <summary>One check of <see cref="RemediationPolicy"/>.</summary>
/// <param name="Name">Its name in docs/reference/remediation.md.</param>
/// <param name="AppliesTo">The requests that it is asked for.</param>
/// <param name="Check">The decision if it ends here; null if the next gate is asked.</param>
/// <param name="Reasons">The reasons that it declines with.</param>
internal sealed record PolicyGate(
    string Name, Func<RemediationRequest, bool> AppliesTo, Func<PolicyInput, ExporterOptions, PolicyDecision?> Check,
    params ImmutableArray<DeclineReason> Reasons);
