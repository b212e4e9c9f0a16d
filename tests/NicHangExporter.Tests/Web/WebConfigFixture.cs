using System.Security.Cryptography;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Tests.Web;

/// <summary>A directory with the certificates that the files of the tables name.</summary>
public sealed class WebConfigFixture : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public WebConfigFixture()
    {
        using var authority = new TestAuthority();
        authority.Server().Write(_directory, "server");
        authority.Server(rsa: true).Write(_directory, "rsa");
        File.WriteAllText(File_("ca.crt"), authority.Root.ExportCertificatePem());
        File.WriteAllText(File_("empty.crt"), "");
        File.WriteAllText(File_("rubbish.crt"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        File.WriteAllText(File_("zero.crt"), "\0\0\0\0");
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        File.WriteAllText(
            File_("encrypted.key"),
            key.ExportEncryptedPkcs8PrivateKeyPem(
                "password", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1)));
        File.WriteAllText(File_("sec1.key"), key.ExportECPrivateKeyPem());
        File.WriteAllText(
            File_("chain.crt"), File.ReadAllText(File_("server.crt")) + "\n" + File.ReadAllText(File_("ca.crt")));
    }

    public string Path => _directory.File("web.yml");

    /// <summary>The text of a file, indented to stand inside another.</summary>
    public string Inline(string name) => string.Concat(File.ReadLines(File_(name)).Select(line => $"\n    {line}"));

    public void Dispose() => _directory.Dispose();

    private string File_(string name) => _directory.File(name);
}
