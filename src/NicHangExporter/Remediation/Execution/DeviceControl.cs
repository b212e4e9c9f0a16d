using System.Collections.Immutable;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Ethtool;
using NicHangExporter.Linux.Link;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Remediation.Planning;

namespace NicHangExporter.Remediation.Execution;

/// <summary>The transmit counters of a device, read without RTNL.</summary>
/// <param name="IsOperational">operstate is up, or unknown as with drivers that do not set it.</param>
/// <param name="TxPackets">statistics/tx_packets.</param>
/// <param name="InflightBytes">Bytes handed to the hardware and not yet sent; 0 without BQL.</param>
/// <param name="TxQueues">Transmit queues.</param>
internal readonly record struct TransmitReading(bool IsOperational, ulong TxPackets, ulong InflightBytes, int TxQueues);

/// <summary>
/// Reads a device and executes single steps. A method that uses ethtool blocks as long as RTNL is held, so only the
/// worker thread calls it.
/// </summary>
internal sealed class DeviceControl(NetClass netClass, IEthtool ethtool, LinkFlags link)
{
    /// <summary>The device as it is now; null if none has that name.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="settings">Also read EEE and flow control, for which some drivers ask the PHY.</param>
    /// <exception cref="LinuxException">The device exists and can't be read.</exception>
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

    /// <summary>The ifindex; null if there is no such device.</summary>
    public long? IndexOf(InterfaceName name)
    {
        using var device = netClass.Open(name);
        return device?.Index;
    }

    /// <summary>The devices with that bus address.</summary>
    public IReadOnlyList<InterfaceName> FindByBusAddress(BusAddress bus) => netClass.FindByBusAddress(bus);

    /// <summary>The transmit counters; null if the device is gone or another one has its name.</summary>
    /// <exception cref="LinuxException">sysfs can't be read.</exception>
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
        errno = device.TryCountTxQueues(out var queues);
        if (errno != Errno.None)
            throw new LinuxException("open", $"{facts.Name}/queues", errno);
        var inflight = device.SumInflightBytes(queues);
        return new TransmitReading(device.IsOperational, packets, inflight, queues);
    }

    /// <summary>True if it is a port of a bond and no other port is operational.</summary>
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

    /// <summary>The current name of the same device; null if it is gone.</summary>
    /// <exception cref="LinuxException">sysfs can't be read.</exception>
    public InterfaceName? FindAgain(DeviceFacts facts)
    {
        foreach (var name in List().OrderBy(name => name != facts.Name))
        {
            using var device = netClass.Open(name);
            if (device is not null && device.Index == facts.Index && device.BusAddress == facts.Bus)
                return name;
        }
        return null;
    }

    /// <summary>The name of the device with that ifindex; null if none exists. Without ethtool.</summary>
    /// <exception cref="LinuxException">sysfs can't be read.</exception>
    public InterfaceName? FindByIndex(long index)
    {
        foreach (var name in List())
            if (IndexOf(name) == index)
                return name;
        return null;
    }

    /// <summary>IFF_UP. Without ethtool or the driver, which may have detached a device that is down.</summary>
    /// <exception cref="LinuxException">There is no such device.</exception>
    public bool IsSwitchedOn(InterfaceName device) => (link.Read(device) & InterfaceFlags.Up) != 0;

    /// <summary>
    /// Executes a step. Of a bounce it executes only the first half: the link stays down for a while.
    /// </summary>
    /// <returns>False if the driver does not implement it.</returns>
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

    /// <summary>
    /// Sets IFF_UP: the second half of a bounce.
    /// </summary>
    public void BringUp(InterfaceName device) => link.BringUp(device);

    /// <summary>
    /// The physical devices at the bottom of a VLAN on a bridge on a bond. From sysfs only, so any thread may call.
    /// </summary>
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

    private List<InterfaceName> List()
    {
        var names = new List<InterfaceName>();
        var errno = netClass.TryList(names);
        return errno == Errno.None ? names : throw new LinuxException("getdents64", "class/net", errno);
    }

    private bool IsThere(InterfaceName name)
    {
        using var device = netClass.Open(name);
        return device is not null;
    }
}
