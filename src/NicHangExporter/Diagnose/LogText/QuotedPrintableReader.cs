namespace NicHangExporter.Diagnose.LogText;

/// <summary>
/// Decodes quoted-printable (RFC 2045, 6.7), which mailing lists use: <c>=3D</c>, <c>=20</c>, <c>=C2=A0</c>, and lines
/// that end with <c>=</c> and continue in the next line, even within a word. Such a text escapes every <c>=</c>, so a
/// line with any other <c>=</c> is not changed.
/// </summary>
internal sealed class QuotedPrintableReader(LineReader lines)
{
    // Encoders fill lines with up to 76 characters before they break them.
    private const int FullLine = 70;

    private readonly byte[] _joined = new byte[LineReader.MaxLength];
    private int _length;
    private byte[]? _held;
    private bool _encoded;

    /// <summary>The number of lines read.</summary>
    public long Lines => lines.Lines;

    /// <summary>Reads the next line, joined and decoded.</summary>
    /// <param name="line">The line; valid until the next call.</param>
    /// <returns>False at the end.</returns>
    /// <exception cref="IOException">The stream can't be read.</exception>
    public bool TryRead(out ReadOnlySpan<byte> line)
    {
        if (_held is { } held)
        {
            line = held;
            _held = null;
        }
        else if (!lines.TryRead(out line)) return false;

        var equals = line.IndexOf((byte)'=');
        if (equals < 0)
        {
            _encoded |= line.StartsWith("Content-Transfer-Encoding: quoted-printable"u8);
            return true;
        }
        var text = line.TrimEnd(" \t\r"u8);
        var goesOn = text is [.., (byte)'='];
        if (goesOn) text = text[..^1];
        if (!IsEncoded(text))
        {
            _encoded = false;
            return true;
        }
        if (goesOn)
        {
            Join(text);
            line = _joined.AsSpan(0, _length);
        }
        else if (_encoded || IsUnmistakable(text))
        {
            text.CopyTo(_joined);
            line = _joined.AsSpan(0, Decode(_joined.AsSpan(0, text.Length)));
        }
        return true;
    }

    /// <summary>Reads bytes instead of a line, as <see cref="LineReader.TryReadBlock"/> does.</summary>
    public bool TryReadBlock(out ReadOnlySpan<byte> block)
    {
        block = default;
        return _held is null && lines.TryReadBlock(out block);
    }

    /// <summary>
    /// Joins the following lines. If the next line starts a record of its own, the <c>=</c> is kept as text.
    /// </summary>
    private void Join(ReadOnlySpan<byte> first)
    {
        _encoded |= first.Length is >= FullLine and <= 76;
        first.CopyTo(_joined);
        _length = first.Length;
        var quote = first[..^first.TrimStart("> |"u8).Length];
        for (var goesOn = true; goesOn && lines.TryRead(out var next);)
        {
            if (!_encoded && LogLineParser.Parse(next) is { IsBare: false })
            {
                _held = next.ToArray();
                _joined[_length++] = (byte)'=';
                return;
            }
            _encoded = true;
            // A reply quotes each of the joined lines.
            next = next[Quoted(next, quote)..];
            next = next.TrimEnd(" \t\r"u8);
            goesOn = next is [.., (byte)'='] && IsEncoded(next[..^1]);
            if (goesOn) next = next[..^1];
            next = next[..Math.Min(next.Length, _joined.Length - _length)];
            next.CopyTo(_joined.AsSpan(_length));
            _length += next.Length;
        }
        _length = Decode(_joined.AsSpan(0, _length));
    }

    // The length of the quotation marks that the first line has too, with one blank after them.
    private static int Quoted(ReadOnlySpan<byte> line, ReadOnlySpan<byte> quote)
    {
        var marks = line[..line.CommonPrefixLength(quote)].LastIndexOfAny((byte)'>', (byte)'|') + 1;
        return marks > 0 && marks < line.Length && line[marks] == ' ' ? marks + 1 : marks;
    }

    // Escapes that do not occur in other text. "=20" may be a number, but no relevant message ends with it.
    private static bool IsUnmistakable(ReadOnlySpan<byte> text) =>
        text.IndexOf("=3D"u8) >= 0
        || text.IndexOf("=C2=A0"u8) >= 0
        || text.IndexOf("=E2=80="u8) >= 0
        || text.EndsWith("=20"u8)
        || text.EndsWith("=09"u8);

    private static bool IsEncoded(ReadOnlySpan<byte> text)
    {
        for (var at = text.IndexOf((byte)'='); at >= 0; at = text.IndexOf((byte)'='))
        {
            if (text.Length < at + 3 || Digit(text[at + 1]) < 0 || Digit(text[at + 2]) < 0) return false;
            text = text[(at + 3)..];
        }
        return true;
    }

    private static int Decode(Span<byte> text)
    {
        var length = 0;
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] == '=' && at + 2 < text.Length && Digit(text[at + 1]) >= 0 && Digit(text[at + 2]) >= 0)
            {
                text[length++] = (byte)(Digit(text[at + 1]) << 4 | Digit(text[at + 2]));
                at += 2;
            }
            else text[length++] = text[at];
        }
        return length;
    }

    // Upper case only: 6.7 requires it, and the kernel writes lower case.
    private static int Digit(byte digit) => digit switch
    {
        >= (byte)'0' and <= (byte)'9' => digit - '0',
        >= (byte)'A' and <= (byte)'F' => digit - 'A' + 10,
        _ => -1,
    };
}
