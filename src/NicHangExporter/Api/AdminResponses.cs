using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Policy;

namespace NicHangExporter.Api;

/// <summary>What came of lifting a quarantine.</summary>
/// <param name="Device">The device's name.</param>
/// <param name="Cleared">Something was lifted; false where there was nothing to lift.</param>
internal sealed record QuarantineResponse(string Device, bool Cleared)
{
    /// <summary>A sentence, where nothing was lifted.</summary>
    public string? Explanation { get; init; }
}

/// <summary>Whether the kill switch is set.</summary>
/// <param name="Paused">It is, by command or by its file: nothing is changed, except to undo.</param>
internal sealed record PauseResponse(bool Paused)
{
    /// <summary>Which of its parts is set; absent where none is.</summary>
    public IReadOnlyList<PauseCause>? PausedBy { get; init; }

    /// <summary>What pauses remediation, and what ends that; absent where it is not paused.</summary>
    public string? Explanation { get; init; }

    /// <summary>The kill switch as the status has it.</summary>
    public static PauseResponse Of(RemediationStatus status) => new(status.Paused)
    {
        PausedBy = status.Paused ? status.PausedBy : null,
        Explanation = status.PauseExplanation,
    };
}
