using System.Collections.Immutable;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Ethtool;
using NicHangExporter.Options;

namespace NicHangExporter.Metrics;

/// <summary>
/// The values of one device. A value is null if the driver does not implement it, the collector is off or reading
/// failed.
/// </summary>
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

    /// <summary>The exported driver-specific counters. If the driver uses a name twice, the first one.</summary>
    public ImmutableArray<Statistic> Statistics { get; init; } = [];

    /// <summary>Pause frames received; null if the driver does not report them.</summary>
    public ulong? PauseFramesReceived { get; init; }
}

/// <summary>
/// All values that need the RTNL lock, read in one poll. Immutable: the poller replaces the whole snapshot and readers
/// take no lock.
/// </summary>
/// <param name="Timestamp">
/// When all settings had been read (<see cref="TimeProvider.GetTimestamp"/>). Statistics may be newer.
/// </param>
/// <param name="Devices">One entry per device.</param>
/// <param name="Failed">Collectors that failed to read a value.</param>
/// <param name="Duration">The duration of the poll that read everything.</param>
internal sealed record EthtoolSnapshot(
    long Timestamp, ImmutableArray<DeviceSnapshot> Devices, ImmutableHashSet<Collector> Failed, TimeSpan Duration)
{
    /// <summary>When the driver statistics had been read.</summary>
    public required long StatisticsTimestamp { get; init; }

    /// <summary>
    /// The values of a device, or null. Compares the address too, because other hardware may have the name by now.
    /// </summary>
    public DeviceSnapshot? Find(InterfaceName device, BusAddress bus)
    {
        foreach (var snapshot in Devices)
            if (snapshot.Device == device && snapshot.Bus == bus)
                return snapshot;
        return null;
    }
}
