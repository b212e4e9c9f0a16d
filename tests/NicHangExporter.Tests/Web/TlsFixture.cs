using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace NicHangExporter.Tests.Web;

/// <summary>A server with TLS, and its clients.</summary>
public abstract class TlsFixture
{
    private protected const string Tls = "tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n";
    private protected const string Verified =
        Tls + "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.crt\n";
    private protected const byte HandshakeFailure = 40, ProtocolVersion = 70;

    private protected static X509Certificate2? Certificate(string who, TestAuthority authority, TestAuthority foreign) =>
        who switch
        {
            "none" => null,
            "good" => authority.Client().Load(),
            "foreign" or "same name" => foreign.Client().Load(),
            "expired" => authority.Client(days: -1).Load(),
            "of a server" => authority.ClientOfWrongUsage().Load(),
            "self-signed" => authority.SelfSigned(),
            _ => throw new ArgumentOutOfRangeException(nameof(who)),
        };

    private protected static async Task<string> GetAsync(HttpClient client)
    {
        using var answer = await client.GetAsync(new Uri("/", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    // In TLS 1.3 the client completes the handshake before the server checks its certificate: the refusal comes with
    // the first read.
    private protected static async Task RefusedAsync(HttpClient client, ServedWeb served)
    {
        await Assert.ThrowsAsync<HttpRequestException>(() => GetAsync(client));
        Assert.Equal(0, served.Handled);
    }
}
