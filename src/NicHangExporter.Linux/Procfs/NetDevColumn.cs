namespace NicHangExporter.Linux.Procfs;

/// <summary>
/// The columns of net/dev, in the order of <c>dev_seq_printf_stats()</c> (net/core/net-procfs.c). Each is a counter of
/// struct rtnl_link_stats64, or the sum of several.
/// </summary>
public enum NetDevColumn
{
    /// <summary>rx_bytes.</summary>
    RxBytes,
    /// <summary>rx_packets.</summary>
    RxPackets,
    /// <summary>rx_errors.</summary>
    RxErrors,
    /// <summary>rx_dropped + rx_missed_errors.</summary>
    RxDrop,
    /// <summary>rx_fifo_errors.</summary>
    RxFifo,
    /// <summary>rx_length_errors + rx_over_errors + rx_crc_errors + rx_frame_errors.</summary>
    RxFrame,
    /// <summary>rx_compressed.</summary>
    RxCompressed,
    /// <summary>multicast: received multicast packets.</summary>
    Multicast,
    /// <summary>tx_bytes.</summary>
    TxBytes,
    /// <summary>tx_packets.</summary>
    TxPackets,
    /// <summary>tx_errors.</summary>
    TxErrors,
    /// <summary>tx_dropped.</summary>
    TxDrop,
    /// <summary>tx_fifo_errors.</summary>
    TxFifo,
    /// <summary>collisions.</summary>
    Collisions,
    /// <summary>tx_carrier_errors + tx_aborted_errors + tx_window_errors + tx_heartbeat_errors.</summary>
    TxCarrier,
    /// <summary>tx_compressed.</summary>
    TxCompressed,
}
