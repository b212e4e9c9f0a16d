using System.Buffers.Binary;
using NicHangExporter.Remediation.Journaling;

namespace NicHangExporter.Diagnose.LogText;

/// <summary>
/// Splits a stream of any bytes into lines. The rest of a line longer than <see cref="MaxLength"/> is dropped: no
/// kernel message is that long, and a file without line ends must not fill the memory.
/// </summary>
internal sealed class LineReader(Stream stream)
{
    /// <summary>The maximum length of a line, in bytes.</summary>
    public const int MaxLength = 64 * 1024;

    private readonly byte[] _buffer = new byte[2 * MaxLength];
    private int _start;
    private int _end;
    private bool _atEnd;

    /// <summary>The number of lines read.</summary>
    public long Lines { get; private set; }

    /// <summary>Reads the next line, without its LF or CR LF.</summary>
    /// <param name="line">The line; valid until the next call.</param>
    /// <returns>False at the end.</returns>
    /// <exception cref="IOException">The stream can't be read.</exception>
    public bool TryRead(out ReadOnlySpan<byte> line)
    {
        var searched = 0;
        while (true)
        {
            var rest = _buffer.AsSpan(_start, _end - _start);
            var newline = rest[searched..].IndexOf((byte)'\n');
            if (newline >= 0)
            {
                newline += searched;
                _start += newline + 1;
                return Take(rest[..newline], out line);
            }
            if (_atEnd)
            {
                _start = _end;
                line = default;
                return rest.Length > 0 && Take(rest, out line);
            }
            searched = rest.Length;
            // The next read overwrites the bytes beyond the limit.
            if (rest.Length > MaxLength) searched = Drop();
            Fill();
        }
    }

    /// <summary>
    /// Reads a binary block instead of a line: its length as a 64-bit little-endian number, the bytes, and a line end
    /// (systemd's Journal Export Format).
    /// </summary>
    /// <param name="block">The bytes; valid until the next call.</param>
    /// <returns>False without such a number, or if it exceeds <see cref="MaxLength"/>. Nothing is read then.</returns>
    /// <exception cref="IOException">The stream can't be read.</exception>
    public bool TryReadBlock(out ReadOnlySpan<byte> block)
    {
        block = default;
        while (_end - _start < sizeof(ulong) && !_atEnd) Fill();
        if (_end - _start < sizeof(ulong)
            || BinaryPrimitives.ReadUInt64LittleEndian(_buffer.AsSpan(_start)) is var number && number > MaxLength)
            return false;
        var length = sizeof(ulong) + (int)number;
        while (_end - _start <= length && !_atEnd) Fill();
        if (_end - _start < length || _end - _start > length && _buffer[_start + length] != '\n') return false;
        block = _buffer.AsSpan(_start + sizeof(ulong), (int)number);
        _start = Math.Min(_end, _start + length + 1);
        return true;
    }

    private bool Take(ReadOnlySpan<byte> whole, out ReadOnlySpan<byte> line)
    {
        if (Lines++ == 0 && whole.StartsWith("\uFEFF"u8)) whole = whole[3..];
        line = whole[..Math.Min(whole.Length, MaxLength)];
        if (line is [.., (byte)'\r']) line = line[..^1];
        return true;
    }

    private int Drop()
    {
        _end = _start + MaxLength;
        return MaxLength;
    }

    private void Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }
        var count = stream.Read(_buffer, _end, _buffer.Length - _end);
        _atEnd = count == 0;
        _end += count;
    }
}
