using NicHangExporter.Linux.Kmsg;

namespace NicHangExporter.Diagnose.LogText;

/// <summary>
/// A line of a copy of /dev/kmsg (Documentation/ABI/testing/dev-kmsg): <c>3,1001,9327470501,-;text</c>, with the text still escaped.
/// Its dictionary follows in lines of their own.
/// </summary>
internal readonly ref struct RawRecord
{
    // Far from where sums and differences of times overflow.
    private static readonly TimeSpan LatestTime = TimeSpan.MaxValue / 10;

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
        // In pasted text a sentence with commas and a semicolon can begin like a record; the fields of one have no blanks.
        if (!KmsgRecord.TryParse(line, out var parsed) || line[..line.IndexOf((byte)';')].Contains((byte)' ')) return false;
        record = new RawRecord { Priority = parsed.Priority, At = parsed.SinceBoot < LatestTime ? parsed.SinceBoot : LatestTime, Text = parsed.Text };
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
}
