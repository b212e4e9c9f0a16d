using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Policy;

namespace NicHangExporter.Api;

/// <summary>The result of clearing a quarantine.</summary>
/// <param name="Device">The device's name.</param>
/// <param name="Cleared">False if there was nothing to clear.</param>
internal sealed record QuarantineResponse(string Device, bool Cleared)
{
    /// <summary>A sentence; absent if something was cleared.</summary>
    public string? Explanation { get; init; }
}

/// <summary>The kill switch.</summary>
/// <param name="Paused">True while it is set, by command or by its file: only rollbacks are carried out.</param>
internal sealed record PauseResponse(bool Paused)
{
    /// <summary>What sets it; absent if it is not set.</summary>
    public IReadOnlyList<PauseCause>? PausedBy { get; init; }

    /// <summary>What pauses remediation and how to resume it; absent if it is not paused.</summary>
    public string? Explanation { get; init; }

    public static PauseResponse Of(RemediationStatus status) => new(status.Paused)
    {
        PausedBy = status.PausedBy,
        Explanation = status.PauseExplanation,
    };
}

/// <summary>The body of a request that says everything in its path.</summary>
internal sealed record EmptyRequest;
