namespace NicHangExporter.Metrics;

/// <summary>
/// A reusable buffer for one exposition, in blocks. A single array would be copied as it grows and would be a large
/// object, which only a full collection frees.
/// </summary>
/// <param name="firstBlock">Bytes of the first block. Each next one has twice as many, up to
/// <see cref="BlockLength"/>.</param>
internal sealed class ExpositionBody(int firstBlock = ExpositionBody.BlockLength)
{
    /// <summary>
    /// Bytes per block, below the 85,000 of a large object. Each block is one write to the connection, and a longer one
    /// costs the kernel little more than a short one.
    /// </summary>
    public const int BlockLength = 64 * 1024;

    private readonly List<Block> _blocks = [];
    private int _used;
    private Block? _last;

    public long Length
    {
        get
        {
            var length = 0L;
            for (var index = 0; index < _used; index++)
                length += _blocks[index].Length;
            return length;
        }
    }

    /// <summary>The number of pieces of written bytes.</summary>
    public int PieceCount => _used;

    /// <summary>The written bytes, in order.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Pieces => Enumerable.Range(0, _used).Select(Piece);

    /// <summary>A piece of the written bytes.</summary>
    public ReadOnlyMemory<byte> Piece(int index) => new(_blocks[index].Bytes, 0, _blocks[index].Length);

    /// <summary>Memory for the next bytes; <see cref="Advance"/> adds them.</summary>
    /// <param name="sizeHint">Its minimum length; 0 for any length above 0.</param>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        var last = Last(sizeHint);
        return last.Bytes.AsSpan(last.Length);
    }

    /// <summary>Adds bytes that were written into the span.</summary>
    public void Advance(int count) => _last!.Length += count;

    /// <summary>Writes bytes, across blocks if necessary.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var span = GetSpan();
            var length = Math.Min(span.Length, bytes.Length);
            bytes[..length].CopyTo(span);
            Advance(length);
            bytes = bytes[length..];
        }
    }

    /// <summary>Writes a copy of another body.</summary>
    public void Write(ExpositionBody other)
    {
        for (var index = 0; index < other._used; index++)
            Write(other._blocks[index].Bytes.AsSpan(0, other._blocks[index].Length));
    }

    /// <summary>A stream that writes into this body.</summary>
    public Stream AsStream() => new BodyStream(this);

    /// <summary>Clears the body and keeps its blocks.</summary>
    public void Clear() => (_used, _last) = (0, null);

    private int NextLength => (int)Math.Min(BlockLength, (long)firstBlock << Math.Min(_used, 16));

    private Block Last(int sizeHint)
    {
        var needed = Math.Max(sizeHint, 1);
        if (_last is { } last && last.Bytes.Length - last.Length >= needed)
            return last;
        // A label can be longer than a block. Its block is then that long.
        if (_used == _blocks.Count || _blocks[_used].Bytes.Length < needed)
            _blocks.Insert(_used, new Block(Math.Max(needed, NextLength)));
        _last = _blocks[_used++];
        _last.Length = 0;
        return _last;
    }

    private sealed class Block(int capacity)
    {
        public byte[] Bytes { get; } = new byte[capacity];

        public int Length { get; set; }
    }

    private sealed class BodyStream(ExpositionBody body) : Stream
    {
        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => body.Length;
        public override long Position { get => body.Length; set => throw new NotSupportedException(); }

        public override void Write(byte[] buffer, int offset, int count) => body.Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer) => body.Write(buffer);

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
