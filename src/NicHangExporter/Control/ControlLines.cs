using System.Net.Sockets;

namespace NicHangExporter.Control;

/// <summary>Reads lines of bytes from a socket, none longer than a limit.</summary>
/// <param name="socket">A connected stream socket; it stays its owner's.</param>
/// <param name="limit">The longest line in bytes, without its line feed.</param>
internal sealed class ControlLines(Socket socket, int limit)
{
    private byte[] _buffer = new byte[4096];
    private int _length;

    /// <summary>True where bytes are left behind the last line.</summary>
    public bool HasMore => _length > 0;

    /// <summary>The next line without its line feed; null where the other side has closed without a byte.</summary>
    /// <exception cref="EndOfStreamException">It closed in the middle of a line.</exception>
    /// <exception cref="InvalidDataException">The line is longer than the limit.</exception>
    /// <exception cref="SocketException">The connection broke.</exception>
    public async Task<byte[]?> ReadAsync(CancellationToken cancellation)
    {
        for (var searched = 0; ;)
        {
            var end = _buffer.AsSpan(searched, _length - searched).IndexOf((byte)'\n');
            if (end >= 0)
                return Take(searched + end);
            searched = _length;
            if (_length > limit)
                throw new InvalidDataException();
            if (_length == _buffer.Length)
                Array.Resize(ref _buffer, Math.Min(2 * _buffer.Length, limit + 1));
            var read = await socket.ReceiveAsync(_buffer.AsMemory(_length), cancellation);
            if (read == 0)
                return _length == 0 ? null : throw new EndOfStreamException();
            _length += read;
        }
    }

    private byte[] Take(int length)
    {
        var line = _buffer[..length];
        _length -= length + 1;
        _buffer.AsSpan(length + 1, _length).CopyTo(_buffer);
        return line;
    }
}
