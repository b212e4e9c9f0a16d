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
    /// <summary>Whether it was read as a device that has series; otherwise the settings are not read.</summary>
    public bool IsShown { get; init; }

    /// <summary>Collectors that failed to read a value of this device, with the first error.</summary>
    public ImmutableDictionary<Collector, string> Failures { get; init; } =
        ImmutableDictionary<Collector, string>.Empty;

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
/// <param name="Duration">The duration of the poll that read everything.</param>
internal sealed record EthtoolSnapshot(long Timestamp, ImmutableArray<DeviceSnapshot> Devices, TimeSpan Duration)
{
    // While a rename is notified, two devices can have one name.
    private readonly Dictionary<(InterfaceName, BusAddress), DeviceSnapshot> _byDevice = Devices
        .DistinctBy(snapshot => (snapshot.Device, snapshot.Bus))
        .ToDictionary(snapshot => (snapshot.Device, snapshot.Bus));

    /// <summary>One entry per device.</summary>
    public ImmutableArray<DeviceSnapshot> Devices { get; } = Devices;

    /// <summary>Collectors that failed to read a value, with the first error.</summary>
    public IReadOnlyDictionary<Collector, string> Failures { get; } = Devices
        .SelectMany(snapshot => snapshot.Failures).DistinctBy(failure => failure.Key).ToDictionary();

    /// <summary>When the driver statistics had been read.</summary>
    public required long StatisticsTimestamp { get; init; }

    /// <summary>A later poll ended with an unexpected error: the next one reads everything.</summary>
    public bool IsBroken { get; init; }

    /// <summary>True if values of the collector are missing or too old.</summary>
    public bool HasFailed(Collector collector) => IsBroken || Failures.ContainsKey(collector);

    /// <summary>
    /// The values of a device, or null. Compares the address too, because other hardware may have the name by now.
    /// </summary>
    public DeviceSnapshot? Find(InterfaceName device, BusAddress bus) => _byDevice.GetValueOrDefault((device, bus));
}
