using System.Buffers;
using NicHangExporter.Detection.Patterns;
using NicHangExporter.Linux;

namespace NicHangExporter.Diagnose.LogText;

/// <summary>
/// Finds the next record in a line that holds several. A line counts as such only if it starts like its records. A
/// process's line that quotes a line of the kernel's log stays one line. Pure; accepts any bytes.
/// </summary>
internal readonly struct RecordBoundary
{
    /// <summary>Shorter lines do not hold two records.</summary>
    private const int ShortestLine = 40;

    /// <summary>This many records are not a quotation, even if a process wrote the first of them.</summary>
    private const int Many = 4;

    /// <summary>The maximum length of prose that is searched for a record.</summary>
    private const int MaxProse = 512;

    // Characters of structured text: field names, objects, tags with a process id.
    private static readonly SearchValues<byte> NotInProse = SearchValues.Create("{}[]<>|=\"\\_"u8);

    private enum Form { Date, Bracket, Tag, Raw, Object, Field, Bare }

    private Form Kind { get; init; }

    /// <summary>The start of the first record's timestamp, or the length of the tag.</summary>
    private int Front { get; init; }

    /// <summary>The start of the first record: its date, its tag, or the text before the timestamp.</summary>
    private byte[] First { get; init; }

    /// <summary>The length of the prose before the first record.</summary>
    private int Prose { get; init; }

    /// <summary>Checks whether a line holds several records.</summary>
    public static bool TryFind(ReadOnlySpan<byte> line, out RecordBoundary boundary)
    {
        if (TryFindFromStart(line, out boundary)) return true;
        // The line starts with prose or a command, or it holds no records.
        if (line.Length < ShortestLine) return false;
        var isCommand = ShellPrompt.TryStart(line, out _);
        if (!isCommand && !LogLineParser.Parse(line).IsBare) return false;
        // A copy of /dev/kmsg starts with a digit, even if it is damaged.
        if (line.TrimStart("> |\t"u8) is [>= (byte)'0' and <= (byte)'9', ..]) return false;
        for (var at = LogTags.NextWord(line, 0); at < Math.Min(line.Length, MaxProse); at = LogTags.NextWord(line, at))
        {
            if (!BeginsRecord(line, at) || !TryFindFromStart(line[at..], out boundary)) continue;
            // A text may mention two records. Three are a log.
            var second = boundary.Next(line, at);
            if (second == line.Length || boundary.Next(line, second) == line.Length) continue;
            boundary = boundary with { Prose = at };
            return isCommand || line[..at].TrimEnd("> |\t"u8).IndexOfAny(NotInProse) < 0;
        }
        return false;
    }

    // The start of a log: a time, the kernel's tag, or the prefix of a device.
    private static bool BeginsRecord(ReadOnlySpan<byte> line, int at)
    {
        var text = line[at..];
        var rest = text;
        if (text.Length < ShortestLine) return false;
        return text[0] == '[' && StampParser.TryBracket(ref rest, out _)
            || LogTags.Find(text, hostFollows: false, out _) == LogOrigin.Kernel
            || (char.IsAsciiDigit((char)text[0]) || StampParser.StartsWithName(text)) && Date(text) > 0
            || MessageStart.IsAt(line, at) && PrefixWords.IsBusAddress(Word(text[LogTags.NextWord(text, 0)..]));
    }

    private static bool TryFindFromStart(ReadOnlySpan<byte> line, out RecordBoundary boundary)
    {
        boundary = default;
        if (line.Length < ShortestLine) return false;
        var front = line.Length - line.TrimStart("> |\t"u8).Length;
        var text = line[front..];
        var many = 2;
        if (text.IsEmpty) return false;
        // A process may quote a record of the kernel.
        if (LogLineParser.Parse(text).Origin == LogOrigin.Process) many = Many;
        if (RawRecord.TryParse(text, out var raw))
        {
            boundary = new RecordBoundary { Kind = Form.Raw };
            if (raw.Priority >= 8) many = Many;
        }
        else if (text[0] == '{' || text.StartsWith("[{"u8)) boundary = new RecordBoundary { Kind = Form.Object };
        else if (JournaldFields.Name(text, out var hasValue) is var name && name.StartsWith("_"u8) && hasValue)
            boundary = new RecordBoundary { Kind = Form.Field };
        else if (Date(text) is > 0 and var date)
        {
            boundary = new RecordBoundary { Kind = Form.Date, First = text[..date].ToArray() };
        }
        else if (FirstBracket(text) is >= 0 and var bracket)
        {
            boundary = new RecordBoundary { Kind = Form.Bracket, Front = bracket, First = text[..bracket].ToArray() };
            // Anything before the time that is not part of a log format is prose.
            if (bracket > 0 && !LogLineParser.Parse(text[..bracket]).Text.IsEmpty && !ShellPrompt.Is(text[..bracket]))
            {
                if (LogLineParser.Parse(text).IsBare) return false;
                many = Math.Max(many, Many - 1);
            }
            if (LogLineParser.Parse(text[bracket..]).Origin == LogOrigin.Process) many = Many;
        }
        else if (LogTags.Find(text, hostFollows: false, out var tag) == LogOrigin.Kernel)
            boundary = new RecordBoundary { Kind = Form.Tag, First = text[..tag].ToArray() };
        else if (MessageStart.IsAt(text, 0)) boundary = new RecordBoundary { Kind = Form.Bare };
        else return false;

        for (var at = boundary.Next(line, 0); at < line.Length; at = boundary.Next(line, at))
            if (--many == 1) return true;
        return false;
    }

    /// <summary>The start of the next record after a position; the line's length without a next record.</summary>
    public int Next(ReadOnlySpan<byte> line, int position)
    {
        if (position < Prose) return Prose;
        position += line[position..].Length - line[position..].TrimStart("> |\t"u8).Length;
        return Kind switch
        {
            Form.Date => NextDate(line, position + 1),
            Form.Bracket => NextBracket(line, position),
            Form.Tag => NextTag(line, position + 1),
            Form.Object => NextText(line, position + 1, "{\""u8),
            Form.Bare => MessageStart.Next(line, position),
            _ => NextWord(line, position),
        };
    }

    private int NextDate(ReadOnlySpan<byte> line, int from)
    {
        // The first separator between its digits locates possible dates.
        var mark = First.AsSpan().IndexOfAny(":."u8);
        if (mark < 0) return line.Length;
        for (var at = from + mark; at < line.Length;)
        {
            var found = line[at..].IndexOf(First[mark]);
            if (found < 0) break;
            at += found;
            var start = at - mark;
            if (start >= from && Follows(line, start) && LooksAlike(line[start..]) && Date(line[start..]) > 0)
                return Whole(line, start, from);
            at++;
        }
        return line.Length;
    }

    private int NextBracket(ReadOnlySpan<byte> line, int position)
    {
        // Skips the timestamp of the record itself.
        var own = Bracket(line, position);
        var at = own < line.Length ? Bracket(line, own + 1) : own;
        if (at >= line.Length) return line.Length;
        var start = at - Front;
        return start > position && HasFront(line[start..at]) ? start : at;
    }

    private int NextTag(ReadOnlySpan<byte> line, int from)
    {
        for (var at = from; at < line.Length; at++)
        {
            at += NextText(line[at..], 0, First);
            if (at < line.Length && line[at - 1] is (byte)' ' or (byte)'\t' or (byte)'\n') return Whole(line, at, from);
        }
        return line.Length;
    }

    // "3,1001,9327470501,-;", " DEVICE=", "_TRANSPORT="
    private int NextWord(ReadOnlySpan<byte> line, int position)
    {
        for (var at = position; ;)
        {
            var blank = line[at..].IndexOf((byte)' ');
            if (blank < 0) return line.Length;
            at += blank + 1;
            var word = line[at..];
            if (Kind == Form.Raw ? BeginsRaw(word) : JournaldFields.Name(word, out var hasValue).Length > 1 && hasValue)
                return at;
        }
    }

    private static bool BeginsRaw(ReadOnlySpan<byte> text) =>
        RawRecord.TryParse(text, out _)
        || RawRecord.TryDictionary(text[..Math.Max(text.IndexOf((byte)' '), 0)], out _, out _)
        || RawRecord.TryDictionary(text, out _, out _) && text.IndexOf((byte)' ') < 0;

    private static ReadOnlySpan<byte> Word(ReadOnlySpan<byte> text)
    {
        var blank = text.IndexOf((byte)' ');
        return (blank < 0 ? text : text[..blank]).TrimEnd((byte)':');
    }

    private static int NextText(ReadOnlySpan<byte> line, int from, ReadOnlySpan<byte> text) =>
        line[from..].IndexOf(text) is >= 0 and var found ? from + found : line.Length;

    // A "<" before the record belongs to it.
    private static int Whole(ReadOnlySpan<byte> line, int start, int from)
    {
        while (start > from && line[start - 1] == '<') start--;
        return start;
    }

    private static bool Follows(ReadOnlySpan<byte> line, int at) =>
        at == 0
        || line[at - 1] is (byte)' ' or (byte)'\t' or (byte)'>' or (byte)'\n'
        || line[..at].EndsWith("\\n"u8)
        || line[..at].EndsWith("#012"u8);

    /// <summary>
    /// The length of the date at the start, without the blank after it; 0 without a date. A time alone occurs in any
    /// text.
    /// </summary>
    private static int Date(ReadOnlySpan<byte> text)
    {
        var rest = text;
        if (!char.IsAsciiLetterOrDigit((char)text[0]) && text[0] < 0x80
            || !StampParser.TryDate(ref rest, out var stamp, out _))
            return 0;
        var length = text[..^rest.Length].TrimEnd(" \t"u8).Length;
        return length > 5 && (stamp.Clock == LogClockKind.Wall || length >= 8) ? length : 0;
    }

    // Compares by class: letters, digits (or the blanks that pad them).
    private bool LooksAlike(ReadOnlySpan<byte> text)
    {
        if (text.Length < First.Length) return false;
        for (var at = 0; at < First.Length; at++)
            if (Class(text[at]) != Class(First[at])) return false;
        return true;
    }

    private static int Class(byte octet) =>
        octet >= 0x80 || char.IsAsciiLetter((char)octet) ? 'a'
        : char.IsAsciiDigit((char)octet) || octet == ' ' ? '0'
        : octet;

    // Requires the same signs at the same positions: "kern  :err   : " and "kern  :warn  : ".
    private bool HasFront(ReadOnlySpan<byte> front)
    {
        for (var at = 0; at < front.Length; at++)
            if ((Sign(front[at]) || Sign(First[at])) && front[at] != First[at]) return false;
        return true;
    }

    private static bool Sign(byte octet) => octet < 0x80 && octet != ' ' && !char.IsAsciiLetterOrDigit((char)octet);

    private static int FirstBracket(ReadOnlySpan<byte> text) =>
        Bracket(text, 0) is var at && at < text.Length ? at : -1;

    private static int Bracket(ReadOnlySpan<byte> line, int from)
    {
        for (var at = from; at < line.Length; at++)
        {
            var found = line[at..].IndexOf((byte)'[');
            if (found < 0) break;
            at += found;
            var rest = line[at..];
            if (rest.Length > 4 && rest[1] != '<' && StampParser.TryBracket(ref rest, out _)) return at;
        }
        return line.Length;
    }
}
