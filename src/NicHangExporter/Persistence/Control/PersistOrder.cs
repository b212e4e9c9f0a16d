using System.Collections.Immutable;

namespace NicHangExporter.Persistence.Control;

/// <summary>A request to persist the settings of a device.</summary>
/// <param name="Device">The device, by its name or its address on the bus.</param>
internal sealed record PersistOrder(string Device)
{
    /// <summary>The profile whose settings are kept off; null for those that a remediation decided.</summary>
    public string? Profile { get; init; }

    /// <summary>
    /// The settings themselves, without a profile. Features that the device does not have any more are left out. Null
    /// for a profile, or for what a remediation decided.
    /// </summary>
    public ImmutableArray<string>? Settings { get; init; }

    /// <summary>The only way to try; null for the best one that applies.</summary>
    public PersistenceWay? Via { get; init; }

    /// <summary>Plan, and write nothing.</summary>
    public bool DryRun { get; init; }
}
