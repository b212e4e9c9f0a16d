using System.Collections.Immutable;
using System.Text;
using NicHangExporter.Options;
using static NicHangExporter.Metrics.MetricType;

namespace NicHangExporter.Metrics;

/// <summary>A metric that is read from one file below /sys/class/net/&lt;dev&gt; at each scrape.</summary>
/// <param name="Collector">The collector.</param>
/// <param name="Family">The metric.</param>
/// <param name="File">The file, relative to the device's directory.</param>
internal sealed record SysfsMetric(Collector Collector, MetricFamily Family, string File)
{
    /// <summary>The file name with a NUL, as openat(2) takes it.</summary>
    internal ReadOnlyMemory<byte> FileNul { get; } = Encoding.UTF8.GetBytes(File + "\0");
}

/// <summary>
/// The table of metrics whose values belong to the kernel. A scrape shows its present values, so that a removed device
/// has no series and a reloaded driver shows a counter reset.
/// </summary>
internal static class KernelMetrics
{
    /// <summary>
    /// One file, one value. None of these files waits for the RTNL lock, unlike speed, duplex and carrier.
    /// </summary>
    public static readonly ImmutableArray<SysfsMetric> Files =
    [
        .. new (string File, string What)[]
        {
            ("collisions", "Collisions that the device met while sending"),
            ("multicast", "Multicast packets that the device received"),
            ("rx_bytes", "Bytes that the device received"),
            ("rx_compressed", "Compressed packets that the device received"),
            ("rx_crc_errors", "Packets that the device received with a wrong checksum of the frame"),
            ("rx_dropped", "Packets that the device received and the driver or the network stack dropped"),
            ("rx_errors", "Bad packets that the device received"),
            ("rx_fifo_errors", "Overruns of the receive FIFO of the device"),
            ("rx_frame_errors", "Misaligned packets that the device received"),
            ("rx_length_errors", "Packets of a wrong length that the device received"),
            ("rx_missed_errors", "Packets that the device missed for lack of receive buffers"),
            ("rx_nohandler", "Packets that the device received and no protocol handler takes"),
            ("rx_over_errors", "Overflows of the receive ring of the device"),
            ("rx_packets", "Packets that the device received"),
            ("tx_aborted_errors", "Packets whose sending the device aborted"),
            ("tx_bytes", "Bytes that the device sent"),
            ("tx_carrier_errors", "Packets that the device did not send for lack of carrier"),
            ("tx_compressed", "Compressed packets that the device sent"),
            ("tx_dropped", "Packets for the device that were dropped before sending"),
            ("tx_errors", "Problems of the device while sending"),
            ("tx_fifo_errors", "Errors of the transmit FIFO of the device"),
            ("tx_heartbeat_errors", "Heartbeat (SQE test) errors of the device while sending"),
            ("tx_packets", "Packets that the device sent, as far as the driver saw the sending completed"),
            ("tx_window_errors", "Late collisions that the device met while sending"),
        }.Select(row => new SysfsMetric(Collector.Statistics,
            new MetricFamily(
                $"nichang_device_{row.File}_total", Counter,
                $"{row.What} (/sys/class/net/<dev>/statistics/{row.File})."),
            $"statistics/{row.File}")),
        Link("carrier_changes_total", Counter, "carrier_changes", "Times that the carrier of the device came or went"),
        Link("mtu_bytes", Gauge, "mtu", "Largest payload of a packet (MTU) of the device, in bytes"),
    ];

    public static readonly MetricFamily Operstate = new(
        "nichang_link_operstate",
        Gauge,
        "Always 1; the label operstate is the present operational state of the device (RFC 2863), from "
        + "/sys/class/net/<dev>/operstate.");
    public static readonly MetricFamily QueueTxTimeouts = new(
        "nichang_queue_tx_timeouts_total",
        Counter,
        "Times that the kernel's watchdog found the transmit queue of the device stopped for too long "
        + "(/sys/class/net/<dev>/queues/tx-<queue>/tx_timeout).");

    public static readonly MetricFamily Carrier = new(
        "nichang_link_carrier", Gauge,
        "Whether the driver of the device sees a link (ETHTOOL_GLINK), 0 or 1, from the last ethtool snapshot.");
    public static readonly MetricFamily Speed = new(
        "nichang_link_speed_bytes",
        Gauge,
        "Speed of the device's link in bytes per second (ETHTOOL_GLINKSETTINGS), from the last ethtool snapshot; "
        + "absent while unknown.");
    public static readonly MetricFamily FullDuplex = new(
        "nichang_link_full_duplex",
        Gauge,
        "Whether the link of the device is full duplex (ETHTOOL_GLINKSETTINGS), 0 or 1, from the last ethtool "
        + "snapshot; absent while unknown.");
    public static readonly MetricFamily Autonegotiation = new(
        "nichang_link_autonegotiation", Gauge,
        "Whether autonegotiation of the device is on (ETHTOOL_GLINKSETTINGS), 0 or 1, from the last ethtool snapshot.");
    public static readonly MetricFamily DeviceInfo = new(
        "nichang_device_info",
        Gauge,
        "Always 1; the labels hold the device's driver, versions of driver and firmware, the bus address in sysfs "
        + "and the bus address that the driver reports (ETHTOOL_GDRVINFO).");
    public static readonly MetricFamily FeatureActive = new(
        "nichang_feature_active",
        Gauge,
        "Whether the feature (offload) of the device is in force (ETHTOOL_GFEATURES), 0 or 1, from the last ethtool "
        + "snapshot. Option collector.features selects the features.");
    public static readonly MetricFamily FeatureRequested = new(
        "nichang_feature_requested",
        Gauge,
        "Whether the changeable feature (offload) of the device was requested, granted or not (ETHTOOL_GFEATURES), "
        + "0 or 1, from the last ethtool snapshot. Absent where equal to nichang_feature_active, except with "
        + "collector.features=all.");
    public static readonly MetricFamily FeatureChangeable = new(
        "nichang_feature_changeable",
        Gauge,
        "Whether the feature (offload) of the device can be changed; 0 is what ethtool -k shows as [fixed] "
        + "(ETHTOOL_GFEATURES), from the last ethtool snapshot. Option collector.features selects the features.");
    public static readonly MetricFamily EeeEnabled = new(
        "nichang_eee_enabled",
        Gauge,
        "Whether energy-efficient Ethernet of the device is switched on (ETHTOOL_GEEE), 0 or 1, from the last "
        + "ethtool snapshot.");
    public static readonly MetricFamily EeeActive = new(
        "nichang_eee_active",
        Gauge,
        "Whether energy-efficient Ethernet of the device is negotiated and in force (ETHTOOL_GEEE), 0 or 1, from "
        + "the last ethtool snapshot.");
    public static readonly MetricFamily EeeAdvertised = new(
        "nichang_eee_advertised",
        Gauge,
        "Whether the device advertises energy-efficient Ethernet for any link mode, which is possible even while "
        + "disabled (ETHTOOL_GEEE), 0 or 1, from the last ethtool snapshot.");
    public static readonly MetricFamily EeeTxLpi = new(
        "nichang_eee_tx_lpi_enabled",
        Gauge,
        "Whether the transmitter of the device may enter low-power idle (ETHTOOL_GEEE), 0 or 1, from the last "
        + "ethtool snapshot.");
    public static readonly MetricFamily PauseAutonegotiation = new(
        "nichang_pause_autonegotiation",
        Gauge,
        "Whether flow control of the device is negotiated (ETHTOOL_GPAUSEPARAM), 0 or 1, from the last ethtool "
        + "snapshot.");
    public static readonly MetricFamily PauseRx = new(
        "nichang_pause_rx",
        Gauge,
        "Whether the device obeys received pause frames (ETHTOOL_GPAUSEPARAM), 0 or 1, from the last ethtool "
        + "snapshot.");
    public static readonly MetricFamily PauseTx = new(
        "nichang_pause_tx", Gauge,
        "Whether the device sends pause frames (ETHTOOL_GPAUSEPARAM), 0 or 1, from the last ethtool snapshot.");
    public static readonly MetricFamily RingSize = new(
        "nichang_ring_size",
        Gauge,
        "Descriptors of the receive or transmit ring of the device (ETHTOOL_GRINGPARAM), from the last ethtool "
        + "snapshot.");
    public static readonly MetricFamily RingMax = new(
        "nichang_ring_size_max",
        Gauge,
        "Most descriptors that the receive or transmit ring of the device can have (ETHTOOL_GRINGPARAM), from the "
        + "last ethtool snapshot.");
    public static readonly MetricFamily EthtoolStatistic = new(
        "nichang_ethtool_statistic",
        Untyped,
        "A counter of the driver of the device, under the driver's own name (ETHTOOL_GSTATS), from the last ethtool "
        + "snapshot. Option ethtool.statistics adds counters.");

    public static readonly MetricFamily SnapshotAge = new(
        "nichang_ethtool_snapshot_age_seconds",
        Gauge,
        "Age in seconds of the last complete ethtool snapshot. Grows while something holds the kernel's RTNL lock, "
        + "such as a driver that is stuck in a reset. Absent before the first snapshot.");
    public static readonly MetricFamily SnapshotWait = new(
        "nichang_ethtool_poll_wait_seconds",
        Gauge,
        "Seconds that the current ethtool poll has been running; 0 between polls. Many seconds mean that something "
        + "holds the kernel's RTNL lock.");
    public static readonly MetricFamily PollDuration = new(
        "nichang_ethtool_poll_duration_seconds", Gauge,
        "Seconds that the last complete ethtool poll of all devices took. Absent before the first poll is complete.");
    public static readonly MetricFamily CollectorSuccess = new(
        "nichang_collector_success",
        Gauge,
        "Whether the collector of the exporter read everything at the last attempt, 0 or 1; 0 also before the first "
        + "ethtool snapshot, for collectors that need one.");
    public static readonly MetricFamily CollectorDuration = new(
        "nichang_collector_duration_seconds",
        Gauge,
        "Seconds that the collector of the exporter took in the scrape. Collectors that only use the ethtool "
        + "snapshot have no duration: see nichang_ethtool_poll_duration_seconds.");
    public static readonly MetricFamily Devices =
        new("nichang_devices", Gauge, "Number of network devices that the exporter watches.");
    public static readonly MetricFamily DevicesDropped = new(
        "nichang_devices_dropped",
        Gauge,
        "Number of network devices that the exporter does not watch because there are more than option device.max "
        + "allows.");
    public static readonly MetricFamily BuildInfo = new(
        "nichang_exporter_build_info", Gauge,
        "Always 1; the labels hold version and revision of the running exporter.");

    private static SysfsMetric Link(string name, MetricType type, string file, string what) =>
        new(
            Collector.Link, new MetricFamily("nichang_link_" + name, type, $"{what} (/sys/class/net/<dev>/{file})."),
            file);
}
