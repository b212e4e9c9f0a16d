using System.Net.Security;
using System.Net.Sockets;

namespace NicHangExporter.EndToEnd.Support;

/// <summary>A web configuration with a self-signed certificate, in its own directory.</summary>
internal sealed class WebFiles : IDisposable
{
    /// <summary>The TLS section that every test here uses.</summary>
    public const string Tls = "tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n";

    private readonly TemporaryDirectory _directory = new();

    public WebFiles(string config)
    {
        Issue();
        Write("web.yml", config);
    }

    /// <summary>The option that names the file.</summary>
    public string Option => $"--web.config.file={_directory["web.yml"]}";

    /// <summary>The serial number of the certificate.</summary>
    public string Serial { get; private set; } = "";

    /// <summary>Replaces certificate and key by new ones.</summary>
    public void Issue()
    {
        var issued = SelfSignedCertificate.Issue();
        Write("server.key", issued.Key);
        Write("server.crt", issued.Certificate);
        Serial = issued.Serial;
    }

    /// <summary>Writes a file atomically, like an editor.</summary>
    public void Write(string name, string content)
    {
        File.WriteAllText(_directory[name + ".new"], content);
        File.SetUnixFileMode(_directory[name + ".new"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.Move(_directory[name + ".new"], _directory[name], overwrite: true);
    }

    /// <summary>A client that accepts only this certificate.</summary>
    public HttpClient Client(Uri address)
    {
        var handler = new SocketsHttpHandler { UseProxy = false };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, problems) =>
            (problems & SslPolicyErrors.RemoteCertificateNotAvailable) == 0 && shown!.GetSerialNumberString() == Serial;
        return new HttpClient(handler) { BaseAddress = address, Timeout = Eventually.Limit };
    }

    /// <summary>A client's side of TLS over its own connection.</summary>
    public async Task<Stream> SecureAsync(Socket socket)
    {
        var secure = new SslStream(new NetworkStream(socket));
        await secure.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetSerialNumberString() == Serial,
        }, TestContext.Current.CancellationToken);
        return secure;
    }

    public void Dispose() => _directory.Dispose();
}
