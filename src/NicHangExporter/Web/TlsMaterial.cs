using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace NicHangExporter.Web;

/// <summary>Certificates and keys that were read and match.</summary>
internal sealed class TlsMaterial
{
    private readonly TlsSettings _settings;
    private readonly SslStreamCertificateContext _certificate;
    private readonly X509Certificate2Collection? _authorities;
    private readonly CipherSuitesPolicy? _suites;

    private TlsMaterial(TlsSettings settings, X509Certificate2Collection chain, X509Certificate2Collection? authorities)
    {
        _settings = settings;
        _authorities = authorities;
        NotAfter = chain[0].NotAfter.ToUniversalTime();
        // Offline: otherwise the chain is completed by requests to addresses in the certificate, from a host whose NIC
        // may hang.
        _certificate = SslStreamCertificateContext.Create(chain[0], [.. chain.Skip(1)], offline: true);
        if (!settings.CipherSuites.IsEmpty)
            _suites = new CipherSuitesPolicy(settings.CipherSuites.Union(CipherSuites.Tls13));
    }

    /// <summary>When the server's certificate expires.</summary>
    public DateTimeOffset NotAfter { get; }

    /// <summary>Reads the files that the settings name.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="read">Reads a source; null after an error.</param>
    /// <param name="errors">Receives the errors, without any part of a key.</param>
    /// <returns>Null after an error.</returns>
    public static TlsMaterial? Load(TlsSettings settings, Func<PemSource, string?> read, List<string> errors)
    {
        var before = errors.Count;
        var (certificates, key) = (read(settings.Certificate), read(settings.Key));
        var authorities = settings.ClientAuthorities is { } source && read(source) is { } text
            ? Authorities(source, text, errors)
            : null;
        var chain = certificates is null ? null : Parse(settings.Certificate, certificates, errors);
        if (chain is null || key is null || errors.Count > before)
            return null;
        try
        {
            chain[0] = X509Certificate2.CreateFromPem(chain[0].ExportCertificatePem(), key);
            return new TlsMaterial(settings, chain, authorities);
        }
        // The library throws both for a text that is no key, and for the key of another certificate.
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            errors.Add($"{settings.Key.Where}: " + (key.Contains("ENCRYPTED", StringComparison.Ordinal)
                ? "the key is encrypted, and nobody is there to type its password"
                : "holds no private key that belongs to the certificate"));
            return null;
        }
    }

    /// <summary>
    /// The options of the next connection. New each time, because they contain the time at which a chain must be valid.
    /// </summary>
    /// <param name="onRefused">Called for a client whose certificate is not accepted.</param>
    public SslServerAuthenticationOptions Options(Action onRefused)
    {
        var asksClient = _settings.ClientAuthentication != ClientAuthentication.NoClientCert;
        return new SslServerAuthenticationOptions
        {
            ServerCertificateContext = _certificate,
            EnabledSslProtocols = _settings.Protocols,
            CipherSuitesPolicy = _suites,
            ApplicationProtocols = [SslApplicationProtocol.Http11],
            AllowRenegotiation = false,
            // A resumed session would skip the check of the certificate, whose authority may have been removed since.
            AllowTlsResume = !asksClient,
            ClientCertificateRequired = asksClient,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            CertificateChainPolicy = asksClient ? ChainPolicy() : null,
            RemoteCertificateValidationCallback = asksClient ? (_, certificate, _, problems) =>
                Accept(certificate, problems, onRefused) : null,
        };
    }

    private bool Accept(X509Certificate? certificate, SslPolicyErrors problems, Action onRefused)
    {
        var accepted = _settings.ClientAuthentication switch
        {
            ClientAuthentication.RequestClientCert => true,
            ClientAuthentication.RequireAnyClientCert => certificate is not null && HasAllowedName(certificate),
            ClientAuthentication.VerifyClientCertIfGiven => certificate is null || problems == SslPolicyErrors.None,
            ClientAuthentication.RequireAndVerifyClientCert =>
                certificate is not null && problems == SslPolicyErrors.None && HasAllowedName(certificate),
            _ => false,
        };
        if (!accepted)
            onRefused();
        return accepted;
    }

    private bool HasAllowedName(X509Certificate certificate)
    {
        if (_settings.AllowedNames.IsEmpty)
            return true;
        using var parsed = new X509Certificate2(certificate);
        return SubjectAltNames.Read(parsed).Any(name => _settings.AllowedNames.Contains(name, StringComparer.Ordinal));
    }

    private X509ChainPolicy ChainPolicy()
    {
        // As in Go, no revocation lists. And no downloads, whose addresses the client would choose.
        var policy = new X509ChainPolicy
        {
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true
        };
        if (_authorities is null)
            return policy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.CustomTrustStore.AddRange(_authorities);
        policy.ExtraStore.AddRange(_authorities);
        return policy;
    }

    private static X509Certificate2Collection? Authorities(PemSource source, string text, List<string> errors)
    {
        if (Parse(source, text, errors) is not { } authorities)
            return null;
        if (authorities.Any(certificate =>
            certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData)))
            return authorities;
        errors.Add($"{source.Where}: holds no root certificate, without which no client's chain ends");
        return null;
    }

    private static X509Certificate2Collection? Parse(PemSource source, string text, List<string> errors)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(text);
        }
        catch (CryptographicException)
        {
            errors.Add($"{source.Where}: holds a certificate that can't be read");
            return null;
        }
        if (certificates.Count > 0)
            return certificates;
        errors.Add($"{source.Where}: holds no certificate in PEM form");
        return null;
    }
}
