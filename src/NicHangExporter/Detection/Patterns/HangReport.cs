using System.Buffers;
using System.Buffers.Text;

namespace NicHangExporter.Detection.Patterns;

/// <summary>
/// The registers that Intel's drivers print behind "Detected … Unit Hang", in further lines of the same record
/// (<c>e1000_print_hw_hang()</c> of e1000e, <c>igb_clean_tx_irq()</c> and so on). Every one may be missing: drivers differ, and
/// logs are cut.
/// </summary>
internal sealed record HangReport
{
    /// <summary>The transmit queue; of those with several.</summary>
    public int? Queue { get; init; }

    /// <summary>TDH: the next descriptor that the hardware takes.</summary>
    public ulong? Head { get; init; }

    /// <summary>TDT: the end of what the driver has handed over. Equal to <see cref="Head"/>, the hardware is done and only the clean-up is late.</summary>
    public ulong? Tail { get; init; }

    /// <summary>next_to_use.</summary>
    public ulong? NextToUse { get; init; }

    /// <summary>next_to_clean.</summary>
    public ulong? NextToClean { get; init; }

    /// <summary>time_stamp: jiffies when the stuck packet was handed over. Unchanged in the next report: still the same packet.</summary>
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

    /// <summary>Decodes the lines behind the first one, in any order; lines that say nothing known are passed over. Null without any known one.</summary>
    public static HangReport? Decode(ReadOnlySpan<byte> lines)
    {
        HangReport? report = null;
        foreach (var range in lines.Split((byte)'\n'))
            if (TrySplit(lines[range], out var name, out var value))
                report = (report ?? new HangReport()).With(name, value);
        return report;
    }

    /// <summary>True for a line that can only be a further line of a report; with blanks around it, and without what a log puts in front.</summary>
    public static bool IsContinuation(ReadOnlySpan<byte> line)
    {
        line = line.Trim(" \t\r"u8);
        if (line.StartsWith("buffer_info["u8) || line.StartsWith("tx_buffer_info["u8)) return true;
        return TrySplit(line, out var name, out _) && IsKnown(name);
    }

    /// <summary>True for lines that are all as the drivers print them. Whatever else stands behind a message is no part of it.</summary>
    public static bool IsReport(ReadOnlySpan<byte> lines)
    {
        foreach (var range in lines.Split((byte)'\n'))
            if (!IsPrinted(lines[range])) return false;
        return true;
    }

    /// <summary>What there is, as <c>TDH=14 TDT=1a …</c> in hexadecimal, in the kernel's words.</summary>
    public override string ToString()
    {
        (string Name, ulong? Value)[] registers =
        [
            ("TDH", Head), ("TDT", Tail), ("next_to_use", NextToUse), ("next_to_clean", NextToClean), ("time_stamp", TimeStamp), ("jiffies", Jiffies),
            ("next_to_watch", NextToWatch), ("status", DescriptorStatus), ("MAC", MacStatus), ("PHY", PhyStatus),
            ("PHY_1000BASE-T", Phy1000Status), ("PHY_extended", PhyExtendedStatus), ("PCI", PciStatus),
        ];
        return string.Join(' ', registers.Where(register => register.Value is not null).Select(register => $"{register.Name}={register.Value:x}")
            .Prepend(Queue is null ? "" : $"queue={Queue}").Where(text => text.Length > 0));
    }

    // "  TDH, TDT             <13a>, <16a>"
    private static bool IsPrinted(ReadOnlySpan<byte> line)
    {
        line = line.Trim((byte)' ');
        if (line.SequenceEqual("buffer_info[next_to_clean]:"u8) || line.SequenceEqual("buffer_info[next_to_clean]"u8) || line.SequenceEqual("tx_buffer_info[next_to_clean]"u8))
            return true;
        if (!TrySplit(line, out var name, out var value) || !IsKnown(name) || !value.EndsWith(">"u8)) return false;
        value = value[..^1];
        var next = value.IndexOf(">, <"u8);
        return next < 0 ? IsValue(value) : IsValue(value[..next]) && IsValue(value[(next + 4)..]);
    }

    // %x, %lx, or %p with its stand-ins of lib/vsprintf.c
    private static bool IsValue(ReadOnlySpan<byte> value) =>
        value.Length is > 0 and <= 16 && value.IndexOfAnyExcept(HexDigits) < 0 || value.SequenceEqual("(null)"u8) || value.SequenceEqual("(____ptrval____)"u8)
        // Where pointers have 32 bits.
        || value.SequenceEqual("(ptrval)"u8);

    private static bool TrySplit(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        var open = line.IndexOf((byte)'<');
        name = open < 0 ? default : line[..open].Trim(" \t\r"u8);
        value = open < 0 ? default : line[(open + 1)..];
        return name.Length > 0;
    }

    private static bool IsKnown(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("Tx Queue"u8) || name.SequenceEqual("TDH, TDT"u8) || name.SequenceEqual("TDH"u8) || name.SequenceEqual("TDT"u8)
        || name.SequenceEqual("next_to_use"u8) || name.SequenceEqual("next_to_clean"u8) || name.SequenceEqual("time_stamp"u8)
        || name.SequenceEqual("jiffies"u8) || name.SequenceEqual("next_to_watch"u8) || name.SequenceEqual("next_to_watch.status"u8)
        || name.SequenceEqual("desc.status"u8) || name.SequenceEqual("MAC Status"u8) || name.SequenceEqual("PHY Status"u8)
        || name.SequenceEqual("PHY 1000BASE-T Status"u8) || name.SequenceEqual("PHY Extended Status"u8) || name.SequenceEqual("PCI Status"u8);

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
        if (name.SequenceEqual("next_to_watch.status"u8) || name.SequenceEqual("desc.status"u8)) return this with { DescriptorStatus = Hex(value) };
        if (name.SequenceEqual("MAC Status"u8)) return this with { MacStatus = Hex(value) };
        if (name.SequenceEqual("PHY Status"u8)) return this with { PhyStatus = Hex(value) };
        if (name.SequenceEqual("PHY 1000BASE-T Status"u8)) return this with { Phy1000Status = Hex(value) };
        if (name.SequenceEqual("PHY Extended Status"u8)) return this with { PhyExtendedStatus = Hex(value) };
        return name.SequenceEqual("PCI Status"u8) ? this with { PciStatus = Hex(value) } : this;
    }

    private static readonly SearchValues<byte> HexDigits = SearchValues.Create("0123456789abcdefABCDEF"u8);

    private static ulong? Hex(ReadOnlySpan<byte> value) => Utf8Parser.TryParse(value, out ulong number, out _, 'x') ? number : null;
}
