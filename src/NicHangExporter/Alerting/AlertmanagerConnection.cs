using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using NicHangExporter.Options;

namespace NicHangExporter.Alerting;

/// <summary>
/// How an Alertmanager is reached: addresses and TLS. Everything is made again for each post, once a minute. A replaced
/// file is used immediately, the name is looked up again, and no connection from before the hang is reused.
/// </summary>
internal sealed class AlertmanagerConnection(ExporterOptions options, NameLookup names, TimeProvider clock)
{
    private readonly AddressConnector _connector = new(names, options.Alerting.Timeout, clock);

    /// <summary>Makes the handler of one post.</summary>
    /// <param name="end">The end of the post. Without it the handler would go on connecting after the post has been
    /// given up.</param>
    /// <exception cref="IOException">A file can't be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The process has no right to read a file.</exception>
    /// <exception cref="CryptographicException">A file holds no certificate or no key.</exception>
    public HttpMessageHandler Open(CancellationToken end)
    {
        var handler = new SocketsHttpHandler
        {
            // A redirect would carry the credentials to any host that it names. The environment's proxy is not for
            // this.
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ConnectTimeout = options.Alerting.Timeout,
            MaxResponseHeadersLength = 16,
            ActivityHeadersPropagator = null,
            // The handler's own way would look the name up on the thread pool, without a limit of time.
            ConnectCallback = async (context, cancellation) =>
            {
                using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, end);
                return await _connector.ConnectAsync(
                    context.DnsEndPoint.Host, context.DnsEndPoint.Port, either.Token);
            },
        };
        if (options.Alerting.HttpClient.CaFile is { } authorities)
            handler.SslOptions.CertificateChainPolicy = TrustOnly(authorities);
        if (options.Alerting.HttpClient is { CertificateFile: { } file, KeyFile: { } key })
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(file);
            handler.SslOptions.ClientCertificateContext =
                SslStreamCertificateContext.Create(Certificate(file, key), chain, offline: true);
        }
        return handler;
    }

    /// <summary>
    /// The header Host if the certificate has another name than the URL (tls_config.server_name); null for the name of
    /// the URL. The handler verifies the certificate against this header, whatever its own TLS options say.
    /// </summary>
    public string? Host(Uri target) =>
        options.Alerting.HttpClient.ServerName is { } name && target.Scheme == Uri.UriSchemeHttps
        ? target.IsDefaultPort ? name : $"{name}:{target.Port}"
        : null;

    private static X509ChainPolicy TrustOnly(string authorities)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.ImportFromPemFile(authorities);
        // An empty store trusts nobody. The error would then name each certificate but not the file.
        return policy.CustomTrustStore.Count > 0
            ? policy
            : throw new CryptographicException($"{authorities} holds no certificate");
    }

    private static X509Certificate2 Certificate(string file, string key)
    {
        try
        {
            return X509Certificate2.CreateFromPemFile(file, key);
        }
        catch (ArgumentException exception)
        {
            // As while one of the two files is replaced and the other not yet.
            throw new CryptographicException($"{key} is not the key of {file}", exception);
        }
    }
}
