using System.Buffers.Text;

namespace NicHangExporter.Detection.Patterns;

/// <summary>
/// The registers that Intel's drivers print after "Detected … Unit Hang", in further lines of the same record
/// (<c>e1000_print_hw_hang()</c> of e1000e, <c>igb_clean_tx_irq()</c> and others). Any of them may be missing, because
/// drivers differ and logs are cut off.
/// </summary>
internal sealed record HangReport
{
    private static readonly byte[][] Registers =
    [
        "Tx Queue"u8.ToArray(), "TDH, TDT"u8.ToArray(), "TDH"u8.ToArray(), "TDT"u8.ToArray(),
        "next_to_use"u8.ToArray(), "next_to_clean"u8.ToArray(), "time_stamp"u8.ToArray(), "jiffies"u8.ToArray(),
        "next_to_watch"u8.ToArray(), "next_to_watch.status"u8.ToArray(), "desc.status"u8.ToArray(),
        "MAC Status"u8.ToArray(), "PHY Status"u8.ToArray(), "PHY 1000BASE-T Status"u8.ToArray(),
        "PHY Extended Status"u8.ToArray(), "PCI Status"u8.ToArray(),
    ];

    /// <summary>The transmit queue, for devices with several.</summary>
    public int? Queue { get; init; }

    /// <summary>TDH: the next descriptor that the hardware processes.</summary>
    public ulong? Head { get; init; }

    /// <summary>
    /// TDT: the end of the descriptors that the driver has passed on. If it equals <see cref="Head"/>, the hardware is
    /// done and only the clean-up is late.
    /// </summary>
    public ulong? Tail { get; init; }

    /// <summary>next_to_use.</summary>
    public ulong? NextToUse { get; init; }

    /// <summary>next_to_clean.</summary>
    public ulong? NextToClean { get; init; }

    /// <summary>
    /// time_stamp: jiffies when the stuck packet was queued. If the next report has the same value, it is still the
    /// same packet.
    /// </summary>
    public ulong? TimeStamp { get; init; }

    /// <summary>jiffies when the report was printed.</summary>
    public ulong? Jiffies { get; init; }

    /// <summary>next_to_watch: an index, or a pointer in igb and igc.</summary>
    public ulong? NextToWatch { get; init; }

    /// <summary>next_to_watch.status, or desc.status.</summary>
    public ulong? DescriptorStatus { get; init; }

    /// <summary>MAC Status (e1000e).</summary>
    public ulong? MacStatus { get; init; }

    /// <summary>PHY Status (e1000e).</summary>
    public ulong? PhyStatus { get; init; }

    /// <summary>PHY 1000BASE-T Status (e1000e).</summary>
    public ulong? Phy1000Status { get; init; }

    /// <summary>PHY Extended Status (e1000e).</summary>
    public ulong? PhyExtendedStatus { get; init; }

    /// <summary>PCI Status (e1000e).</summary>
    public ulong? PciStatus { get; init; }

    /// <summary>
    /// Decodes the lines after the first one, in any order. Unknown lines are skipped. Null if no line is known.
    /// </summary>
    public static HangReport? Decode(ReadOnlySpan<byte> lines)
    {
        HangReport? report = null;
        foreach (var range in lines.Split((byte)'\n'))
            if (TrySplit(lines[range], out var name, out var value))
                report = (report ?? new HangReport()).With(name, value);
        return report;
    }

    /// <summary>
    /// True for a line that is a further line of a report. The line may have surrounding blanks but no prefix of a log.
    /// </summary>
    public static bool IsContinuation(ReadOnlySpan<byte> line)
    {
        line = Blanks.Trim(line);
        if (line.StartsWith("buffer_info["u8) || line.StartsWith("tx_buffer_info["u8)) return true;
        return TrySplit(line, out var name, out _) && IsKnown(name);
    }

    /// <summary>
    /// True if all lines have the form in which drivers print them. Other text after a message does not belong to it.
    /// </summary>
    public static bool IsReport(ReadOnlySpan<byte> lines)
    {
        foreach (var range in lines.Split((byte)'\n'))
            if (!IsPrinted(lines[range])) return false;
        return true;
    }

    /// <summary>The known values, as <c>TDH=14 TDT=1a …</c> in hexadecimal, with the kernel's names.</summary>
    public override string ToString()
    {
        (string Name, ulong? Value)[] registers =
        [
            ("TDH", Head),
            ("TDT", Tail),
            ("next_to_use", NextToUse),
            ("next_to_clean", NextToClean),
            ("time_stamp", TimeStamp),
            ("jiffies", Jiffies),
            ("next_to_watch", NextToWatch), ("status", DescriptorStatus), ("MAC", MacStatus), ("PHY", PhyStatus),
            ("PHY_1000BASE-T", Phy1000Status), ("PHY_extended", PhyExtendedStatus), ("PCI", PciStatus),
        ];
        return string.Join(
            ' ',
            registers
                .Where(register => register.Value is not null)
                .Select(register => $"{register.Name}={register.Value:x}")
            .Prepend(Queue is null ? "" : $"queue={Queue}").Where(text => text.Length > 0));
    }

    // "  TDH, TDT             <13a>, <16a>"
    private static bool IsPrinted(ReadOnlySpan<byte> line)
    {
        line = line.Trim((byte)' ');
        if (line.SequenceEqual("buffer_info[next_to_clean]:"u8)
            || line.SequenceEqual("buffer_info[next_to_clean]"u8)
            || line.SequenceEqual("tx_buffer_info[next_to_clean]"u8))
            return true;
        if (!TrySplit(line, out var name, out var value) || !IsKnown(name) || !value.EndsWith(">"u8)) return false;
        value = value[..^1];
        var next = value.IndexOf(">, <"u8);
        return next < 0 ? IsValue(value) : IsValue(value[..next]) && IsValue(value[(next + 4)..]);
    }

    // %x, %lx, or %p with its placeholders of lib/vsprintf.c
    private static bool IsValue(ReadOnlySpan<byte> value) =>
        value.Length is > 0 and <= 16 && value.IndexOfAnyExcept(PrefixWords.HexDigits) < 0
        || value.SequenceEqual("(null)"u8)
        || value.SequenceEqual("(____ptrval____)"u8)
        // Pointers of 32 bits.
        || value.SequenceEqual("(ptrval)"u8);

    private static bool TrySplit(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        var open = line.IndexOf((byte)'<');
        name = open < 0 ? default : Blanks.Trim(line[..open]);
        value = open < 0 ? default : line[(open + 1)..];
        return name.Length > 0;
    }

    private static bool IsKnown(ReadOnlySpan<byte> name) => PrefixWords.IsOneOf(name, Registers);

    private HangReport With(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (name.SequenceEqual("Tx Queue"u8))
            return Utf8Parser.TryParse(value, out int queue, out _) ? this with { Queue = queue } : this;
        if (name.SequenceEqual("TDH, TDT"u8))
            return this with { Head = Hex(value), Tail = Hex(value[(value.IndexOf((byte)'<') + 1)..]) };
        if (name.SequenceEqual("TDH"u8)) return this with { Head = Hex(value) };
        if (name.SequenceEqual("TDT"u8)) return this with { Tail = Hex(value) };
        if (name.SequenceEqual("next_to_use"u8)) return this with { NextToUse = Hex(value) };
        if (name.SequenceEqual("next_to_clean"u8)) return this with { NextToClean = Hex(value) };
        if (name.SequenceEqual("time_stamp"u8)) return this with { TimeStamp = Hex(value) };
        if (name.SequenceEqual("jiffies"u8)) return this with { Jiffies = Hex(value) };
        if (name.SequenceEqual("next_to_watch"u8)) return this with { NextToWatch = Hex(value) };
        if (name.SequenceEqual("next_to_watch.status"u8) || name.SequenceEqual("desc.status"u8))
            return this with { DescriptorStatus = Hex(value) };
        if (name.SequenceEqual("MAC Status"u8)) return this with { MacStatus = Hex(value) };
        if (name.SequenceEqual("PHY Status"u8)) return this with { PhyStatus = Hex(value) };
        if (name.SequenceEqual("PHY 1000BASE-T Status"u8)) return this with { Phy1000Status = Hex(value) };
        if (name.SequenceEqual("PHY Extended Status"u8)) return this with { PhyExtendedStatus = Hex(value) };
        return name.SequenceEqual("PCI Status"u8) ? this with { PciStatus = Hex(value) } : this;
    }

    private static ulong? Hex(ReadOnlySpan<byte> value) =>
        Utf8Parser.TryParse(value, out ulong number, out _, 'x') ? number : null;
}
