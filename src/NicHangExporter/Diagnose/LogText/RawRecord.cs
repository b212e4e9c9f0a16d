using NicHangExporter.Linux;
using NicHangExporter.Linux.Kmsg;

namespace NicHangExporter.Diagnose.LogText;

/// <summary>
/// A line of a copy of /dev/kmsg (Documentation/ABI/testing/dev-kmsg): <c>3,1001,9327470501,-;text</c>, with the text
/// still escaped. Its dictionary follows on separate lines.
/// </summary>
internal readonly ref struct RawRecord
{
    // Far below the overflow of sums and differences of times.
    private static readonly TimeSpan LatestTime = TimeSpan.MaxValue / 10;

    /// <summary>Facility times 8 plus level; below 8 for the kernel's own records.</summary>
    public int Priority { get; private init; }

    /// <summary>Time since boot.</summary>
    public TimeSpan At { get; private init; }

    /// <summary>The text, escaped.</summary>
    public ReadOnlySpan<byte> Text { get; private init; }

    /// <summary>Reads the first line of a record.</summary>
    public static bool TryParse(ReadOnlySpan<byte> line, out RawRecord record)
    {
        record = default;
        // A sentence with commas and a semicolon can look like a record, but the fields of a record have no blanks.
        if (!KmsgRecord.TryParse(line, out var parsed) || line[..line.IndexOf((byte)';')].Contains((byte)' '))
            return false;
        record = new RawRecord
        {
            Priority = parsed.Priority,
            At = parsed.SinceBoot < LatestTime ? parsed.SinceBoot : LatestTime,
            Text = parsed.Text,
        };
        return true;
    }

    /// <summary>Reads a line of the dictionary.</summary>
    /// <param name="line">The line, possibly without its leading blank.</param>
    /// <param name="isDevice">True for DEVICE=, false for SUBSYSTEM=.</param>
    /// <param name="value">The value, escaped.</param>
    public static bool TryDictionary(ReadOnlySpan<byte> line, out bool isDevice, out ReadOnlySpan<byte> value)
    {
        line = line.Trim(" \t\r"u8);
        isDevice = line.StartsWith("DEVICE="u8);
        value =
            isDevice ? line["DEVICE=".Length..]
            : line.StartsWith("SUBSYSTEM="u8) ? line["SUBSYSTEM=".Length..]
            : default;
        return value.Length > 0;
    }
}
