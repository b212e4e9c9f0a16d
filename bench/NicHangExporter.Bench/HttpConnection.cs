using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace NicHangExporter.Bench;

/// <summary>
/// A kept-alive HTTP/1.1 connection to 127.0.0.1 that blocks its thread. It costs less than HttpClient, and no thread
/// of a pool spins for the next answer, so that the client takes little from the servers.
/// </summary>
internal sealed class HttpConnection : IDisposable
{
    private const int Limit = 120_000;

    private readonly IPEndPoint _server;
    private Socket _socket;
    private byte[] _buffer = new byte[64 * 1024];

    public HttpConnection(int port)
    {
        _server = new IPEndPoint(IPAddress.Loopback, port);
        _socket = Connect();
    }

    /// <summary>Sends a request without a body, and waits for the answer. Returns its body, encoded as sent.</summary>
    /// <exception cref="InvalidOperationException">The status is not 200, or the connection ended.</exception>
    /// <exception cref="SocketException">The connection failed or timed out.</exception>
    public ReadOnlySpan<byte> Get(ReadOnlySpan<byte> request)
    {
        // The server has closed the connection, because it was idle.
        if (_socket.Poll(0, SelectMode.SelectRead))
        {
            _socket.Dispose();
            _socket = Connect();
        }
        _socket.Send(request);
        int length = 0, body;
        while ((body = _buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8)) < 0)
            length += Receive(length);
        body += 4;
        var head = Encoding.ASCII.GetString(_buffer, 0, body);
        if (!head.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal))
            throw new InvalidOperationException($"port {_server.Port} answered {head.Split('\r')[0]}");
        if (ContentLength(head) is { } content)
        {
            while (length < body + content)
                length += Receive(length);
            return _buffer.AsSpan(body, content);
        }
        // In no body of text or gzip that these servers send is the last chunk's end the end of a packet.
        while (!_buffer.AsSpan(body, length - body).EndsWith("\r\n0\r\n\r\n"u8))
            length += Receive(length);
        return Unchunk(_buffer.AsSpan(body, length - body));
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private Socket Connect()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
            ReceiveTimeout = Limit,
        };
        socket.Connect(_server);
        return socket;
    }

    private int Receive(int offset)
    {
        if (offset == _buffer.Length)
            Array.Resize(ref _buffer, 2 * _buffer.Length);
        var count = _socket.Receive(_buffer.AsSpan(offset));
        return count > 0 ? count : throw new InvalidOperationException($"port {_server.Port} closed the connection");
    }

    private static int? ContentLength(string head)
    {
        const string Name = "\r\ncontent-length:";
        var at = head.IndexOf(Name, StringComparison.OrdinalIgnoreCase);
        return at < 0 ? null
            : int.Parse(head.AsSpan(at + Name.Length, head.IndexOf('\r', at + 2) - at - Name.Length),
                CultureInfo.InvariantCulture);
    }

    // Moves the content of the chunks together.
    private static ReadOnlySpan<byte> Unchunk(Span<byte> chunked)
    {
        int read = 0, written = 0;
        while (true)
        {
            var line = chunked[read..].IndexOf("\r\n"u8);
            var size = int.Parse(chunked.Slice(read, line), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (size == 0)
                return chunked[..written];
            chunked.Slice(read + line + 2, size).CopyTo(chunked[written..]);
            written += size;
            read += line + 2 + size + 2;
        }
    }
}
