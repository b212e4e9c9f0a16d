using NicHangExporter.Linux;
using NicHangExporter.Linux.Ethtool;

namespace NicHangExporter.Remediation.Evidence;

/// <summary>
/// Everything that can be read of a device without changing it, at one time. A part is absent if the driver does not
/// have it, or if an error says why.
/// </summary>
internal sealed record DeviceStateSnapshot
{
    /// <summary>When, by the wall clock.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>The device's name at that time.</summary>
    public string? Device { get; init; }

    /// <summary>Seconds since boot, as in the kernel log.</summary>
    public double Uptime { get; init; }

    /// <summary>operstate.</summary>
    public string? Operstate { get; init; }

    /// <summary>The core's counters: tx_packets, rx_packets and so on, by the kernel's names.</summary>
    public IReadOnlyDictionary<string, ulong>? Counters { get; init; }

    /// <summary>The transmit queues.</summary>
    public IReadOnlyList<TxQueueState>? Queues { get; init; }

    /// <summary>The bridges, bonds and the like above it, directly or not.</summary>
    public IReadOnlyList<UpperDevice>? Uppers { get; init; }

    /// <summary>Driver, versions, firmware.</summary>
    public DriverInfo? DriverInfo { get; init; }

    /// <summary>The driver sees a link.</summary>
    public bool? Link { get; init; }

    /// <summary>Speed, duplex, autonegotiation.</summary>
    public LinkSettings? LinkSettings { get; init; }

    /// <summary>Energy-Efficient Ethernet.</summary>
    public EnergyEfficientEthernet? Eee { get; init; }

    /// <summary>Flow control.</summary>
    public PauseParameters? Pause { get; init; }

    /// <summary>Descriptor rings.</summary>
    public RingParameters? Rings { get; init; }

    /// <summary>
    /// Features as ethtool prints them: <c>on</c>, <c>off [fixed]</c>, <c>off [requested on]</c>, by the kernel's
    /// names.
    /// </summary>
    public IReadOnlyDictionary<string, string>? Features { get; init; }

    /// <summary>
    /// The driver's own counters: all in the first snapshot of an episode; in later ones those that differ from the
    /// first. If the driver uses a name twice, the second is <c>name#2</c>.
    /// </summary>
    public IReadOnlyDictionary<string, ulong>? Statistics { get; init; }

    /// <summary>What could not be read, and why.</summary>
    public IReadOnlyList<string> Errors { get; init => field = value ?? []; } = [];

    /// <summary>This snapshot without the driver's counters that are as in <paramref name="first"/>.</summary>
    public DeviceStateSnapshot Since(DeviceStateSnapshot? first) =>
        Statistics is null || first?.Statistics is not { } before ? this : this with
        {
            Statistics = Statistics
            .Where(counter => !before.TryGetValue(counter.Key, out var value) || value != counter.Value)
            .ToDictionary(),
        };
}

/// <summary>One transmit queue.</summary>
/// <param name="Queue">Its number.</param>
/// <param name="TxTimeouts">tx_timeout.</param>
/// <param name="Inflight">
/// byte_queue_limits/inflight: bytes handed to the hardware and not yet sent. Null without BQL.
/// </param>
/// <param name="Limit">byte_queue_limits/limit, in bytes.</param>
internal sealed record TxQueueState(int Queue, ulong? TxTimeouts, ulong? Inflight, ulong? Limit);

/// <summary>A device above, with the devices directly below it.</summary>
/// <param name="Device">Its name.</param>
/// <param name="Ports">Its ports; of a VLAN the one device below it.</param>
internal sealed record UpperDevice(string Device, IReadOnlyList<string> Ports);
