using NicHangExporter.Options;
using NicHangExporter.Remediation.Execution;
using NicHangExporter.Remediation.Journaling;

namespace NicHangExporter.Remediation.Policy;

/// <summary>Everything that a decision depends on.</summary>
/// <param name="Request">The request.</param>
/// <param name="Facts">The device.</param>
/// <param name="Record">What the journal says of it.</param>
/// <param name="Age">Now, in seconds of witnessed time (<see cref="JournalEntry.Age"/>).</param>
internal sealed record PolicyInput(RemediationRequest Request, DeviceFacts Facts, DeviceRecord Record, double Age)
{
    /// <summary>The mode of the trigger.</summary>
    public required RemediationMode Mode { get; init; }

    /// <summary><see cref="AllowedDevices.Contains"/>.</summary>
    public required bool IsAllowed { get; init; }

    /// <summary>There is a ladder for the driver.</summary>
    public required bool HasLadder { get; init; }

    /// <summary>The process has CAP_NET_ADMIN.</summary>
    public required bool IsCapable { get; init; }

    public required bool IsJournalWritable { get; init; }

    /// <summary>The kill switch is set, by command or by file.</summary>
    public required bool IsPaused { get; init; }

    /// <summary>Which of the two is set, and how to lift it.</summary>
    public string PauseExplanation { get; init; } = "";

    /// <summary>The device hangs: it sends nothing.</summary>
    public required bool IsHung { get; init; }

    /// <summary>Another device began to hang at about the same time.</summary>
    public required bool IsAmbiguous { get; init; }

    /// <summary>The machine runs for less than <c>remediation.boot-grace</c>.</summary>
    public required bool IsBootGrace { get; init; }

    /// <summary>Budget spent by all devices within 24 h.</summary>
    public required int HostSpent { get; init; }

    /// <summary>Until this age every device counts as cooling down.</summary>
    public required double UnknownUntil { get; init; }

    /// <summary>The device for messages.</summary>
    public string Device => Facts.Name.ToString();
}
