using System.Collections.Immutable;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Ethtool;

namespace NicHangExporter.Remediation.Execution;

/// <summary>What is known of a device when a plan for it is made, or verified.</summary>
internal sealed record DeviceFacts(InterfaceName Name, BusAddress Bus, string Driver)
{
    /// <summary>ifindex: a device that is re-created under its old name has another.</summary>
    public long Index { get; init; }

    /// <summary>The permanent hardware address as <c>52:54:00:12:34:01</c>; empty where the device has none.</summary>
    public string Address { get; init; } = "";

    /// <summary>It has a parent device.</summary>
    public bool IsPhysical { get; init; }

    /// <summary>It stands on other devices: bridge, bond, VLAN, macvlan.</summary>
    public bool IsUpper { get; init; }

    /// <summary>The physical devices at the bottom of an upper.</summary>
    public ImmutableArray<InterfaceName> Lowers { get; init; } = [];

    /// <summary>IFF_UP.</summary>
    public bool IsUp { get; init; }

    /// <summary>Features; null where the driver can't tell.</summary>
    public DeviceFeatures? Features { get; init; }

    /// <summary>EEE; null where the driver has none.</summary>
    public EnergyEfficientEthernet? Eee { get; init; }

    /// <summary>Flow control; null where the driver has none.</summary>
    public PauseParameters? Pause { get; init; }

    /// <summary>What the journal knows it by: address on the bus and permanent hardware address, which names do not change; the name only where there is neither.</summary>
    public string Key => Bus.IsEmpty ? $"{NamePrefix}{Name}" : $"{Bus}|{Address}";

    private const string NamePrefix = "name:";

    /// <summary>True for the <see cref="Key"/> of a device at that address on the bus, which is empty for a virtual one.</summary>
    public static bool IsKeyOf(string? key, string bus) => key?.StartsWith(bus.Length == 0 ? NamePrefix : bus + "|", StringComparison.Ordinal) == true;
}
