using System.Collections.Frozen;

namespace NicHangExporter.Metrics;

/// <summary>
/// Selects the driver-specific counters (ethtool -S) to export. Drivers have up to thousands. The selection shows hangs
/// and conditions that look like hangs.
/// </summary>
internal sealed class EthtoolStatistics(IReadOnlyList<string> more)
{
    /// <summary>
    /// Counters of received pause frames, by driver. While they increase, the link partner stops the transmitter.
    /// </summary>
    public static readonly FrozenSet<string> PauseFramesReceived = FrozenSet.ToFrozenSet(
    [
        "rx_flow_control_xoff",    // e1000, e1000e, igb, igc
        "lxoffrxc",                // ixgbe out of tree
        "port.link_xoff_rx",       // i40e
        "link_xoff_rx.nic",        // ice
        "rx_pause_ctrl_phy",       // mlx5
        "rx_pause_frames",         // bnxt_en
        "rx_xoff_pause_rcvd",      // tg3
        "rx_xoff_frames",          // bnx2
        "rx_pause",                // mlx4, atlantic
    ]);

    // Counters that sysfs has too are left out: rx_missed_errors, and virtio_net's tx0_tx_timeouts, which is the
    // queue's tx_timeout.
    private static readonly FrozenSet<string> Chosen = FrozenSet.ToFrozenSet(
    [
        .. PauseFramesReceived,
        "rx_flow_control_xon", "tx_flow_control_xon", "tx_flow_control_xoff",
        // e1000e: watchdog only. e1000, igb, igc: also link loss with packets queued. ixgbe: any reset.
        "tx_timeout_count",
        "tx_hang_count",           // fm10k
        "port.tx_timeout",         // i40e
        "tx_timeout.nic",          // ice
        "tx_timeout", "wd_expired", // ena; mlx4
        "tx timeout count",        // vmxnet3, with blanks
        "tx_timeouts",             // gve
        "tx_restart_queue", "tx_dma_out_of_sync",
        "rx_no_buffer_count", "rx_long_length_errors",
        "uncorr_ecc_errors", "corr_ecc_errors", "dropped_smbus",
    ]);

    /// <summary>True if the counter is exported.</summary>
    public bool Includes(string name)
    {
        if (Chosen.Contains(name))
            return true;
        foreach (var pattern in more)
            if (Matches(pattern, name))
                return true;
        return false;
    }

    private static bool Matches(string pattern, string name)
    {
        var core = pattern.Trim('*');
        return (pattern[0], pattern[^1]) switch
        {
            ('*', '*') => name.Contains(core, StringComparison.Ordinal),
            ('*', _) => name.EndsWith(core, StringComparison.Ordinal),
            (_, '*') => name.StartsWith(core, StringComparison.Ordinal),
            _ => name == pattern,
        };
    }
}
