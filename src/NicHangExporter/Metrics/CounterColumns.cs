using System.Collections.Immutable;
using NicHangExporter.Linux.Procfs;
using NicHangExporter.Options;

namespace NicHangExporter.Metrics;

/// <summary>A column of net/dev that is the sum of several counters.</summary>
/// <param name="Column">The column.</param>
/// <param name="Parts">The counters, as indices into <see cref="CounterColumns.Rows"/>.</param>
internal sealed record CounterSum(NetDevColumn Column, ImmutableArray<int> Parts);

/// <summary>
/// Where each counter of struct rtnl_link_stats64 is in net/dev, as <c>dev_seq_printf_stats()</c> of
/// net/core/net-procfs.c writes it.
/// </summary>
internal static class CounterColumns
{
    /// <summary>The metrics of the counters, in the order of the exposition.</summary>
    public static readonly ImmutableArray<SysfsMetric> Rows =
        [.. KernelMetrics.Files.Where(row => row.Collector == Collector.Statistics)];

    /// <summary>The counters that have a column of their own: index into <see cref="Rows"/>, and column.</summary>
    public static readonly ImmutableArray<(int Row, NetDevColumn Column)> Direct =
    [
        (Row("collisions"), NetDevColumn.Collisions),
        (Row("multicast"), NetDevColumn.Multicast),
        (Row("rx_bytes"), NetDevColumn.RxBytes),
        (Row("rx_compressed"), NetDevColumn.RxCompressed),
        (Row("rx_errors"), NetDevColumn.RxErrors),
        (Row("rx_fifo_errors"), NetDevColumn.RxFifo),
        (Row("rx_packets"), NetDevColumn.RxPackets),
        (Row("tx_bytes"), NetDevColumn.TxBytes),
        (Row("tx_compressed"), NetDevColumn.TxCompressed),
        (Row("tx_dropped"), NetDevColumn.TxDrop),
        (Row("tx_errors"), NetDevColumn.TxErrors),
        (Row("tx_fifo_errors"), NetDevColumn.TxFifo),
        (Row("tx_packets"), NetDevColumn.TxPackets),
    ];

    /// <summary>The counters that only appear in a sum.</summary>
    public static readonly ImmutableArray<CounterSum> Sums =
    [
        new(NetDevColumn.RxDrop, [Row("rx_dropped"), Row("rx_missed_errors")]),
        new(NetDevColumn.RxFrame,
            [Row("rx_length_errors"), Row("rx_over_errors"), Row("rx_crc_errors"), Row("rx_frame_errors")]),
        new(NetDevColumn.TxCarrier,
            [
                Row("tx_carrier_errors"), Row("tx_aborted_errors"), Row("tx_window_errors"),
                Row("tx_heartbeat_errors"),
            ]),
    ];

    /// <summary>The counter that is not in net/dev.</summary>
    public static readonly int NoHandler = Row("rx_nohandler");

    public static readonly int TxPackets = Row("tx_packets");

    private static int Row(string file)
    {
        for (var row = 0; row < Rows.Length; row++)
            if (Rows[row].File == $"statistics/{file}")
                return row;
        throw new ArgumentException(file);
    }
}
