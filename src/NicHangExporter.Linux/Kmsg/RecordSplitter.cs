namespace NicHangExporter.Linux.Kmsg;

/// <summary>
/// Splits a stream of recorded kmsg records. A record ends at a newline that is not followed by a blank, because
/// dictionary lines start with a blank. The last record of a stream is therefore complete only after the next byte or
/// the end of the stream. Pure: bytes in, records out.
/// </summary>
internal sealed class RecordSplitter(int capacity)
{
    /// <summary>
    /// PIPE_BUF (include/uapi/linux/limits.h): the minimum free space of the buffer. A packet pipe drops the part of a
    /// packet that does not fit into it.
    /// </summary>
    internal const int PacketSize = 4096;

    private readonly byte[] _buffer = new byte[capacity];
    private int _start;
    private int _end;
    private bool _skipping;

    /// <summary>True if the buffer holds bytes of a possibly incomplete record.</summary>
    internal bool HasPending => _end > _start;

    /// <summary>True if these bytes end in a newline: a complete record, unless dictionary lines follow.</summary>
    internal bool EndsInNewline => HasPending && _buffer[_end - 1] == '\n';

    /// <summary>
    /// The free space for the next bytes, at least <see cref="PacketSize"/>. Invalidates all records taken before.
    /// </summary>
    internal Span<byte> Free()
    {
        if (_buffer.Length - _end < PacketSize)
        {
            Pending.CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }
        return _buffer.AsSpan(_end);
    }

    /// <summary>Records how many bytes were written there.</summary>
    internal void Filled(int length) => _end += length;

    /// <summary>
    /// Returns the next complete record; or <see cref="KmsgReadStatus.Oversized"/>, once for each dropped record; or
    /// nothing.
    /// </summary>
    internal KmsgReadStatus Take(out ReadOnlySpan<byte> record)
    {
        while (RecordScan.IndexOfEnd(Pending) is var end and >= 0)
        {
            record = Pop(end + 1);
            // The limit must not depend on how the bytes are split into reads.
            if (record.Length > Longest)
                return Oversized(out record);
            if (!record.IsEmpty)
                return KmsgReadStatus.Record;
        }
        record = default;
        if (Pending.Length <= Longest)
            return KmsgReadStatus.NothingNow;
        // Too long. Keep the last byte: if it is a newline, the byte after it tells whether the record ends there.
        _start = _end - 1;
        var known = _skipping;
        _skipping = true;
        return known ? KmsgReadStatus.NothingNow : KmsgReadStatus.Oversized;
    }

    /// <summary>Takes the rest of the buffer as the last record; empty if the buffer is empty.</summary>
    internal ReadOnlySpan<byte> Flush() => Pop(Pending.Length);

    private int Longest => _buffer.Length - PacketSize;

    private ReadOnlySpan<byte> Pending => _buffer.AsSpan(_start, _end - _start);

    private static KmsgReadStatus Oversized(out ReadOnlySpan<byte> record)
    {
        record = default;
        return KmsgReadStatus.Oversized;
    }

    // An empty line and the end of a skipped record are not records. Both are removed and return nothing.
    private ReadOnlySpan<byte> Pop(int length)
    {
        var record = Pending[..length];
        _start += length;
        var nothing = _skipping || record is [(byte)'\n'];
        _skipping = false;
        return nothing ? default : record;
    }
}
