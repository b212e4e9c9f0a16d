using System.Globalization;
using System.Text;

namespace NicHangExporter.TestSupport;

/// <summary>The text of net/dev, as <c>dev_seq_printf_stats()</c> of net/core/net-procfs.c writes it.</summary>
internal static class NetDevText
{
    public const string Header =
        "Inter-|   Receive                                                |  Transmit\n"
        + " face |bytes    packets errs drop fifo frame compressed multicast"
        + "|bytes    packets errs drop fifo colls carrier compressed\n";

    private static readonly int[] Widths = [7, 7, 4, 4, 4, 5, 10, 9, 8, 7, 4, 4, 4, 5, 7, 10];

    /// <summary>A line with these 16 numbers.</summary>
    public static string Line(string name, params IReadOnlyList<ulong> columns) => new StringBuilder()
        .Append(name.PadLeft(6)).Append(": ")
        .AppendJoin(' ', columns.Select((number, column) =>
            number.ToString(CultureInfo.InvariantCulture).PadLeft(Widths[column])))
        .Append('\n').ToString();

    /// <summary>A line of a device with these counters, by the names of their files in sysfs. Sums wrap.</summary>
    public static string Line(string name, Func<string, ulong> counter)
    {
        return Line(name,
            Sum("rx_bytes"), Sum("rx_packets"), Sum("rx_errors"), Sum("rx_dropped", "rx_missed_errors"),
            Sum("rx_fifo_errors"),
            Sum("rx_length_errors", "rx_over_errors", "rx_crc_errors", "rx_frame_errors"),
            Sum("rx_compressed"), Sum("multicast"),
            Sum("tx_bytes"), Sum("tx_packets"), Sum("tx_errors"), Sum("tx_dropped"), Sum("tx_fifo_errors"),
            Sum("collisions"),
            Sum("tx_carrier_errors", "tx_aborted_errors", "tx_window_errors", "tx_heartbeat_errors"),
            Sum("tx_compressed"));

        ulong Sum(params string[] names) => names.Aggregate(0UL, (sum, file) => unchecked(sum + counter(file)));
    }
}
