using System.Collections.Immutable;
using System.Text;
using static NicHangExporter.Exposition.MetricType;

namespace NicHangExporter.Exposition;

/// <summary>A metric that is one file below /sys/class/net/&lt;dev&gt;, read at each scrape.</summary>
/// <param name="Collector">The collector it belongs to.</param>
/// <param name="Family">The metric.</param>
/// <param name="File">The file, relative to the device's directory.</param>
internal sealed record SysfsMetric(Collector Collector, MetricFamily Family, string File)
{
    /// <summary>The file as a C string, which is what openat(2) takes.</summary>
    internal ReadOnlyMemory<byte> FileNul { get; } = Encoding.UTF8.GetBytes(File + "\0");
}

/// <summary>
/// THE TABLE of metrics whose values belong to the kernel. They are read fresh at each scrape, so that a device that vanished
/// vanishes and a driver that was reloaded shows as a counter reset.
/// </summary>
internal static class KernelMetrics
{
    /// <summary>One file, one value. None of these files waits for RTNL (unlike speed, duplex and carrier, which are never read here).</summary>
    public static readonly ImmutableArray<SysfsMetric> Files =
    [
        .. new (string File, string What)[]
        {
            ("collisions", "Collisions while sending"),
            ("multicast", "Multicast packets received"),
            ("rx_bytes", "Bytes received"),
            ("rx_compressed", "Compressed packets received"),
            ("rx_crc_errors", "Packets received with a wrong checksum of the frame"),
            ("rx_dropped", "Packets received and dropped by the driver or the stack"),
            ("rx_errors", "Bad packets received"),
            ("rx_fifo_errors", "Receive FIFO overruns"),
            ("rx_frame_errors", "Packets received misaligned"),
            ("rx_length_errors", "Packets received of a wrong length"),
            ("rx_missed_errors", "Packets missed by the device for lack of buffers"),
            ("rx_nohandler", "Packets received on a device that no handler takes"),
            ("rx_over_errors", "Receiver ring overflows"),
            ("rx_packets", "Packets received"),
            ("tx_aborted_errors", "Packets whose sending was aborted"),
            ("tx_bytes", "Bytes sent"),
            ("tx_carrier_errors", "Packets not sent for lack of carrier"),
            ("tx_compressed", "Compressed packets sent"),
            ("tx_dropped", "Packets dropped before they were sent"),
            ("tx_errors", "Problems while sending"),
            ("tx_fifo_errors", "Transmit FIFO errors"),
            ("tx_heartbeat_errors", "Heartbeat (SQE test) errors"),
            ("tx_packets", "Packets sent, as far as the driver has seen them completed"),
            ("tx_window_errors", "Late collisions"),
        }.Select(row => new SysfsMetric(Collector.Statistics,
            new MetricFamily($"nichang_device_{row.File}_total", Counter, $"{row.What} (/sys/class/net/<dev>/statistics/{row.File})."), $"statistics/{row.File}")),
        Link("carrier_changes_total", Counter, "carrier_changes", "Times the carrier came or went"),
        Link("carrier_up_changes_total", Counter, "carrier_up_count", "Times the carrier came"),
        Link("carrier_down_changes_total", Counter, "carrier_down_count", "Times the carrier went"),
        Link("mtu_bytes", Gauge, "mtu", "Largest packet, in bytes"),
    ];

    public static readonly MetricFamily Operstate =
        new("nichang_link_operstate", Gauge, "1 for the operational state (RFC 2863) that the device is in, 0 for the others (/sys/class/net/<dev>/operstate).");
    public static readonly MetricFamily QueueTxTimeouts =
        new("nichang_queue_tx_timeouts_total", Counter, "Times the core's watchdog found the transmit queue stopped for too long (/sys/class/net/<dev>/queues/tx-<queue>/tx_timeout).");

    public static readonly MetricFamily Carrier =
        new("nichang_link_carrier", Gauge, "Whether the driver sees a link (ETHTOOL_GLINK), from the last ethtool snapshot.");
    public static readonly MetricFamily Speed =
        new("nichang_link_speed_bytes", Gauge, "Speed of the link in bytes per second (ETHTOOL_GLINKSETTINGS), from the last ethtool snapshot; absent while unknown.");
    public static readonly MetricFamily FullDuplex =
        new("nichang_link_full_duplex", Gauge, "Whether the link is full duplex (ETHTOOL_GLINKSETTINGS), from the last ethtool snapshot; absent while unknown.");
    public static readonly MetricFamily Autonegotiation =
        new("nichang_link_autonegotiation", Gauge, "Whether autonegotiation is on (ETHTOOL_GLINKSETTINGS), from the last ethtool snapshot.");
    public static readonly MetricFamily DeviceInfo =
        new("nichang_device_info", Gauge, "Always 1: driver, its version, the firmware's, the bus address in sysfs and the one that the driver tells (ETHTOOL_GDRVINFO).");
    public static readonly MetricFamily FeatureActive =
        new("nichang_feature_active", Gauge, "Whether the feature (offload) is in force (ETHTOOL_GFEATURES), from the last ethtool snapshot.");
    public static readonly MetricFamily FeatureRequested =
        new("nichang_feature_requested", Gauge, "Whether the feature (offload) was asked for, granted or not (ETHTOOL_GFEATURES), from the last ethtool snapshot.");
    public static readonly MetricFamily FeatureChangeable =
        new("nichang_feature_changeable", Gauge, "Whether the feature (offload) can be changed; 0 is what ethtool shows as [fixed] (ETHTOOL_GFEATURES), from the last ethtool snapshot.");
    public static readonly MetricFamily EeeEnabled =
        new("nichang_eee_enabled", Gauge, "Whether energy-efficient Ethernet is switched on (ETHTOOL_GEEE), from the last ethtool snapshot.");
    public static readonly MetricFamily EeeActive =
        new("nichang_eee_active", Gauge, "Whether energy-efficient Ethernet is negotiated and in force (ETHTOOL_GEEE), from the last ethtool snapshot.");
    public static readonly MetricFamily EeeAdvertised =
        new("nichang_eee_advertised", Gauge, "Whether energy-efficient Ethernet is advertised for any link mode, which it can be although it is disabled (ETHTOOL_GEEE), from the last ethtool snapshot.");
    public static readonly MetricFamily EeeTxLpi =
        new("nichang_eee_tx_lpi_enabled", Gauge, "Whether the transmitter may enter low-power idle (ETHTOOL_GEEE), from the last ethtool snapshot.");
    public static readonly MetricFamily PauseAutonegotiation =
        new("nichang_pause_autonegotiation", Gauge, "Whether flow control is negotiated (ETHTOOL_GPAUSEPARAM), from the last ethtool snapshot.");
    public static readonly MetricFamily PauseRx =
        new("nichang_pause_rx", Gauge, "Whether received pause frames are obeyed (ETHTOOL_GPAUSEPARAM), from the last ethtool snapshot.");
    public static readonly MetricFamily PauseTx =
        new("nichang_pause_tx", Gauge, "Whether pause frames are sent (ETHTOOL_GPAUSEPARAM), from the last ethtool snapshot.");
    public static readonly MetricFamily RingSize =
        new("nichang_ring_size", Gauge, "Descriptors of the ring (ETHTOOL_GRINGPARAM), from the last ethtool snapshot.");
    public static readonly MetricFamily RingMax =
        new("nichang_ring_size_max", Gauge, "Descriptors that the ring could have (ETHTOOL_GRINGPARAM), from the last ethtool snapshot.");
    public static readonly MetricFamily EthtoolStatistic =
        new("nichang_ethtool_statistic", Untyped, "A counter of the driver's own, by the driver's name for it (ETHTOOL_GSTATS), from the last ethtool snapshot.");

    public static readonly MetricFamily SnapshotAge =
        new("nichang_ethtool_snapshot_age_seconds", Gauge, "Age of the last complete ethtool snapshot. It grows while something holds RTNL: a driver that is stuck in a reset, for one. Absent before the first.");
    public static readonly MetricFamily SnapshotWait =
        new("nichang_ethtool_poll_wait_seconds", Gauge, "How long the ethtool poll that is under way has been running; 0 between polls. Seconds here mean that RTNL is held.");
    public static readonly MetricFamily CollectorSuccess =
        new("nichang_collector_success", Gauge, "Whether the collector read everything it wanted the last time; 0 also before there is a first ethtool snapshot, for those that need it.");
    public static readonly MetricFamily CollectorDuration =
        new("nichang_collector_duration_seconds", Gauge, "How long the collector took in this scrape; for those that only use the ethtool snapshot (info, features, eee, pause, rings, ethtool), how long the whole snapshot took.");
    public static readonly MetricFamily Devices =
        new("nichang_devices", Gauge, "Devices that are looked at.");
    public static readonly MetricFamily DevicesDropped =
        new("nichang_devices_dropped", Gauge, "Devices that are not looked at because there are more than --device.max.");
    public static readonly MetricFamily BuildInfo =
        new("nichang_exporter_build_info", Gauge, "Always 1: version and revision of this program.");

    private static SysfsMetric Link(string name, MetricType type, string file, string what) =>
        new(Collector.Link, new MetricFamily("nichang_link_" + name, type, $"{what} (/sys/class/net/<dev>/{file})."), file);
}
