using System.Collections.Immutable;
using NicHangExporter.Linux;

namespace NicHangExporter.Remediation;

/// <summary>A wish to change a device. It is only a wish: the policy decides.</summary>
/// <param name="Device">The device. There is no default: empty never means all.</param>
/// <param name="Trigger">Who asks.</param>
internal sealed record RemediationRequest(InterfaceName Device, RemediationTrigger Trigger)
{
    /// <summary>
    /// The address on the bus that the device must have, empty for a virtual one; null where the name alone counts. Who asks because of what was seen of a device
    /// means that one, and not whatever has got its name since.
    /// </summary>
    public BusAddress? Bus { get; init; }

    /// <summary>Settings to turn off, features by ethtool's short names or the kernel's, eee, pause; empty: whatever stage of the device's ladder is next.</summary>
    public ImmutableArray<string> Settings { get; init; } = [];

    /// <summary>The profile that the settings come from, for the record; null where they were listed or are the ladder's.</summary>
    public string? Profile { get; init; }

    /// <summary>Also un-wedge the device: the next rung of recovery.</summary>
    public bool Recover { get; init; }

    /// <summary>Undo everything that was decided for the device. Neither a cool-down nor the kill switch stops that.</summary>
    public bool Rollback { get; init; }

    /// <summary>Say what would be done, and do nothing.</summary>
    public bool DryRun { get; init; }

    /// <summary>The hang episode that it answers; null where there is none.</summary>
    public string? Episode { get; init; }

    /// <summary>It goes on with a trouble that the pass before has not cured, whether or not anything is reported any more.</summary>
    public bool Continues { get; init; }

    /// <summary>The credential's name or the user, for the record.</summary>
    public string? Actor { get; init; }

    /// <summary>Why, in the asker's words, for the record.</summary>
    public string? Reason { get; init; }

    /// <summary>By what the asker will know the same wish again, for the record: whoever repeats himself after a restart is told how it ended.</summary>
    public string? RequestKey { get; init; }
}
