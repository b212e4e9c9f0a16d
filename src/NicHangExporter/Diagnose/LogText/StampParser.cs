using System.Buffers.Text;

namespace NicHangExporter.Diagnose.LogText;

/// <summary>
/// Parses the times at the start of log lines. Each method removes what it has parsed, including the blank after it,
/// and leaves the text unchanged if it parses nothing.
/// </summary>
internal static class StampParser
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
        if (inside.LastIndexOf((byte)'@') is > 0 and var cpu && LogTags.IsDigits(inside[(cpu + 1)..]))
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

    // "2026-07-24T15:52:37.123456+02:00", also with a blank instead of the T, with slashes, or after the day of the
    // week
    private static bool TryIso(ref ReadOnlySpan<byte> text, out LogStamp stamp, out bool comma)
    {
        stamp = default;
        comma = false;
        var rest = text;
        var hasDay = IsDayOfWeek(rest);
        if (hasDay) rest = rest[4..];
        if (rest.Length < 19
            || rest[4] is not ((byte)'-' or (byte)'/')
            || rest[7] != rest[4]
            || rest[10] is not ((byte)'T' or (byte)' ')
            || !TryNumber(rest[..4], 4, out var year)
            || !TryNumber(rest.Slice(5, 2), 2, out var month)
            || !TryNumber(rest.Slice(8, 2), 2, out var day))
            return false;
        rest = rest[11..];
        if (!TryTime(ref rest, out var time, out comma)) return false;
        if (rest is [(byte)' ', (byte)'+', _, _, (byte)':', _, _, ..]) rest = rest[1..];
        if (rest is [(byte)'Z', ..]) rest = rest[1..];
        else if (rest.Length >= 5 && rest[0] is (byte)'+' or (byte)'-')
        {
            var colon = rest[3] == ':' ? 1 : 0;
            if (rest.Length < 5 + colon
                || !TryNumber(rest.Slice(1, 2), 2, out _)
                || !TryNumber(rest.Slice(3 + colon, 2), 2, out _))
                return false;
            rest = rest[(5 + colon)..];
        }
        // journalctl -o short-full ends with the zone's name.
        if (hasDay
            && rest is [(byte)' ', ..]
            && rest[1..].IndexOf((byte)' ') is > 1 and <= 5 and var zone
            && rest.Slice(1, zone).IndexOfAnyExceptInRange((byte)'A', (byte)'Z') < 0)
            rest = rest[(zone + 1)..];
        if (!TryWall((int)year, month, day, 0, 0, 0, time, LogClockKind.Wall, out stamp)) return false;
        text = rest;
        return true;
    }

    // "Oct 29 01:14:38", "Oct 29 2026 01:14:38", "Tue Feb 28 10:35:36 2023"
    private static bool TryMonth(ref ReadOnlySpan<byte> text, out LogStamp stamp)
    {
        stamp = default;
        var rest = text;
        var hasDay = IsDayOfWeek(rest);
        if (hasDay) rest = rest[4..];
        if (rest.Length < 15 || Month(rest) is not (> 0 and var month) || rest[3] != ' ') return false;
        rest = rest[4..].TrimStart((byte)' ');
        if (!TryTake(ref rest, 2, out var day) || rest is not [(byte)' ', ..]) return false;
        rest = rest[1..];
        long year = NoYear;
        if (rest.Length > 5 && rest[4] == ' ' && TryNumber(rest[..4], 4, out var before))
        {
            year = before;
            rest = rest[5..];
        }
        if (!TryTime(ref rest, out var time)) return false;
        if (hasDay && rest.Length >= 5 && rest[0] == ' ')
        {
            var after = rest[1..];
            // "Fri Jul 24 15:52:37 CEST 2026", as date(1) writes it
            if (after.IndexOf((byte)' ') is > 1 and <= 5 and var zone
                && after[..zone].IndexOfAnyExceptInRange((byte)'A', (byte)'Z') < 0)
                after = after[(zone + 1)..];
            if (after.Length >= 4
                && TryNumber(after[..4], 4, out var behind)
                && (after.Length == 4 || after[4] is (byte)' '))
            {
                year = behind;
                rest = after[4..];
            }
        }
        if (!TryWall((int)year, month, day, 0, 0, 0, time, LogClockKind.Wall, out stamp)) return false;
        text = rest;
        return true;
    }

    // "Mär 05 02:17:41", "févr. 12 10:00:01", "10月 09 11:22:33", "Do Okt 29 01:14:38 2020": names of another language.
    // The month is unknown; the days within it are distinguished.
    private static bool TryForeign(ref ReadOnlySpan<byte> text, out LogStamp stamp)
    {
        stamp = default;
        var rest = text;
        var names = 0;
        while (names < 2 && TryName(ref rest)) names++;
        if (names == 0 || !TryTake(ref rest, 2, out var day)) return false;
        if (rest is [(byte)'.', ..]) rest = rest[1..];
        if (rest is not [(byte)' ', ..]) return false;
        rest = rest[1..];
        if (!TryTime(ref rest, out var time)) return false;
        long year = NoYear;
        if (rest.Length >= 5
            && rest[0] == ' '
            && TryNumber(rest.Slice(1, 4), 4, out var behind)
            && (rest.Length == 5 || rest[5] == ' '))
        {
            year = behind;
            rest = rest[5..];
        }
        if (!TryWall((int)year, 1, day, 0, 0, 0, time, LogClockKind.Wall, out stamp)) return false;
        text = rest;
        return true;
    }

    // A word with at least one letter of any script, and the blanks after it.
    private static bool TryName(ref ReadOnlySpan<byte> text)
    {
        var end = text[..Math.Min(text.Length, 24)].IndexOf((byte)' ');
        if (end < 1) return false;
        var hasLetter = false;
        foreach (var octet in text[..end])
        {
            var isLetter = octet >= 0x80 || char.IsAsciiLetter((char)octet);
            if (!isLetter && octet != '.' && !char.IsAsciiDigit((char)octet)) return false;
            hasLetter |= isLetter;
        }
        if (hasLetter) text = text[end..].TrimStart((byte)' ');
        return hasLetter;
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

    private static bool TryWall(
        int year, long month, long day, long hour, long minute, long second, TimeSpan time, LogClockKind clock,
        out LogStamp stamp)
    {
        stamp = default;
        if (year is < 1 or > 9999
            || month is < 1 or > 12
            || day < 1
            || day > DateTime.DaysInMonth(year, (int)month)
            || hour > 23
            || minute > 59)
            return false;
        stamp = new LogStamp(
            clock,
            new TimeSpan(
                new DateTime(
                    year, (int)month, (int)day, (int)hour, (int)minute, (int)second,
                    DateTimeKind.Unspecified).Ticks) + time);
        return true;
    }

    /// <summary>True for the English name of a month or of a day of the week.</summary>
    public static bool StartsWithName(ReadOnlySpan<byte> text) =>
        IsDayOfWeek(text) || text.Length > 3 && text[3] == ' ' && Month(text) > 0;

    private static int Month(ReadOnlySpan<byte> text) =>
        text.Length >= 3
        && "JanFebMarAprMayJunJulAugSepOctNovDec"u8.IndexOf(text[..3]) is >= 0 and var at
        && at % 3 == 0
            ? at / 3 + 1
            : 0;

    private static bool IsDayOfWeek(ReadOnlySpan<byte> text) =>
        text.Length > 4
        && text[3] == ' '
        && "MonTueWedThuFriSatSun"u8.IndexOf(text[..3]) is >= 0 and var at
        && at % 3 == 0;

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
