using System.Collections.Immutable;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Ethtool;
using NicHangExporter.Options;

namespace NicHangExporter.Metrics;

/// <summary>A collector that failed to read a value of a device.</summary>
/// <param name="Collector">The collector.</param>
/// <param name="Reason">The first error.</param>
internal readonly record struct CollectorFailure(Collector Collector, string Reason);

/// <summary>
/// The values of one device. A value is null if the driver does not implement it, the collector is off or reading
/// failed.
/// </summary>
internal sealed record DeviceSnapshot(InterfaceName Device, BusAddress Bus)
{
    /// <summary>Whether it was read as a device that has series; otherwise the settings are not read.</summary>
    public bool IsShown { get; init; }

    /// <summary>Collectors that failed to read a setting of this device, with the first error.</summary>
    public ImmutableArray<CollectorFailure> SettingsFailures { get; init; } = [];

    /// <summary>The collector that failed to read driver statistics of this device, with the error; or null.</summary>
    public CollectorFailure? StatisticsFailure { get; init; }

    /// <summary>All collectors that failed to read a value of this device, with the first error.</summary>
    public IEnumerable<CollectorFailure> Failures =>
        StatisticsFailure is { } failure ? SettingsFailures.Append(failure) : SettingsFailures;

    public DriverInfo? Driver { get; init; }
    public DeviceFeatures? Features { get; init; }
    public bool? Carrier { get; init; }
    public LinkSettings? Link { get; init; }
    public EnergyEfficientEthernet? Eee { get; init; }
    public PauseParameters? Pause { get; init; }
    public RingParameters? Rings { get; init; }
    public byte[]? PermanentAddress { get; init; }

    /// <summary>The counters that are exported or needed, as they were read; null if they are to be read completely.
    /// </summary>
    public ChosenStatistics? Chosen { get; init; }

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
        .SelectMany(snapshot => snapshot.Failures)
        .DistinctBy(failure => failure.Collector)
        .ToDictionary(failure => failure.Collector, failure => failure.Reason);

    /// <summary>When the first driver statistics were read.</summary>
    public required long StatisticsStarted { get; init; }

    /// <summary>When all driver statistics had been read.</summary>
    public required long StatisticsTimestamp { get; init; }

    /// <summary>A later poll ended with an unexpected error: the next one reads everything.</summary>
    public bool IsBroken { get; init; }

    /// <summary>True if values of the collector are missing or too old.</summary>
    public bool HasFailed(Collector collector) => IsBroken || Failures.ContainsKey(collector);

    /// <summary>
    /// The values of a device, or null. Compares the address too, because other hardware may have the name by now.
    /// </summary>
    /// <param name="device">Its name.</param>
    /// <param name="bus">Its address.</param>
    /// <param name="hint">Its place among the devices, where it is probably here, too. Any number is accepted.</param>
    public DeviceSnapshot? Find(InterfaceName device, BusAddress bus, int hint = -1) =>
        (uint)hint < (uint)Devices.Length && Devices[hint] is var expected
            && expected.Device == device && expected.Bus == bus
            ? expected
            : _byDevice.GetValueOrDefault((device, bus));

    /// <summary>The same values at a later time. The devices stay the same objects.</summary>
    /// <param name="timestamp">See <see cref="Timestamp"/>.</param>
    /// <param name="duration">See <see cref="Duration"/>.</param>
    /// <param name="statistics">When the poll of driver statistics began and ended.</param>
    public EthtoolSnapshot At(long timestamp, TimeSpan duration, (long Started, long Ended) statistics) => this with
    {
        Timestamp = timestamp,
        Duration = duration,
        StatisticsStarted = statistics.Started,
        StatisticsTimestamp = statistics.Ended,
        IsBroken = false,
    };
}
