using System.Text;

namespace NicHangExporter.Detection.Patterns;

/// <summary>
/// A printk format from the kernel's source, matched against one line. <c>%d %u %x %p %s</c> with flags, widths and
/// length modifiers are conversions; <c>%s</c> matches as little as possible. The whole line must match, except blanks
/// at its end, unless the format ends with <c>%*</c> (an extension), which matches the rest. Matching allocates nothing
/// and never throws.
/// </summary>
internal sealed class MessageFormat
{
    /// <summary>The maximum number of conversions.</summary>
    public const int MaxConversions = 12;

    /// <summary>The minimum length of a literal that is cut off, to find the end of the value before it.</summary>
    private const int MinLeft = 3;

    private readonly Segment[] _segments;

    /// <exception cref="ArgumentException">The format is not of the kind described above.</exception>
    public MessageFormat(string format)
    {
        _segments = Parse(format);
        Conversions = _segments.Count(segment => segment.Literal.Length == 0);
        if (Conversions > MaxConversions)
            throw new ArgumentException($"More than {MaxConversions} conversions: {format}", nameof(format));
        Start = _segments[0].Literal;
        FixedLength = _segments.Sum(segment => segment.Conversion switch
        {
            Conversion.None => segment.Literal.Length,
            Conversion.Text or Conversion.Rest => 0,
            _ => 1,
        });
    }

    /// <summary>The number of conversions.</summary>
    public int Conversions { get; }

    /// <summary>The literal text that it starts with.</summary>
    public ReadOnlyMemory<byte> Start { get; }

    /// <summary>
    /// The minimum number of bytes of a match that the format determines: its literal text, and a digit for each
    /// number.
    /// </summary>
    public int FixedLength { get; }

    /// <summary>Matches one line without its end.</summary>
    /// <param name="line">The message without any prefix.</param>
    /// <param name="values">At least <see cref="Conversions"/> long. Receives the position of each value in the
    /// line.</param>
    public bool TryMatch(ReadOnlySpan<byte> line, Span<Range> values) =>
        Match(Blanks.TrimEnd(line), 0, 0, values, isCut: false);

    /// <summary>
    /// Matches a line whose end may be cut off. The format's first literal must be complete. A missing value is empty.
    /// </summary>
    public bool TryMatchCut(ReadOnlySpan<byte> line, Span<Range> values)
    {
        line = Blanks.TrimEnd(line);
        values[..Conversions].Fill(line.Length..line.Length);
        return Match(line, 0, 0, values, isCut: true);
    }

    private bool Match(ReadOnlySpan<byte> line, int at, int segmentAt, Span<Range> values, bool isCut)
    {
        for (; segmentAt < _segments.Length; segmentAt++)
        {
            ref readonly var segment = ref _segments[segmentAt];
            var rest = line[at..];
            int length;
            switch (segment.Conversion)
            {
                case Conversion.None:
                    if (!rest.StartsWith(segment.Literal))
                        return isCut && segmentAt > 0 && segment.Literal.AsSpan().StartsWith(rest);
                    at += segment.Literal.Length;
                    continue;
                case Conversion.Rest:
                    length = rest.Length;
                    break;
                case Conversion.Text:
                    return MatchText(line, at, segmentAt, values, isCut);
                default:
                    // "%2x" pads a shorter number with blanks.
                    var padding = segment.IsPadded ? rest.IndexOfAnyExcept((byte)' ') : 0;
                    if (padding > 0)
                    {
                        at += padding;
                        rest = rest[padding..];
                    }
                    length = NumberLength(rest, segment.Conversion);
                    if (length == 0) return isCut && rest.IsEmpty;
                    break;
            }
            values[segment.Index] = at..(at + length);
            at += length;
        }
        return at == line.Length;
    }

    private bool MatchText(ReadOnlySpan<byte> line, int at, int segmentAt, Span<Range> values, bool isCut)
    {
        var index = _segments[segmentAt].Index;
        if (segmentAt == _segments.Length - 1)
        {
            values[index] = at..line.Length;
            return true;
        }
        // Parse() ensures that a literal follows.
        ReadOnlySpan<byte> next = _segments[segmentAt + 1].Literal;
        for (var end = at; ; end++)
        {
            var found = line[end..].IndexOf(next);
            if (found < 0) return isCut && end == at && MatchCutText(line, at, next, out values[index]);
            end += found;
            if (Match(line, end, segmentAt + 1, values, isCut))
            {
                values[index] = at..end;
                return true;
            }
        }
    }

    // Cut off within this value, which is then one word, or within the literal after it.
    private static bool MatchCutText(ReadOnlySpan<byte> line, int at, ReadOnlySpan<byte> next, out Range value)
    {
        for (var left = Math.Min(next.Length - 1, line.Length - at - 1); left >= MinLeft; left--)
            if (line.EndsWith(next[..left]))
            {
                value = at..(line.Length - left);
                return line[value].IndexOf((byte)' ') < 0;
            }
        value = line.Length..line.Length;
        return line[at..].IndexOf((byte)' ') < 0;
    }

    private static int NumberLength(ReadOnlySpan<byte> text, Conversion conversion)
    {
        var start = 0;
        if (conversion == Conversion.Hex && text.StartsWith("0x"u8)) start = 2;
        if (conversion == Conversion.Signed && text is [(byte)'-', ..]) start = 1;
        var digits = conversion == Conversion.Hex
            ? text[start..].IndexOfAnyExcept(PrefixWords.HexDigits)
            : text[start..].IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        if (digits < 0) digits = text.Length - start;
        return digits == 0 ? 0 : start + digits;
    }

    private static Segment[] Parse(string format)
    {
        var segments = new List<Segment>();
        var literal = new StringBuilder();
        var conversions = 0;
        for (var at = 0; at < format.Length; at++)
        {
            if (format[at] != '%' || format.AsSpan(at).StartsWith("%%"))
            {
                literal.Append(format[at]);
                if (format[at] == '%') at++;
                continue;
            }
            if (literal.Length > 0)
                segments.Add(new Segment(Encoding.ASCII.GetBytes(literal.ToString()), Conversion.None, 0, false));
            literal.Clear();
            at++;
            // A width without a precision or a leading zero.
            var isPadded = format[at..] is [>= '1' and <= '9', not '.', ..];
            while (at < format.Length - 1 && "#0123456789.lzh".Contains(format[at], StringComparison.Ordinal)) at++;
            var conversion = at < format.Length ? format[at] switch
            {
                'd' or 'i' => Conversion.Signed,
                'u' => Conversion.Unsigned,
                'x' or 'X' or 'p' => Conversion.Hex,
                's' => Conversion.Text,
                '*' when at == format.Length - 1 => Conversion.Rest,
                _ => Conversion.None,
            } : Conversion.None;
            // The end of a %s before another conversion is ambiguous.
            if (conversion == Conversion.None || segments is [.., { Conversion: Conversion.Text }])
                throw new ArgumentException($"Conversion not understood: {format}", nameof(format));
            segments.Add(new Segment([], conversion, conversions++, isPadded));
        }
        var tail = literal.ToString().TrimEnd();
        if (tail.Length > 0)
            segments.Add(new Segment(Encoding.ASCII.GetBytes(tail), Conversion.None, 0, false));
        if (segments.Count == 0 || segments[0].Literal.Length < PatternIndex.KeyLength)
            throw new ArgumentException(
                $"A format starts with {PatternIndex.KeyLength} literal bytes: {format}", nameof(format));
        return [.. segments];
    }

    private enum Conversion : byte { None, Signed, Unsigned, Hex, Text, Rest }

    private readonly record struct Segment(byte[] Literal, Conversion Conversion, int Index, bool IsPadded);
}
