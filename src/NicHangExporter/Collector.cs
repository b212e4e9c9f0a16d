using System.Collections.Immutable;

namespace NicHangExporter;

/// <summary>
/// A part of the metrics that can be switched off: <c>--no-collector.NAME</c>, and <c>--collector.NAME</c> for one that is off by default.
/// </summary>
/// <param name="Name">As in the flag and in the label <c>collector</c>.</param>
/// <param name="Help">One line for <c>--help</c>.</param>
/// <param name="OnByDefault">Whether it runs unasked.</param>
internal sealed record Collector(string Name, string Help, bool OnByDefault = true)
{
    public static readonly Collector Kmsg = new("kmsg", "Hang messages from the kernel log");
    public static readonly Collector Stall = new("stall", "Hang detection by TX stalls and tx_timeout increments");
    public static readonly Collector Statistics = new("statistics", "All of /sys/class/net/<dev>/statistics");
    public static readonly Collector Link = new("link", "operstate, carrier, carrier changes, speed, duplex, mtu");
    public static readonly Collector Queues = new("queues", "tx_timeout of each transmit queue");
    public static readonly Collector Info = new("info", "Driver, bus address and firmware of each device");
    public static readonly Collector Features = new("features", "ethtool features: active, requested, changeable");
    public static readonly Collector Eee = new("eee", "Energy-efficient Ethernet (EEE) settings");
    public static readonly Collector Pause = new("pause", "Flow control by pause frames");
    public static readonly Collector Rings = new("rings", "Descriptor ring sizes");
    public static readonly Collector Ethtool = new("ethtool", "A choice of the driver's own counters (ethtool -S)");
    public static readonly Collector Process = new("process", "This process: CPU, memory, file descriptors");
    public static readonly Collector Virtual = new("virtual", "Devices without hardware as well (bridges, bonds, veth, lo)", OnByDefault: false);

    public static readonly ImmutableArray<Collector> All =
        [Kmsg, Stall, Statistics, Link, Queues, Info, Features, Eee, Pause, Rings, Ethtool, Process, Virtual];

    /// <summary>Those that need the ethtool ioctl, and so the poller.</summary>
    public static readonly ImmutableArray<Collector> NeedEthtool = [Link, Info, Features, Eee, Pause, Rings, Ethtool];
}
