using NicHangExporter.Linux;
using NicHangExporter.Linux.Sysfs;

namespace NicHangExporter.Persistence;

/// <summary>A NIC of the host that has a bus address.</summary>
/// <param name="Device">The name now.</param>
/// <param name="Bus">The bus address, the key of all persistence files.</param>
/// <param name="Index">The ifindex, the name of its files in /run.</param>
internal sealed record HostNic(InterfaceName Device, BusAddress Bus, long Index)
{
    /// <summary>Finds a NIC by its name or its bus address. A renamed NIC is found by its address.</summary>
    /// <param name="root">The host.</param>
    /// <param name="nameOrAddress">An interface name or a bus address. A name comes first. Of several ports at one
    /// address, the first by name.</param>
    /// <exception cref="PersistenceException">The host has no such device, or it has no bus address (a bridge, a
    /// veth).</exception>
    public static HostNic Find(HostRoot root, string nameOrAddress)
    {
        var net = new NetClass(root.Sysfs);
        try
        {
            if (InterfaceName.TryParse(nameOrAddress, out var name) && net.Open(name) is { } device)
                using (device)
                    return Of(device) ?? throw new PersistenceException(
                        PersistenceError.NotPossible,
                        $"{name} has no bus address, so it is a virtual device such as a bridge: name the NIC below"
                        + " it");
            if (BusAddress.TryParse(nameOrAddress, out var bus))
                foreach (var port in net.FindByBusAddress(bus))
                    using (var found = net.Open(port))
                        if (found is not null && Of(found) is { } nic)
                            return nic;
        }
        catch (LinuxException exception)
        {
            throw HostRoot.Unreadable($"{root.Sysfs}/class/net", exception);
        }
        throw new PersistenceException(
            PersistenceError.UnknownDevice,
            $"this host has no NIC '{nameOrAddress}': give its name or its bus address, as 'ls -l /sys/class/net'"
            + " shows");
    }

    /// <summary>All NICs that have a bus address, sorted by name.</summary>
    /// <exception cref="PersistenceException">sysfs can't be read.</exception>
    public static IReadOnlyList<HostNic> List(HostRoot root) =>
        [.. Each(root, Of).OfType<HostNic>()];

    /// <summary>The ifindex of each interface, virtual ones included.</summary>
    /// <inheritdoc cref="List" path="/exception"/>
    public static IReadOnlyList<long> ListIndexes(HostRoot root) => Each(root, device => device.Index);

    private static List<T> Each<T>(HostRoot root, Func<NetDevice, T> read)
    {
        var net = new NetClass(root.Sysfs);
        var names = new List<InterfaceName>();
        var values = new List<T>();
        try
        {
            var errno = net.TryList(names);
            if (errno != Errno.None)
                throw new LinuxException("getdents64", $"{root.Sysfs}/class/net", errno);
            foreach (var name in names)
                using (var device = net.Open(name))
                    if (device is not null)
                        values.Add(read(device));
        }
        catch (LinuxException exception)
        {
            throw HostRoot.Unreadable($"{root.Sysfs}/class/net", exception);
        }
        return values;
    }

    private static HostNic? Of(NetDevice device) =>
        device.BusAddress.IsEmpty ? null : new HostNic(device.Name, device.BusAddress, device.Index);
}
