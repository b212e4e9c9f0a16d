using NicHangExporter.Linux.Ethtool;
using NicHangExporter.Options;
using NicHangExporter.State;
using NicHangExporter.Tests.Remediation;

namespace NicHangExporter.Tests.Metrics;

/// <summary>
/// Counts the series of a host with one NIC, whose driver answers everything that ethtool can ask: the features are
/// those of a real device, the driver counters those of e1000e, which has more of the chosen ones than any other
/// driver.
/// </summary>
/// <param name="Device">Series with the label <c>device</c>.</param>
/// <param name="Process">All others.</param>
internal sealed record SeriesCount(IReadOnlyList<string> Device, IReadOnlyList<string> Process)
{
    // e1000_gstrings_stats, drivers/net/ethernet/intel/e1000e/ethtool.c
    private static readonly string[] Counters =
    [
        "rx_packets",
        "tx_packets",
        "rx_bytes",
        "tx_bytes",
        "rx_broadcast",
        "tx_broadcast",
        "rx_multicast",
        "tx_multicast",
        "rx_errors",
        "tx_errors",
        "tx_dropped",
        "multicast",
        "collisions",
        "rx_length_errors",
        "rx_over_errors",
        "rx_crc_errors",
        "rx_frame_errors",
        "rx_no_buffer_count",
        "rx_missed_errors",
        "tx_aborted_errors",
        "tx_carrier_errors",
        "tx_fifo_errors",
        "tx_heartbeat_errors",
        "tx_window_errors",
        "tx_abort_late_coll",
        "tx_deferred_ok",
        "tx_single_coll_ok",
        "tx_multi_coll_ok",
        "tx_timeout_count",
        "tx_restart_queue",
        "rx_long_length_errors",
        "rx_short_length_errors",
        "rx_align_errors",
        "tx_tcp_seg_good",
        "tx_tcp_seg_failed",
        "rx_flow_control_xon",
        "rx_flow_control_xoff",
        "tx_flow_control_xon",
        "tx_flow_control_xoff",
        "rx_csum_offload_good",
        "rx_csum_offload_errors",
        "rx_header_split",
        "alloc_rx_buff_failed",
        "tx_smbus",
        "rx_smbus",
        "dropped_smbus",
        "rx_dma_failed",
        "tx_dma_failed",
        "rx_hwtstamp_cleared",
        "uncorr_ecc_errors",
        "corr_ecc_errors",
        "tx_hwtstamp_timeouts",
        "tx_hwtstamp_skipped",
    ];

    /// <summary>The series of a host with one NIC.</summary>
    /// <param name="fixture">The NIC, by the name of its features' file.</param>
    /// <param name="configure">Changes of the default options.</param>
    /// <param name="queues">Its transmit queues.</param>
    public static async Task<SeriesCount> OfAsync(
        string fixture, Func<ExporterOptions, ExporterOptions>? configure = null, int queues = 1)
    {
        var nic = FeatureFixture.Of(fixture);
        using var host = new FixtureHost(options =>
        {
            options = configure?.Invoke(options) ?? options;
            return options.Remediation.Local == default
                ? options
                : options with
                {
                    Paths = options.Paths with { StateDirectory = Path.Combine(options.Paths.Procfs, "state") },
                };
        });
        host.AddNic(driver: nic.Driver);
        for (var queue = 1; queue < queues; queue++)
            host.Sysfs.Write("eno1", $"queues/tx-{queue}/tx_timeout", "0\n");
        host.Ethtool.Driver = _ => new DriverInfo(nic.Driver, "6.12.0", "0.8-4", "0000:00:1f.6");
        host.Ethtool.Features = _ => nic.Facts.Features;
        host.Ethtool.Link = _ => true;
        host.Ethtool.Settings = _ => new LinkSettings(1000, Duplex.Full, true);
        host.Ethtool.Eee = _ => new EnergyEfficientEthernet(true, false, true, 17, 0x28, 0x28);
        host.Ethtool.Pause = _ => new PauseParameters(true, true, true);
        host.Ethtool.Rings = _ => new RingParameters(256, 4096, 256, 4096);
        host.Ethtool.Statistics = _ =>
            nic.Driver == "virtio_net"
                ? [new Statistic("tx0_tx_timeouts", 0)]
                : [.. Counters.Select(name => new Statistic(name, 0))];
        host.Open();
        host.Start();
        host.Poller.Poll();
        var series = (await host.ScrapeAsync())
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => line[0] != '#')
            .Select(line => line[..line.LastIndexOf(' ')])
            .ToList();
        return new SeriesCount(series.FindAll(IsOfADevice), series.FindAll(line => !IsOfADevice(line)));
    }

    private static bool IsOfADevice(string series) => series.Contains("{device=\"", StringComparison.Ordinal);
}
