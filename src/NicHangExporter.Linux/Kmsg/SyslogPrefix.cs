using System.Buffers.Text;

namespace NicHangExporter.Linux.Kmsg;

/// <summary>
/// The prefix of each line that syslog(2) returns: <c>&lt;3&gt;[ 12.345678] </c>, or with CONFIG_PRINTK_CALLER
/// <c>&lt;3&gt;[ 12.345678][ T123] </c> (kernel/printk/printk.c info_print_prefix()).
/// </summary>
internal readonly struct SyslogPrefix
{
    private SyslogPrefix(int priority, TimeSpan sinceBoot, int length) =>
        (Priority, SinceBoot, Length) = (priority, sinceBoot, length);

    /// <summary>Facility and level in one number.</summary>
    internal int Priority { get; }

    /// <summary>When the record was printed.</summary>
    internal TimeSpan SinceBoot { get; }

    /// <summary>The length in bytes, including the trailing blank.</summary>
    internal int Length { get; }

    /// <summary>Parses the prefix of a line; false without a complete prefix.</summary>
    internal static bool TryParse(ReadOnlySpan<byte> line, out SyslogPrefix prefix)
    {
        prefix = default;
        var at = 0;
        if (!TryTake(line, ref at, (byte)'<') || !TryTakeNumber(line, ref at, out var priority)
            || priority > KmsgRecord.MaxPriority || !TryTake(line, ref at, (byte)'>')
            || !TryTake(line, ref at, (byte)'['))
            return false;
        while (at < line.Length && line[at] == ' ')
            at++;
        if (!TryTakeNumber(line, ref at, out var seconds) || !TryTake(line, ref at, (byte)'.'))
            return false;
        var fraction = at;
        if (!TryTakeNumber(line, ref at, out var microseconds) || at - fraction != 6
            || !TryTake(line, ref at, (byte)']'))
            return false;
        if (TryTake(line, ref at, (byte)'['))
        {
            var end = line[at..].IndexOf((byte)']');
            if (end < 0 || line[at..(at + end)].TrimStart((byte)' ') is not [(byte)'T' or (byte)'C', .. var number]
                || !IsNumber(number))
                return false;
            at += end + 1;
        }
        if (!TryTake(line, ref at, (byte)' '))
            return false;
        prefix = new SyslogPrefix((int)priority, SinceBootOf(seconds, microseconds), at);
        return true;
    }

    private static TimeSpan SinceBootOf(ulong seconds, ulong microseconds) =>
        seconds > (ulong)TimeSpan.MaxValue.Ticks / TimeSpan.TicksPerSecond - 1
            ? TimeSpan.MaxValue
            : TimeSpan.FromTicks(
                (long)seconds * TimeSpan.TicksPerSecond + (long)microseconds * TimeSpan.TicksPerMicrosecond);

    private static bool IsNumber(ReadOnlySpan<byte> digits)
    {
        var at = 0;
        return TryTakeNumber(digits, ref at, out _) && at == digits.Length;
    }

    private static bool TryTake(ReadOnlySpan<byte> line, ref int at, byte expected)
    {
        if (at >= line.Length || line[at] != expected)
            return false;
        at++;
        return true;
    }

    private static bool TryTakeNumber(ReadOnlySpan<byte> line, ref int at, out ulong number)
    {
        number = 0;
        // The parser would accept a sign.
        if (at >= line.Length || !char.IsAsciiDigit((char)line[at])
            || !Utf8Parser.TryParse(line[at..], out number, out var digits))
            return false;
        at += digits;
        return true;
    }
}
