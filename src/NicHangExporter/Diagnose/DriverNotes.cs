using System.Collections.Immutable;

namespace NicHangExporter.Diagnose;

/// <summary>
/// Known behaviour of drivers that hang. <c>{0}</c> in a line is the interface. Commands are indented.
/// </summary>
/// <param name="Kind">The kind of their devices.</param>
/// <param name="Drivers">The drivers.</param>
/// <param name="Why">The source of the knowledge.</param>
internal sealed record DriverNotes(DriverKind Kind, ImmutableArray<string> Drivers, string Why)
{
    /// <summary>The driver resets the device itself when it hangs.</summary>
    public bool ResetsItself { get; init; }

    /// <summary>Recovery of the device, in place of the advice for its kind.</summary>
    public ImmutableArray<string> Recovery { get; init; } = [];

    /// <summary>Settings that helped against the next hang.</summary>
    public ImmutableArray<string> Prevention { get; init; } = [];

    public static DriverNotes? Find(string? driver) =>
        driver is null ? null : Array.Find(DriverTable.Rows, row => row.Drivers.Contains(driver));
}
