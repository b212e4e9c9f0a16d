namespace NicHangExporter.Diagnose.LogText;

/// <summary>Dates: ISO 8601, month names, and month names of other languages.</summary>
internal static partial class StampParser
{
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
}
