using System.Buffers.Text;
using NicHangExporter.Detection.Patterns;

namespace NicHangExporter.Diagnose.LogText;

/// <summary>
/// Parses the times at the start of log lines. Each method removes what it has parsed, including the blank after it,
/// and leaves the text unchanged if it parses nothing.
/// </summary>
internal static partial class StampParser
{
    /// <summary>The year of dates without a year: a leap year, so that February 29 is valid.</summary>
    private const int NoYear = 2000;

    /// <summary>
    /// Times in square brackets: <c>[ 9385.606118]</c>, <c>[ 240.]</c>, <c>[Fri Jul 24 15:52:37 2026]</c>, <c>[
    /// +0.000093]</c>, <c>[Mar15 18:17]</c>, <c>[2026-07-24T15:52:37Z]</c>, <c>[ 12.0 &lt; 0.1&gt;]</c>.
    /// </summary>
    public static bool TryBracket(ref ReadOnlySpan<byte> text, out LogStamp stamp)
    {
        stamp = default;
        if (text is not [(byte)'[', ..]) return false;
        var end = text[..Math.Min(text.Length, 48)].IndexOf((byte)']');
        if (end < 0 || !TryInside(text[1..end].Trim((byte)' '), out stamp)) return false;
        text = text[(end + 1)..];
        // Talos writes a colon after it.
        if (text is [(byte)':', (byte)' ', ..]) text = text[1..];
        text = text.TrimStart(" \t"u8);
        return true;
    }

    /// <summary>
    /// A date and time, or a time alone: <c>2026-07-24T15:52:37,123456+02:00</c>, <c>Oct 29 01:14:38</c>, <c>Tue Feb 28
    /// 10:35:36 2023</c>, <c>Fri 2026-07-24 15:52:37 CEST</c>, <c>1753365157.123456</c>, <c>08:06:02</c>.
    /// </summary>
    /// <param name="text">The line.</param>
    /// <param name="stamp">The time.</param>
    /// <param name="comma">True if a comma separates the fraction, as only dmesg writes it. No host follows
    /// then.</param>
    public static bool TryDate(ref ReadOnlySpan<byte> text, out LogStamp stamp, out bool comma)
    {
        comma = false;
        var rest = text;
        if (!TryIso(ref rest, out stamp, out comma)
            && !TryMonth(ref rest, out stamp)
            && !TryEpoch(ref rest, out stamp)
            && !TryForeign(ref rest, out stamp))
        {
            if (!TryTime(ref rest, out var time)) return false;
            stamp = new LogStamp(LogClockKind.Day, time);
            // "18:32:02: "
            if (rest.StartsWith(": "u8)) rest = rest[1..];
        }
        if (rest.Length > 0 && rest[0] is not ((byte)' ' or (byte)'\t')) return false;
        text = rest.TrimStart(" \t"u8);
        return true;
    }

    private static bool TryInside(ReadOnlySpan<byte> inside, out LogStamp stamp)
    {
        stamp = default;
        if (inside.IsEmpty) return false;
        if (inside[0] == '+')
            return TrySeconds(inside[1..].TrimStart((byte)' '), LogClockKind.Delta, out stamp);
        if (inside[0] == '<' && inside[^1] == '>')
            return TrySeconds(inside[1..^1].Trim((byte)' '), LogClockKind.Delta, out stamp);
        // dmesg --show-delta
        if (inside[^1] == '>' && inside.IndexOf((byte)'<') is var delta and > 0)
            inside = inside[..delta].TrimEnd((byte)' ');
        // Amlogic's kernels add the CPU, "512.123456@0".
        if (inside.LastIndexOf((byte)'@') is > 0 and var cpu && PrefixWords.IsDigits(inside[(cpu + 1)..]))
            inside = inside[..cpu];
        if (TrySeconds(inside, LogClockKind.Boot, out stamp)) return true;
        if (TryMinute(inside, out stamp)) return true;
        return TryDate(ref inside, out stamp, out _) && inside.IsEmpty;
    }

    private static bool TrySeconds(ReadOnlySpan<byte> text, LogClockKind clock, out LogStamp stamp)
    {
        stamp = default;
        var dot = text.IndexOf((byte)'.');
        if (dot <= 0
            || !TryNumber(text[..dot], 12, out var seconds)
            || !TryFraction(text[(dot + 1)..], out var fraction))
            return false;
        stamp = new LogStamp(clock, new TimeSpan(seconds * TimeSpan.TicksPerSecond) + fraction);
        return true;
    }

    // "Mar15 18:17"
    private static bool TryMinute(ReadOnlySpan<byte> text, out LogStamp stamp)
    {
        stamp = default;
        if (text.Length != 11 || Month(text) is not (> 0 and var month) || text[5] != ' ' || text[8] != ':'
            || !TryNumber(text.Slice(3, 2).TrimStart((byte)' '), 2, out var day)
            || !TryNumber(text.Slice(6, 2), 2, out var hour)
            || !TryNumber(text.Slice(9, 2), 2, out var minute))
            return false;
        return TryWall(NoYear, month, day, hour, minute, 0, TimeSpan.Zero, LogClockKind.Minute, out stamp);
    }

    // journalctl -o short-unix
    private static bool TryEpoch(ref ReadOnlySpan<byte> text, out LogStamp stamp)
    {
        stamp = default;
        var blank = text.IndexOf((byte)' ');
        if (blank is < 11 or > 20
            || text.IndexOf((byte)'.') is < 9 or > 11
            || !TrySeconds(text[..blank], LogClockKind.Wall, out stamp))
            return false;
        text = text[blank..];
        return true;
    }

    private static bool TryTime(ref ReadOnlySpan<byte> text, out TimeSpan time) => TryTime(ref text, out time, out _);

    // "15:52:37", "15:52:37.123456", "15:52:37,123456"
    private static bool TryTime(ref ReadOnlySpan<byte> text, out TimeSpan time, out bool comma)
    {
        time = default;
        comma = false;
        if (text.Length < 8 || text[2] != ':' || text[5] != ':' || !TryNumber(text[..2], 2, out var hour)
            || !TryNumber(text.Slice(3, 2), 2, out var minute) || !TryNumber(text.Slice(6, 2), 2, out var second)
            || hour > 23 || minute > 59 || second > 60) return false;
        var rest = text[8..];
        var fraction = TimeSpan.Zero;
        if (rest is [(byte)'.' or (byte)',', ..])
        {
            var digits = rest[1..].IndexOfAnyExceptInRange((byte)'0', (byte)'9');
            if (digits < 0) digits = rest.Length - 1;
            if (digits == 0 || !TryFraction(rest.Slice(1, digits), out fraction)) return false;
            comma = rest[0] == ',';
            rest = rest[(digits + 1)..];
        }
        time = new TimeSpan((int)hour, (int)minute, (int)second) + fraction;
        text = rest;
        return true;
    }

    private static bool TryTake(ref ReadOnlySpan<byte> text, int most, out long number)
    {
        var digits = text.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        if (digits < 0) digits = text.Length;
        if (!TryNumber(text[..digits], most, out number)) return false;
        text = text[digits..];
        return true;
    }

    private static bool TryNumber(ReadOnlySpan<byte> digits, int most, out long number)
    {
        number = 0;
        return digits.Length > 0 && digits.Length <= most && digits.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0
            && Utf8Parser.TryParse(digits, out number, out _);
    }

    // A tick is 100 ns; smaller units are dropped. An empty fraction is valid, because some consoles cut it off.
    private static bool TryFraction(ReadOnlySpan<byte> digits, out TimeSpan fraction)
    {
        fraction = TimeSpan.Zero;
        if (digits.Length > 9 || digits.IndexOfAnyExceptInRange((byte)'0', (byte)'9') >= 0) return false;
        long ticks = 0;
        for (var at = 0; at < 7; at++)
            ticks = ticks * 10 + (at < digits.Length ? digits[at] - '0' : 0);
        fraction = new TimeSpan(ticks);
        return true;
    }
}
