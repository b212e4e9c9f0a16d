using System.Buffers.Text;

namespace NicHangExporter.Hangs.LogText;

/// <summary>
/// A line of a copy of /dev/kmsg (Documentation/ABI/testing/dev-kmsg): <c>3,1001,9327470501,-;text</c>, with the text still escaped.
/// Its dictionary follows in lines of their own.
/// </summary>
internal readonly ref struct RawRecord
{
    /// <summary>Facility times 8 plus level; below 8 for the kernel's own records.</summary>
    public int Priority { get; private init; }

    /// <summary>Since boot.</summary>
    public TimeSpan At { get; private init; }

    /// <summary>The text, escaped.</summary>
    public ReadOnlySpan<byte> Text { get; private init; }

    /// <summary>Reads the first line of a record.</summary>
    public static bool TryParse(ReadOnlySpan<byte> line, out RawRecord record)
    {
        record = default;
        var semicolon = line[..Math.Min(line.Length, 128)].IndexOf((byte)';');
        if (semicolon < 0 || !char.IsAsciiDigit((char)line[0])) return false;
        var head = line[..semicolon];
        if (!TryField(ref head, out var priority) || !TryField(ref head, out _) || !TryField(ref head, out var microseconds)) return false;
        // The flags; any number of further fields may follow.
        if (head.IsEmpty || head.IndexOf((byte)' ') >= 0 || priority > 2047) return false;
        record = new RawRecord
        {
            Priority = (int)priority,
            At = new TimeSpan(Math.Min(microseconds, long.MaxValue / 100) * TimeSpan.TicksPerMicrosecond),
            Text = line[(semicolon + 1)..],
        };
        return true;
    }

    /// <summary>Reads a line of the dictionary.</summary>
    /// <param name="line">The line; its leading blank may have been lost.</param>
    /// <param name="isDevice">True for DEVICE=, false for SUBSYSTEM=.</param>
    /// <param name="value">The value, escaped.</param>
    public static bool TryDictionary(ReadOnlySpan<byte> line, out bool isDevice, out ReadOnlySpan<byte> value)
    {
        line = line.Trim(" \t\r"u8);
        isDevice = line.StartsWith("DEVICE="u8);
        value = isDevice ? line["DEVICE=".Length..] : line.StartsWith("SUBSYSTEM="u8) ? line["SUBSYSTEM=".Length..] : default;
        return value.Length > 0;
    }

    private static bool TryField(ref ReadOnlySpan<byte> head, out long value)
    {
        value = 0;
        var comma = head.IndexOf((byte)',');
        if (comma <= 0 || !Utf8Parser.TryParse(head[..comma], out value, out var used) || used != comma || value < 0) return false;
        head = head[(comma + 1)..];
        return true;
    }
}
