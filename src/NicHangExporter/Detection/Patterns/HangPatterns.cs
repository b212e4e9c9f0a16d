using System.Collections.Immutable;

namespace NicHangExporter.Detection.Patterns;

/// <summary>
/// THE TABLE: what Linux network drivers say of hangs, resets and links, one row a message, by vendor in the other parts of this
/// class. A driver that is missing costs one row here and one line in the test's fixtures. Written from the sources of Linux 6.1 and 6.12, and from
/// logs where a driver is not in the kernel or a wording is gone. Rows that only say that something is ignored are look-alikes and symptoms worth
/// naming; whatever is not in the table is ignored anyway.
/// </summary>
internal static partial class HangPatterns
{
    private const PrefixShapes NetdevOrDevice = PrefixShapes.Netdev | PrefixShapes.Device;

    /// <summary>Every row.</summary>
    public static ImmutableArray<HangPattern> All { get; } =
    [
        .. Core, .. Intel, .. IntelTraps, .. Realtek, .. Broadcom, .. Mellanox, .. Virtual, .. Datacenter, .. Embedded, .. Lost, .. Legacy, .. Links, .. DriverLinks,
    ];

    /// <summary>The rows for a message that follows an ordinary prefix, or none.</summary>
    public static PatternIndex AfterColon { get; } = new(All);

    /// <summary>The rows for a message that follows the interface's name and a blank.</summary>
    public static PatternIndex AfterName { get; } = new(All.Where(pattern => pattern.Takes(PrefixShapes.NameBlank)));
}
