using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace NicHangExporter.EndToEnd.Support;

/// <summary>
/// A self-signed certificate for this machine's loopback. A client that trusts it trusts only this server.
/// </summary>
/// <param name="Certificate">In PEM.</param>
/// <param name="Key">Its key, in PEM, unencrypted.</param>
/// <param name="Serial">Its serial number.</param>
internal sealed record SelfSignedCertificate(string Certificate, string Key, string Serial)
{
    /// <summary>A new one, valid for a week.</summary>
    /// <param name="addresses">Further addresses that it is valid for.</param>
    public static SelfSignedCertificate Issue(params IEnumerable<IPAddress> addresses)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        foreach (var address in addresses.Prepend(IPAddress.Loopback))
            names.AddIpAddress(address);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(7));
        return new SelfSignedCertificate(
            certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem(), certificate.SerialNumber);
    }
}
