using System.Collections.Immutable;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Ethtool;

namespace NicHangExporter.Remediation.Execution;

/// <summary>A device as read from sysfs and ethtool, for a plan and its verification.</summary>
internal sealed record DeviceFacts(InterfaceName Name, BusAddress Bus, string Driver)
{
    /// <summary>ifindex: a device that is re-created under its old name has another.</summary>
    public long Index { get; init; }

    /// <summary>The permanent hardware address as <c>52:54:00:12:34:01</c>; empty if the device has none.</summary>
    public string Address { get; init; } = "";

    /// <summary>It has a parent device.</summary>
    public bool IsPhysical { get; init; }

    /// <summary>It is a bridge, bond, VLAN, macvlan or the like, on other devices.</summary>
    public bool IsUpper { get; init; }

    /// <summary>The physical devices at the bottom of an upper.</summary>
    public ImmutableArray<InterfaceName> Lowers { get; init; } = [];

    /// <summary>IFF_UP.</summary>
    public bool IsUp { get; init; }

    /// <summary>Features; null if the driver has no such operation.</summary>
    public DeviceFeatures? Features { get; init; }

    /// <summary>EEE; null if the driver has none.</summary>
    public EnergyEfficientEthernet? Eee { get; init; }

    /// <summary>Flow control; null if the driver has none.</summary>
    public PauseParameters? Pause { get; init; }

    /// <summary>
    /// The key of the device in the journal: bus address and permanent hardware address, which survive a rename; the
    /// name if the device has no bus address.
    /// </summary>
    public string Key => Bus.IsEmpty ? $"{NamePrefix}{Name}" : $"{Bus}|{Address}";

    private const string NamePrefix = "name:";

    /// <summary>
    /// True for the <see cref="Key"/> of a device at that bus address, which is empty for a virtual device.
    /// </summary>
    public static bool IsKeyOf(string? key, string bus) =>
        key?.StartsWith(bus.Length == 0 ? NamePrefix : bus + "|", StringComparison.Ordinal) == true;

    /// <summary>The bus address in a <see cref="Key"/>; empty for a virtual device.</summary>
    public static string BusOf(string key) =>
        key.IndexOf('|', StringComparison.Ordinal) is >= 0 and var end ? key[..end] : "";
}
