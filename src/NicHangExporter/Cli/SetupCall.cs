using NicHangExporter.Options;

namespace NicHangExporter.Cli;

/// <summary>The command <c>setup</c>, read from the command line and well formed.</summary>
internal sealed record SetupCall
{
    /// <summary>Everything is given, so nothing is asked.</summary>
    public required bool IsYes { get; init; }

    /// <summary>Show what would be done, and write nothing.</summary>
    public required bool IsDryRun { get; init; }

    /// <summary>Take back what setup did.</summary>
    public required bool IsUndo { get; init; }

    /// <summary>Observe or enforce; null if it was not given.</summary>
    public required RemediationMode? Mode { get; init; }

    /// <summary>Names or bus addresses; empty if none was given.</summary>
    public required IReadOnlyList<string> Devices { get; init; }

    /// <summary>Keep the settings of a healed device over reboots; null if it was not given.</summary>
    public required bool? Persist { get; init; }

    /// <summary>Persist this profile now; null for none.</summary>
    public required string? Profile { get; init; }
}
