namespace NicHangExporter.Linux.Kmsg;

/// <summary>
/// Cuts a stream of recorded kmsg records into records. A record ends at a newline that no blank follows, because dictionary lines begin with
/// one; so the last record of a stream is only known to be whole when the next byte, or the end, has come. Pure: bytes in, records out.
/// </summary>
internal sealed class RecordSplitter(int capacity)
{
    /// <summary>
    /// PIPE_BUF (include/uapi/linux/limits.h): the free space that is always offered. A packet pipe throws away what of a packet does
    /// not fit into the reader's buffer.
    /// </summary>
    internal const int PacketSize = 4096;

    private readonly byte[] _buffer = new byte[capacity];
    private int _start;
    private int _end;
    private bool _skipping;

    /// <summary>True where bytes wait that are not yet known to be a whole record.</summary>
    internal bool HasPending => _end > _start;

    /// <summary>True where the waiting bytes end in a newline: a whole record, unless dictionary lines follow.</summary>
    internal bool EndsInNewline => HasPending && _buffer[_end - 1] == '\n';

    /// <summary>Where the next bytes go, at least <see cref="PacketSize"/> of them. Ends the life of every record taken before.</summary>
    internal Span<byte> Free()
    {
        if (_buffer.Length - _end < PacketSize)
        {
            Pending.CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }
        return _buffer.AsSpan(_end);
    }

    /// <summary>Notes that so many bytes were put there.</summary>
    internal void Filled(int length) => _end += length;

    /// <summary>
    /// The next record whose end is seen; or, once for each record that does not leave room for a packet, that it was thrown away; or nothing.
    /// </summary>
    internal KmsgReadStatus Take(out ReadOnlySpan<byte> record)
    {
        while (FirstEnd() is var length and > 0)
        {
            record = Pop(length);
            // Whether it is too long must not depend on how the bytes came.
            if (record.Length > Longest)
                return Oversized(out record);
            if (!record.IsEmpty)
                return KmsgReadStatus.Record;
        }
        record = default;
        if (Pending.Length <= Longest)
            return KmsgReadStatus.NothingNow;
        // Too long. Its last byte stays: if that is a newline, the byte after it tells whether the record ends there.
        _start = _end - 1;
        var known = _skipping;
        _skipping = true;
        return known ? KmsgReadStatus.NothingNow : KmsgReadStatus.Oversized;
    }

    /// <summary>Takes what waits as the last record; empty where nothing waits.</summary>
    internal ReadOnlySpan<byte> Flush() => Pop(Pending.Length);

    private int Longest => _buffer.Length - PacketSize;

    private ReadOnlySpan<byte> Pending => _buffer.AsSpan(_start, _end - _start);

    private static KmsgReadStatus Oversized(out ReadOnlySpan<byte> record)
    {
        record = default;
        return KmsgReadStatus.Oversized;
    }

    // An empty line is no record, and the end of a skipped record is none either: both are popped as nothing.
    private ReadOnlySpan<byte> Pop(int length)
    {
        var record = Pending[..length];
        _start += length;
        var nothing = _skipping || record.SequenceEqual("\n"u8);
        _skipping = false;
        return nothing ? default : record;
    }

    // The length of the first record with its final newline, or -1.
    private int FirstEnd()
    {
        var pending = Pending;
        var length = 0;
        while (pending[length..].IndexOf((byte)'\n') is var newline and >= 0)
        {
            length += newline + 1;
            if (length == pending.Length)
                return -1;
            if (pending[length] != ' ')
                return length;
        }
        return -1;
    }
}
