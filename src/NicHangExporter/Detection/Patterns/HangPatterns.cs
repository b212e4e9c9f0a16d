using System.Collections.Immutable;

namespace NicHangExporter.Detection.Patterns;

/// <summary>
/// The table of messages of Linux network drivers about hangs, resets and links: one row per message, by vendor or
/// kind in the other parts of this class. CONTRIBUTING.md ("Add a driver's message") lists what a new row needs. The
/// rows are taken from the sources of Linux 6.1 and 6.12, and from logs for drivers outside the kernel and old
/// wordings. Rows of kind Ignored document look-alikes and accompanying messages; messages without a row are ignored
/// too.
/// </summary>
internal static partial class HangPatterns
{
    private const PrefixShapes NetdevOrDevice = PrefixShapes.Netdev | PrefixShapes.Device;

    /// <summary>Every row.</summary>
    public static ImmutableArray<HangPattern> All { get; } =
    [
        .. Core, .. Intel, .. IntelTraps, .. Realtek, .. Broadcom, .. Mellanox, .. Virtual, .. Datacenter,
        .. Embedded, .. Lost, .. Legacy, .. Links, .. DriverLinks,
    ];

    /// <summary>The rows for a message after an ordinary prefix, or without a prefix.</summary>
    public static PatternIndex AfterColon { get; } = new(All);

    /// <summary>The rows for a message after the interface's name and a blank.</summary>
    public static PatternIndex AfterName { get; } = new(All.Where(pattern => pattern.Takes(PrefixShapes.NameBlank)));
}
