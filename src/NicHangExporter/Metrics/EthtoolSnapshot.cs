using System.Collections.Immutable;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Ethtool;
using NicHangExporter.Options;

namespace NicHangExporter.Metrics;

/// <summary>What ethtool said of one device. A part is null where the driver does not implement it, the collector is off or the reading failed.</summary>
internal sealed record DeviceSnapshot(InterfaceName Device, BusAddress Bus)
{
    public DriverInfo? Driver { get; init; }
    public DeviceFeatures? Features { get; init; }
    public bool? Carrier { get; init; }
    public LinkSettings? Link { get; init; }
    public EnergyEfficientEthernet? Eee { get; init; }
    public PauseParameters? Pause { get; init; }
    public RingParameters? Rings { get; init; }
    public byte[]? PermanentAddress { get; init; }

    /// <summary>The chosen counters of the driver's own; of a name that the driver uses twice, the first.</summary>
    public ImmutableArray<Statistic> Statistics { get; init; } = [];

    /// <summary>Pause frames received so far; null where the driver does not tell.</summary>
    public ulong? PauseFramesReceived { get; init; }
}

/// <summary>
/// Everything that needs RTNL, as it was at one time. Immutable; the poller replaces it as a whole, readers never lock.
/// </summary>
/// <param name="Timestamp">When it was complete (<see cref="TimeProvider.GetTimestamp"/>).</param>
/// <param name="Devices">One per device.</param>
/// <param name="Failed">Collectors that could not read everything.</param>
/// <param name="Duration">How long it took.</param>
internal sealed record EthtoolSnapshot(
    long Timestamp, ImmutableArray<DeviceSnapshot> Devices, ImmutableHashSet<Collector> Failed, TimeSpan Duration)
{
    /// <summary>The device's part, or null. The address too: other hardware may bear the name since.</summary>
    public DeviceSnapshot? Find(InterfaceName device, BusAddress bus)
    {
        foreach (var snapshot in Devices)
            if (snapshot.Device == device && snapshot.Bus == bus)
                return snapshot;
        return null;
    }
}
