namespace NicHangExporter.Diagnose.LogText;

/// <summary>
/// Splits lines that hold several records, as web pages and log stores without line ends produce them. The start of the
/// line determines the form of its records (see <see cref="RecordBoundary"/>).
/// </summary>
internal sealed class FlattenedReader(QuotedPrintableReader lines)
{
    private readonly byte[] _line = new byte[LineReader.MaxLength];
    private int _length;
    private int _position;
    private RecordBoundary _boundary;

    /// <summary>The number of lines read, before the split.</summary>
    public long Lines => lines.Lines;

    /// <summary>Reads the next record's line.</summary>
    /// <param name="line">The line; valid until the next call.</param>
    /// <returns>False at the end.</returns>
    /// <exception cref="IOException">The stream can't be read.</exception>
    public bool TryRead(out ReadOnlySpan<byte> line)
    {
        if (_position < _length)
        {
            line = Next();
            return true;
        }
        if (!lines.TryRead(out line)) return false;
        if (!RecordBoundary.TryFind(line, out _boundary)) return true;
        line.CopyTo(_line);
        _length = line.Length;
        _position = 0;
        line = Next();
        return true;
    }

    /// <summary>Reads bytes instead of a line, as <see cref="LineReader.TryReadBlock"/> does.</summary>
    public bool TryReadBlock(out ReadOnlySpan<byte> block)
    {
        block = default;
        return _position == _length && lines.TryReadBlock(out block);
    }

    private ReadOnlySpan<byte> Next()
    {
        var rest = _line.AsSpan(_position, _length - _position);
        var end = _boundary.Next(_line.AsSpan(0, _length), _position) - _position;
        _position += end;
        // Removes quotation marks that belong to the next record.
        var record = rest[..end].TrimEnd(" \t"u8);
        while (end < rest.Length && record is [.., (byte)' ' or (byte)'\t', (byte)'>' or (byte)'|'])
            record = record[..^1].TrimEnd(" \t"u8);
        return record;
    }
}
