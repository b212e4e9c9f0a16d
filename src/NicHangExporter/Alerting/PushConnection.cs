using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using NicHangExporter.Options;

namespace NicHangExporter.Alerting;

/// <summary>
/// How an Alertmanager is reached: TLS and credentials as its clients have them. Everything is made anew for each post, once a minute: a file that was
/// exchanged is in force at once, a name is looked up again, and no connection of before the hang is left to be tried in vain.
/// </summary>
internal sealed class PushConnection(ExporterOptions options, NameLookup names, TimeProvider clock)
{
    private const int MaxSecretBytes = 8192;

    private readonly PushRoute _route = new(names, options.Alerting.Timeout, clock);

    /// <summary>The sender of one post.</summary>
    /// <param name="end">The end of the post: the handler alone would go on connecting for somebody who has given up.</param>
    /// <exception cref="IOException">A file can't be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A file must not be read.</exception>
    /// <exception cref="CryptographicException">A file is no certificate or no key.</exception>
    public HttpMessageHandler Open(CancellationToken end)
    {
        var handler = new SocketsHttpHandler
        {
            // A redirect would carry the credentials to whoever it names, and a proxy of the environment is not ours.
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ConnectTimeout = options.Alerting.Timeout,
            MaxResponseHeadersLength = 16,
            ActivityHeadersPropagator = null,
            // Its own way would look the name up on the thread pool, for as long as the C library likes.
            ConnectCallback = async (context, cancellation) =>
            {
                using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, end);
                return await _route.ConnectAsync(context.DnsEndPoint.Host, context.DnsEndPoint.Port, either.Token);
            },
        };
        if (options.Alerting.HttpClient.CaFile is { } authorities)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.ImportFromPemFile(authorities);
            // It would trust nobody, and say so of each certificate but not of the file.
            if (policy.CustomTrustStore.Count == 0)
                throw new CryptographicException($"{authorities} holds no certificate");
            handler.SslOptions.CertificateChainPolicy = policy;
        }
        if (options.Alerting.HttpClient is { CertificateFile: { } file, KeyFile: { } key })
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(file);
            handler.SslOptions.ClientCertificateContext = SslStreamCertificateContext.Create(Certificate(file, key), chain, offline: true);
        }
        return handler;
    }

    /// <summary>
    /// The header Host, where the certificate must bear another name than that of the URL; null for the one of the URL. The handler takes from it whom TLS
    /// has to be with, and overwrites what its own options say of that.
    /// </summary>
    public string? Host(Uri target) => options.Alerting.HttpClient.ServerName is { } name && target.Scheme == Uri.UriSchemeHttps
        ? target.IsDefaultPort ? name : $"{name}:{target.Port}"
        : null;

    /// <summary>The header of the credentials; null where there are none.</summary>
    /// <exception cref="IOException">The file can't be read, or holds no secret.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be read.</exception>
    public AuthenticationHeaderValue? Authorization() =>
        options.Alerting.HttpClient is { AuthorizationType: var type, CredentialsFile: { } token } ? new AuthenticationHeaderValue(type, Secret(token, isToken: true))
        : options.Alerting.HttpClient is { Username: { } user, PasswordFile: { } password }
            ? new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{Secret(password, isToken: false)}")))
            : null;

    private static X509Certificate2 Certificate(string file, string key)
    {
        try
        {
            return X509Certificate2.CreateFromPemFile(file, key);
        }
        catch (ArgumentException exception)
        {
            // As while one of the two files is exchanged and the other not yet.
            throw new CryptographicException($"{key} is not the key of {file}", exception);
        }
    }

    private static string Secret(string path, bool isToken)
    {
        using var file = File.OpenRead(path);
        var bytes = new byte[MaxSecretBytes + 1];
        var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        var text = Encoding.UTF8.GetString(bytes, 0, length).Trim();
        // What does not fit into a header would be an error that quotes it.
        return length > MaxSecretBytes || text.Length == 0 || (isToken && text.AsSpan().ContainsAnyExceptInRange('!', '~'))
            ? throw new IOException($"{path} holds no {(isToken ? "token" : "password")}")
            : text;
    }
}
