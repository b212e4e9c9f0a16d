using System.Net;
using System.Net.Sockets;
using System.Text;

namespace NicHangExporter.EndToEnd.Support;

/// <summary>A request as raw text, for what no HTTP client would send.</summary>
internal sealed class RawRequest : IDisposable
{
    private readonly NetworkStream _stream;
    private readonly StreamReader _reader;

    private RawRequest(Socket socket)
    {
        _stream = new NetworkStream(socket, ownsSocket: true);
        _reader = new StreamReader(_stream, Encoding.Latin1);
    }

    /// <summary>Connects and writes.</summary>
    public static async Task<RawRequest> BeginAsync(ExporterProcess daemon, string text)
    {
        var request = new RawRequest(await daemon.ConnectAsync(Address(daemon), TestContext.Current.CancellationToken));
        await request.WriteAsync(text);
        return request;
    }

    /// <summary>Connects, writes, and reads until the server closes.</summary>
    public static async Task<string> SendAsync(ExporterProcess daemon, string text)
    {
        using var request = await BeginAsync(daemon, text);
        return await request.ReadToEndAsync();
    }

    /// <summary>True if nobody listens any more.</summary>
    public static async Task<bool> IsRefusedAsync(ExporterProcess daemon)
    {
        try
        {
            using var socket = await daemon.ConnectAsync(Address(daemon), TestContext.Current.CancellationToken);
            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    /// <summary>Writes more.</summary>
    public async Task WriteAsync(string text) =>
        await _stream.WriteAsync(Encoding.Latin1.GetBytes(text), TestContext.Current.CancellationToken);

    /// <summary>Ends the sending direction.</summary>
    public void End() => _stream.Socket.Shutdown(SocketShutdown.Send);

    /// <summary>The next line of the answer.</summary>
    public async Task<string?> ReadLineAsync() => await _reader.ReadLineAsync(TestContext.Current.CancellationToken);

    /// <summary>The rest of the answer, until the server closes.</summary>
    public async Task<string> ReadToEndAsync()
    {
        var text = new StringBuilder();
        var buffer = new char[4096];
        try
        {
            while (await _reader.ReadAsync(buffer, TestContext.Current.CancellationToken) is > 0 and var length)
                text.Append(buffer, 0, length);
        }
        catch (IOException)
        {
            // After its answer the server may reset the connection instead of reading the rest of the request.
        }
        return text.ToString();
    }

    public void Dispose()
    {
        _reader.Dispose();
        _stream.Dispose();
    }

    private static DnsEndPoint Address(ExporterProcess daemon) => new(daemon.BaseAddress.Host, daemon.BaseAddress.Port);
}
