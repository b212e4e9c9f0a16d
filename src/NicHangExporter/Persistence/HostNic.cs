using NicHangExporter.Linux;

namespace NicHangExporter.Persistence;

/// <summary>A NIC of the host that has a bus address.</summary>
/// <param name="Device">The name now.</param>
/// <param name="Bus">The bus address, the key of all persistence files.</param>
/// <param name="Index">The ifindex, the name of its files in /run.</param>
internal sealed record HostNic(InterfaceName Device, BusAddress Bus, long Index)
{
    /// <summary>Finds a NIC by its name or its bus address. A renamed NIC is found by its address.</summary>
    /// <param name="root">The host.</param>
    /// <param name="nameOrAddress">An interface name or a bus address.</param>
    /// <exception cref="PersistenceException">The host has no such device, or it has no bus address (a bridge, a
    /// veth).</exception>
    public static HostNic Find(HostRoot root, string nameOrAddress) => throw new NotSupportedException();

    /// <summary>All NICs that have a bus address, sorted by name.</summary>
    public static IReadOnlyList<HostNic> List(HostRoot root) => throw new NotSupportedException();
}
