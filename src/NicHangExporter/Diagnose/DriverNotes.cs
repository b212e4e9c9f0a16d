using System.Collections.Immutable;

namespace NicHangExporter.Diagnose;

/// <summary>What is known of some drivers that hang. <c>{0}</c> in a line is the interface; commands are indented.</summary>
/// <param name="Kind">What their devices are.</param>
/// <param name="Drivers">The drivers.</param>
/// <param name="Why">Where it is known from.</param>
internal sealed record DriverNotes(DriverKind Kind, ImmutableArray<string> Drivers, string Why)
{
    /// <summary>The driver resets the device itself when it hangs.</summary>
    public bool ResetsItself { get; init; }

    /// <summary>What gets the device going again, in place of what holds for its kind.</summary>
    public ImmutableArray<string> Recovery { get; init; } = [];

    /// <summary>What has helped against the next hang.</summary>
    public ImmutableArray<string> Prevention { get; init; } = [];

    /// <summary>The notes of a driver, or null.</summary>
    public static DriverNotes? Find(string? driver) => driver is null ? null : Array.Find(DriverTable.Rows, row => row.Drivers.Contains(driver));
}
