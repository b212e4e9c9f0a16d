using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Policy;

namespace NicHangExporter.Control;

/// <summary>
/// One line from the daemon. While it works it says every few seconds how long already (<see cref="Waiting"/>), so that silence means
/// trouble; the line with anything else is the answer and the last.
/// </summary>
internal sealed record ControlAnswer
{
    /// <summary>The version of the protocol.</summary>
    public int Version { get; init; } = ControlProtocol.Version;

    /// <summary>Seconds since the request; the answer is still to come.</summary>
    public double? Waiting { get; init; }

    /// <summary>Why nothing was done, as a sentence.</summary>
    public string? Error { get; init; }

    /// <summary>What was done, as a sentence, where there is no more to tell.</summary>
    public string? Done { get; init; }

    /// <summary>Whether remediation is paused now, after pause or resume.</summary>
    public bool? Paused { get; init; }

    /// <summary>Which parts of the kill switch are set, after pause or resume.</summary>
    public IReadOnlyList<PauseCause>? PausedBy { get; init; }

    /// <summary>The request found a remediation of the device under way, and this is the outcome of that one.</summary>
    public bool? Joined { get; init; }

    /// <summary>How a remediation ended.</summary>
    public RemediationOutcome? Outcome { get; init; }

    /// <summary>The picture of now.</summary>
    public RemediationStatus? Status { get; init; }

    /// <summary>An answer that says why there is none.</summary>
    public static ControlAnswer Refuse(string error) => new() { Error = error };
}
