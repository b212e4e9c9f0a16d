namespace NicHangExporter.Linux.Kmsg;

/// <summary>
/// Finds where the text of one poll continues that of the previous poll. Pure: bytes in, a number out.
/// </summary>
internal static class SyslogOverlap
{
    /// <summary>
    /// The number of bytes at the start of <paramref name="now"/> that are the end of <paramref name="before"/>, in
    /// whole lines. Lines carry their time, so the result is unique. If lines repeat with the same time, the longest
    /// overlap is taken, so that no line is given twice.
    /// </summary>
    internal static int Length(ReadOnlySpan<byte> before, ReadOnlySpan<byte> now)
    {
        var newline = now.IndexOf((byte)'\n');
        if (newline < 0)
            return 0;
        var first = now[..(newline + 1)];
        for (var at = 0; before[at..].IndexOf(first) is var found and >= 0; at++)
        {
            at += found;
            var tail = before[at..];
            if ((at == 0 || before[at - 1] == '\n') && now.StartsWith(tail))
                return tail.Length;
        }
        return 0;
    }
}
