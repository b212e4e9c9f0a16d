using System.Buffers;
using NicHangExporter.Linux;

namespace NicHangExporter.Diagnose.LogText;

/// <summary>
/// Reverses changes that terminals, log daemons and web pages make to a line: colours, escaped control characters,
/// entities, non-breaking blanks.
/// </summary>
internal static class LineCleaner
{
    private static readonly SearchValues<byte> Suspects = SearchValues.Create([
        0x1b,
        (byte)'#',
        (byte)'\\',
        (byte)'&',
        0xc2,
    ]);

    private static readonly SearchValues<byte> ColourParameters = SearchValues.Create("0123456789;?"u8);

    /// <summary>Cleans one line.</summary>
    /// <param name="line">The line.</param>
    /// <param name="scratch">At least as long as the line. Used if the line has to be changed.</param>
    /// <returns>The line itself, or the cleaned part of <paramref name="scratch"/>. It may contain LF.</returns>
    public static ReadOnlySpan<byte> Clean(ReadOnlySpan<byte> line, Span<byte> scratch)
    {
        if (line.IndexOfAny(Suspects) < 0) return line;
        var length = 0;
        while (!line.IsEmpty)
        {
            var suspect = line.IndexOfAny(Suspects);
            var plain = suspect < 0 ? line.Length : suspect;
            line[..plain].CopyTo(scratch[length..]);
            length += plain;
            line = line[plain..];
            if (line.IsEmpty) break;
            if (TryEscape(line, out var replacement, out var consumed))
            {
                if (replacement != 0) scratch[length++] = replacement;
            }
            else
            {
                scratch[length++] = line[0];
                consumed = 1;
            }
            line = line[consumed..];
        }
        return scratch[..length];
    }

    private static bool TryEscape(ReadOnlySpan<byte> text, out byte replacement, out int consumed)
    {
        replacement = 0;
        consumed = 0;
        switch (text[0])
        {
            // ESC [ 1 ; 31 m
            case 0x1b when text is [_, (byte)'[', ..]:
                var end = text[2..].IndexOfAnyExcept(ColourParameters);
                consumed = end < 0 ? text.Length : end + 3;
                return true;
            // rsyslog: #012 is LF, in octal
            case (byte)'#'
                when text.Length >= 4
                    && text[1] is >= (byte)'0' and <= (byte)'3'
                    && IsOctal(text[2])
                    && IsOctal(text[3]):
                replacement = (byte)((text[1] - '0') << 6 | (text[2] - '0') << 3 | (text[3] - '0'));
                consumed = 4;
                return replacement is (byte)'\n' or (byte)'\t';
            // U+00A0 of web pages
            case 0xc2 when text is [_, 0xa0, ..]:
                replacement = (byte)' ';
                consumed = 2;
                return true;
            case (byte)'&':
                return TryEntity(text, out replacement, out consumed);
            // \x0a of /dev/kmsg
            case (byte)'\\' when text is [_, (byte)'x', _, _, ..]:
                Span<byte> octet = stackalloc byte[4];
                if (KernelText.Unescape(text[..4], octet) != 1) return false;
                replacement = octet[0];
                consumed = 4;
                return replacement is (byte)'\n' or (byte)'\t';
            // \n of JSON and of C
            case (byte)'\\' when text is [_, (byte)'n', ..]:
                replacement = (byte)'\n';
                consumed = 2;
                return true;
            default:
                return false;
        }
    }

    // "&lt;3&gt;" of HTML
    private static bool TryEntity(ReadOnlySpan<byte> text, out byte replacement, out int consumed)
    {
        consumed = text[..Math.Min(text.Length, 8)].IndexOf((byte)';') + 1;
        var name = consumed > 2 ? text[1..(consumed - 1)] : default;
        replacement =
            name.SequenceEqual("lt"u8) ? (byte)'<'
            : name.SequenceEqual("gt"u8) ? (byte)'>'
            : name.SequenceEqual("amp"u8) ? (byte)'&'
            : name.SequenceEqual("quot"u8) ? (byte)'"'
            : name.SequenceEqual("#39"u8) || name.SequenceEqual("apos"u8) ? (byte)'\''
            : name.SequenceEqual("nbsp"u8) ? (byte)' '
            : default;
        return replacement != 0;
    }

    private static bool IsOctal(byte digit) => digit is >= (byte)'0' and <= (byte)'7';
}
