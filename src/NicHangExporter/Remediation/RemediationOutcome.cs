using System.Collections.Immutable;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Policy;

namespace NicHangExporter.Remediation;

/// <summary>The answer to a request. The journal has the same facts.</summary>
/// <param name="Id">The id of the remediation.</param>
/// <param name="Device">The device's name.</param>
/// <param name="Verdict">How it ended.</param>
/// <param name="Explanation">One sentence for a person.</param>
internal sealed record RemediationOutcome(string Id, string Device, RemediationVerdict Verdict, string Explanation)
{
    /// <summary>Why it was declined; null if it was not.</summary>
    public DeclineReason? Declined { get; init; }

    /// <summary>Seconds until it makes sense to repeat the request; null if waiting does not help.</summary>
    public double? RetryAfter { get; init; }

    /// <summary>The steps of the plan, as text.</summary>
    public ImmutableArray<string> Steps { get; init; } = [];

    /// <summary>What is off already.</summary>
    public ImmutableArray<string> AlreadyOff { get; init; } = [];

    /// <summary>What the driver has fixed on, each with what to do instead.</summary>
    public ImmutableArray<string> Fixed { get; init; } = [];

    /// <summary>The ladder stage or profile.</summary>
    public string? Profile { get; init; }

    /// <summary>The recovery action.</summary>
    public string? RecoveryAction { get; init; }

    /// <summary>The settings before, by name.</summary>
    public IReadOnlyDictionary<string, string>? Before { get; init; }

    /// <summary>The settings after, by name.</summary>
    public IReadOnlyDictionary<string, string>? After { get; init; }

    /// <summary>What was observed after the action.</summary>
    public RemediationEvidence? Evidence { get; init; }
}

/// <summary>The immediate answer to a submitted request.</summary>
/// <param name="Id">The id of the remediation.</param>
/// <param name="Joined">It joins a remediation that another caller has requested.</param>
/// <param name="Outcome">Done with the verdict, or when a command to the kernel exceeds its deadline.</param>
internal sealed record RemediationTicket(string Id, bool Joined, Task<RemediationOutcome> Outcome);
