using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using NicHangExporter.TestSupport;
using NicHangExporter.Web;

namespace NicHangExporter.Tests.Web;

/// <summary>An authority made for a test, and what it issues.</summary>
internal sealed class TestAuthority : IDisposable
{
    private const string ServerAuth = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuth = "1.3.6.1.5.5.7.3.2";

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public TestAuthority(string name = "A root for a test")
    {
        var request = new CertificateRequest($"CN={name}", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        var now = TimeProvider.System.GetUtcNow();
        Root = request.CreateSelfSigned(now.AddDays(-30), now.AddDays(30));
    }

    public X509Certificate2 Root { get; }

    /// <summary>A certificate for localhost.</summary>
    public Issued Server(int days = 7, bool rsa = false) => Issue("localhost", ServerAuth, days, rsa, names =>
    {
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
    });

    /// <summary>A certificate of a client.</summary>
    public Issued Client(int days = 7, string usage = ClientAuth, Action<SubjectAlternativeNameBuilder>? name = null) =>
        Issue("prometheus", usage, days, false, name);

    /// <summary>One of a client that nobody but the client itself has signed.</summary>
    public X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(Root.SubjectName, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ClientAuth)], false));
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(7));
    }

    /// <summary>One that says it is for servers only.</summary>
    public Issued ClientOfWrongUsage() => Client(usage: ServerAuth);

    public void Dispose()
    {
        Root.Dispose();
        _key.Dispose();
    }

    private Issued Issue(string subject, string usage, int days, bool rsa, Action<SubjectAlternativeNameBuilder>? name)
    {
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var large = rsa ? RSA.Create(2048) : null;
        var request = large is null
            ? new CertificateRequest($"CN={subject}", ec, HashAlgorithmName.SHA256)
            : new CertificateRequest($"CN={subject}", large, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
        if (name is not null)
        {
            var names = new SubjectAlternativeNameBuilder();
            name(names);
            request.CertificateExtensions.Add(names.Build());
        }
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.Create(Root.SubjectName, X509SignatureGenerator.CreateForECDsa(_key), days < 0
            ? now.AddDays(days - 1) : now.AddDays(-1),
            now.AddDays(days), RandomNumberGenerator.GetBytes(8));
        return new Issued(
            certificate.ExportCertificatePem(), large?.ExportPkcs8PrivateKeyPem() ?? ec.ExportPkcs8PrivateKeyPem());
    }
}

/// <summary>A certificate and its key as text.</summary>
internal sealed record Issued(string Certificate, string Key)
{
    /// <summary>As a client holds it.</summary>
    public X509Certificate2 Load() => X509Certificate2.CreateFromPem(Certificate, Key);

    /// <summary>Writes NAME.crt and NAME.key.</summary>
    public void Write(TemporaryDirectory directory, string name)
    {
        Replace(directory.File(name + ".crt"), Certificate);
        Replace(directory.File(name + ".key"), Key);
    }

    private static void Replace(string path, string content)
    {
        File.WriteAllText(path + ".new", content);
        File.Move(path + ".new", path, overwrite: true);
    }
}
