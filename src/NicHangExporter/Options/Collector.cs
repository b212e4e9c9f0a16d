using System.Collections.Immutable;

namespace NicHangExporter.Options;

/// <summary>
/// A part of the metrics that can be switched off by <c>--no-collector.NAME</c>, or on by <c>--collector.NAME</c> if it
/// is off by default.
/// </summary>
/// <param name="Name">The name in the flag and in the label <c>collector</c>.</param>
/// <param name="Help">One line for <c>--help</c>.</param>
/// <param name="OnByDefault">True if it runs without a flag.</param>
internal sealed record Collector(string Name, string Help, bool OnByDefault = true)
{
    public static readonly Collector Kmsg = new("kmsg", "Hang messages from the kernel log");
    public static readonly Collector Stall = new("stall", "Hang detection by TX stalls and tx_timeout increments");
    public static readonly Collector Statistics = new(
        "statistics", "All of /sys/class/net/<dev>/statistics, which node_exporter has as node_network_*");
    public static readonly Collector Link = new(
        "link", "Operational state, carrier, carrier changes, speed, duplex, mtu of each device");
    public static readonly Collector Queues = new("queues", "tx_timeout of each transmit queue: one series a queue");
    public static readonly Collector Info = new("info", "Driver, bus address and firmware of each device");
    public static readonly Collector Features = new(
        "features", "Features (offloads) that have series: ladder (what a profile, a ladder or a remediation turns "
            + "off), all, or none");
    public static readonly Collector Eee = new(
        "eee", "Settings of energy-efficient Ethernet: 4 series a device", OnByDefault: false);
    public static readonly Collector Pause = new(
        "pause", "Settings of flow control by pause frames: 3 series a device", OnByDefault: false);
    public static readonly Collector Rings = new(
        "rings", "Sizes of the descriptor rings: 4 series a device", OnByDefault: false);
    public static readonly Collector Ethtool = new("ethtool", "A choice of the driver's own counters (ethtool -S)");
    public static readonly Collector Process = new("process", "This process: CPU, memory, file descriptors");
    public static readonly Collector Vf = new(
        "vf", "Virtual functions (SR-IOV) from the start, and not only once one has hung", OnByDefault: false);
    public static readonly Collector Virtual = new(
        "virtual", "Devices without hardware as well (bridges, bonds, veth, lo)", OnByDefault: false);

    public static readonly ImmutableArray<Collector> All =
        [Kmsg, Stall, Statistics, Link, Queues, Info, Features, Eee, Pause, Rings, Ethtool, Process, Vf, Virtual];

    /// <summary>The collectors that need ethtool ioctls, and so the poller.</summary>
    public static readonly ImmutableArray<Collector> NeedEthtool = [Link, Info, Features, Eee, Pause, Rings, Ethtool];

    /// <inheritdoc/>
    // Without the texts, which are long: loops over devices look collectors up. Names are unique.
    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public bool Equals(Collector? other) => other is not null && Name == other.Name;
}

/// <summary>The ethtool features that have series, if the collector <see cref="Collector.Features"/> runs.</summary>
internal enum FeatureSeries
{
    /// <summary>The device's features that a profile, a ladder or a remediation turns off.</summary>
    Ladder,
    /// <summary>Every feature that the kernel names.</summary>
    All,
}
