using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading.Channels;

namespace NicHangExporter.EndToEnd.Support;

/// <summary>An HTTPS server on loopback that answers each request with 200 and keeps its head.</summary>
internal sealed class TlsReceiver : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<string> _heads = Channel.CreateUnbounded<string>();
    private readonly X509Certificate2 _certificate;

    public TlsReceiver()
    {
        var issued = SelfSignedCertificate.Issue();
        Certificate = issued.Certificate;
        _certificate = X509Certificate2.CreateFromPem(issued.Certificate, issued.Key);
        _listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>In PEM.</summary>
    public string Certificate { get; }

    public Uri Url => new($"https://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>The head of the next request.</summary>
    public async Task<string> HeadAsync() =>
        await _heads.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask()
            .WaitAsync(Eventually.Limit, TestContext.Current.CancellationToken);

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
        _certificate.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                try
                {
                    await AnswerAsync(client.GetStream());
                }
                catch (Exception exception) when (exception is IOException or AuthenticationException)
                {
                    // A client that does not trust the certificate. The test sees that no request came.
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            _heads.Writer.TryComplete();
        }
    }

    private async Task AnswerAsync(NetworkStream connection)
    {
        await using var secure = new SslStream(connection);
        var options = new SslServerAuthenticationOptions { ServerCertificate = _certificate };
        await secure.AuthenticateAsServerAsync(options, _stop.Token);
        using var reader = new StreamReader(secure, Encoding.ASCII);
        var head = new StringBuilder();
        while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 } line)
            head.Append(line).Append('\n');
        const string Name = "Content-Length: ";
        var length = head.ToString().Split('\n')
            .Single(line => line.StartsWith(Name, StringComparison.OrdinalIgnoreCase))[Name.Length..];
        await reader.ReadBlockAsync(new char[int.Parse(length, CultureInfo.InvariantCulture)], _stop.Token);
        await secure.WriteAsync(
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(), _stop.Token);
        _heads.Writer.TryWrite(head.ToString());
    }
}
