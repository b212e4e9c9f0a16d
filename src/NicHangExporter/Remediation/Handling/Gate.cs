using System.Collections.Immutable;
using NicHangExporter.Remediation.Policy;
using NicHangExporter.Text;

namespace NicHangExporter.Remediation.Handling;

/// <summary>One check between a request and a device.</summary>
/// <param name="Name">Its name in docs/reference/remediation.md.</param>
/// <param name="Check">The answer to the request if it ends here; null if the next gate is asked.</param>
/// <param name="Reasons">The reasons that it declines with.</param>
internal sealed record Gate(
    string Name, Func<RequestHandler, Evaluation, RemediationOutcome?> Check,
    params ImmutableArray<DeclineReason> Reasons)
{
    /// <summary>The verdicts, other than declined, that it answers with.</summary>
    public ImmutableArray<RemediationVerdict> Verdicts { get; init; } = [];

    /// <summary>The gates that it consists of; empty if it is one check.</summary>
    public ImmutableArray<PolicyGate> Parts { get; init; } = [];

    /// <summary>
    /// Name and answer, a row for each: the first two columns of the table in docs/reference/remediation.md.
    /// </summary>
    public IEnumerable<(string Gate, string Answer)> Rows =>
        Parts.SelectMany(part => part.Reasons.Select(reason => (part.Name, SnakeCase.Of(reason))))
            .Concat(Reasons.Select(reason => (Name, SnakeCase.Of(reason))))
            .Concat(Verdicts.Select(verdict => (Name, SnakeCase.Of(verdict))));
}
