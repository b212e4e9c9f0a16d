using System.Collections.Immutable;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Ethtool;
using NicHangExporter.Linux.Link;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Remediation.Planning;

namespace NicHangExporter.Remediation.Execution;

/// <summary>What a device's transmitter shows at one moment, read without RTNL.</summary>
/// <param name="IsOperational">operstate is up, or unknown as of drivers that don't tell.</param>
/// <param name="TxPackets">statistics/tx_packets.</param>
/// <param name="InflightBytes">Bytes handed to the hardware and not yet sent; 0 also without BQL.</param>
/// <param name="TxQueues">Transmit queues.</param>
internal readonly record struct TransmitReading(bool IsOperational, ulong TxPackets, ulong InflightBytes, int TxQueues);

/// <summary>
/// The hand on the device: reads what a decision needs, and carries out one step at a time. Every method that asks ethtool may block for as long as
/// RTNL is held; only the lane's thread calls them.
/// </summary>
internal sealed class DeviceControl(NetClass netClass, IEthtool ethtool, LinkFlags link)
{
    /// <summary>The device as it is now; null where there is none of that name.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="settings">Whether EEE and pause are read too, which asks the PHY on some drivers.</param>
    /// <exception cref="LinuxException">It is there, and can't be read.</exception>
    public DeviceFacts? Read(InterfaceName name, bool settings = true)
    {
        using var device = netClass.Open(name);
        if (device is null)
            return null;
        try
        {
            var address = ethtool.ReadPermanentAddress(name);
            return new DeviceFacts(name, device.BusAddress, device.Driver ?? "")
            {
                Index = device.Index,
                Address = address is null ? "" : string.Join(':', address.Select(octet => octet.ToString("x2", null))),
                IsPhysical = device.IsPhysical,
                IsUpper = device.IsUpper,
                Lowers = device.IsUpper ? PhysicalBelow(name) : [],
                IsUp = (link.Read(name) & InterfaceFlags.Up) != 0,
                Features = ethtool.ReadFeatures(name),
                Eee = settings ? ethtool.ReadEnergyEfficientEthernet(name) : null,
                Pause = settings ? ethtool.ReadPause(name) : null,
            };
        }
        catch (LinuxException exception) when (exception.Errno == Errno.NoDevice && !IsThere(name))
        {
            return null;
        }
    }

    /// <summary>ifindex of a name; null where there is no such device.</summary>
    public long? IndexOf(InterfaceName name)
    {
        using var device = netClass.Open(name);
        return device?.Index;
    }

    /// <summary>The devices that have this address on their bus.</summary>
    public IReadOnlyList<InterfaceName> FindByBusAddress(BusAddress bus) => netClass.FindByBusAddress(bus);

    /// <summary>What its transmitter shows; null where it is gone, or another device has its name by now.</summary>
    /// <exception cref="LinuxException">It is not known which, for sysfs can't be read.</exception>
    public TransmitReading? Observe(DeviceFacts facts)
    {
        using var device = netClass.Open(facts.Name);
        if (device is null || device.Index != facts.Index || device.BusAddress != facts.Bus)
            return null;
        var errno = device.TryReadUInt64("statistics/tx_packets\0"u8, out var packets);
        if (NetDevice.IsAbsent(errno))
            return null;
        if (errno != Errno.None)
            throw new LinuxException("read", $"{facts.Name}/statistics/tx_packets", errno);
        var inflight = device.SumInflightBytes(out var queues);
        return new TransmitReading(device.IsOperational, packets, inflight, queues);
    }

    /// <summary>True where it is a port of a bond none of whose other ports is operational.</summary>
    public bool IsOnlyPortOfBond(InterfaceName name)
    {
        if (netClass.FindBond(name) is not { } bond)
            return false;
        foreach (var port in netClass.ListBondPorts(bond))
        {
            using var other = netClass.Open(port);
            if (port != name && other is not null && other.IsOperational)
                return false;
        }
        return true;
    }

    /// <summary>The name that this very device has by now, its own or another one; null where it is gone.</summary>
    /// <exception cref="LinuxException">sysfs can't be read.</exception>
    public InterfaceName? FindAgain(DeviceFacts facts)
    {
        var names = new List<InterfaceName>();
        var errno = netClass.TryList(names);
        if (errno != Errno.None)
            throw new LinuxException("getdents64", "class/net", errno);
        foreach (var name in names.OrderBy(name => name != facts.Name))
        {
            using var device = netClass.Open(name);
            if (device is not null && device.Index == facts.Index && device.BusAddress == facts.Bus)
                return name;
        }
        return null;
    }

    /// <summary>The name of the device with that ifindex; null where there is none. Asks sysfs alone.</summary>
    /// <exception cref="LinuxException">sysfs can't be read.</exception>
    public InterfaceName? FindByIndex(long index)
    {
        var names = new List<InterfaceName>();
        var errno = netClass.TryList(names);
        if (errno != Errno.None)
            throw new LinuxException("getdents64", "class/net", errno);
        foreach (var name in names)
            if (IndexOf(name) == index)
                return name;
        return null;
    }

    /// <summary>IFF_UP. Asks neither ethtool nor the driver, which may have detached a device that is down.</summary>
    /// <exception cref="LinuxException">There is no such device.</exception>
    public bool IsSwitchedOn(InterfaceName device) => (link.Read(device) & InterfaceFlags.Up) != 0;

    /// <summary>Carries out a step; of a bounce only the first half, for the link must stay down for a while.</summary>
    /// <returns>False where the driver does not implement it.</returns>
    /// <exception cref="LinuxException">The kernel or the driver refused.</exception>
    public bool Perform(RemediationStep step, InterfaceName device)
    {
        switch (step)
        {
            case RemediationStep.SetFeature feature:
                _ = ethtool.SetFeatures(device, [new FeatureChange(feature.Name, feature.On)]);
                return true;
            case RemediationStep.SetEee eee:
                return ethtool.SetEnergyEfficientEthernet(device, eee.On);
            case RemediationStep.SetPause pause:
                return ethtool.SetPause(device, new PauseParameters(pause.Autonegotiation, pause.Rx, pause.Tx));
            case RemediationStep.Reinit:
                return ethtool.Renegotiate(device);
            case RemediationStep.LinkBounce:
                return link.BringDown(device);
            default:
                throw new InvalidOperationException($"no arm for the step {step}");
        }
    }

    /// <summary>Switches it on; the second half of a bounce, and what is owed to a device that was found switched off by us.</summary>
    public void BringUp(InterfaceName device) => link.BringUp(device);

    /// <summary>The physical devices at the bottom of a VLAN on a bridge on a bond: what can be remedied is there. It asks sysfs only, so anybody may call it.</summary>
    /// <exception cref="LinuxException">One of them can't be read.</exception>
    public ImmutableArray<InterfaceName> PhysicalBelow(InterfaceName upper)
    {
        var found = new SortedSet<InterfaceName>();
        var seen = new HashSet<InterfaceName> { upper };
        var next = new Queue<InterfaceName>([upper]);
        while (next.TryDequeue(out var name))
            foreach (var lower in netClass.ListLowers(name))
            {
                if (!seen.Add(lower))
                    continue;
                next.Enqueue(lower);
                using var device = netClass.Open(lower);
                if (device is { IsPhysical: true })
                    found.Add(lower);
            }
        return [.. found];
    }

    private bool IsThere(InterfaceName name)
    {
        using var device = netClass.Open(name);
        return device is not null;
    }
}
