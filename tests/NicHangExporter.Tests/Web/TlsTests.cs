using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace NicHangExporter.Tests.Web;

/// <summary>TLS on a real socket: who gets in, and that nobody else reaches a handler.</summary>
public sealed class TlsTests : TlsFixture
{
    [Theory]
    [InlineData(0x0300)]
    [InlineData(0x0301)]
    [InlineData(0x0302)]
    public async Task Hello_OfAnOldVersion_IsRefused(int version)
    {
        await using var served = await ServedWeb.StartAsync(Tls);

        var (type, content) = await ClientHello.SendAsync(served.EndPoint, (ushort)version);

        Assert.NotEqual(ClientHello.Handshake, type);
        if (type == ClientHello.Alert)
            Assert.Equal(version == 0x0300 ? HandshakeFailure : ProtocolVersion, content[1]);
        Assert.Equal(0, served.Handled);
    }

    [Theory]
    [InlineData("", ClientHello.Handshake)]
    [InlineData("  max_version: TLS12\n", ClientHello.Handshake)]
    [InlineData("  min_version: TLS13\n", ClientHello.Alert)]
    public async Task Hello_OfTls12_IsAnsweredWhereItIsAllowed(string versions, byte expected)
    {
        await using var served = await ServedWeb.StartAsync(Tls + versions);

        Assert.Equal(expected, (await ClientHello.SendAsync(served.EndPoint, 0x0303)).Type);
    }

    [Fact]
    public async Task PlainText_ToATlsPort_IsNoRequest()
    {
        await using var served = await ServedWeb.StartAsync(Tls);
        using var client = served.PlainClient();

        await Assert.ThrowsAsync<HttpRequestException>(
            () => client.GetAsync(new Uri("/", UriKind.Relative), TestContext.Current.CancellationToken));
        Assert.Equal(0, served.Handled);
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Client_OfATlsOfToday_IsServed(SslProtocols protocols)
    {
        await using var served = await ServedWeb.StartAsync(Tls);
        using var client = served.Client(protocols: protocols);

        Assert.Equal("HTTP/1.1", await GetAsync(client));
    }

    [Theory]
    [InlineData("true")]
    [InlineData("false")]
    public async Task Http2_IsNeverSpoken_AndItsClientsAreServed(string http2)
    {
        await using var served = await ServedWeb.StartAsync(Tls + $"http_server_config:\n  http2: {http2}\n");
        using var client = served.Client();
        Assert.Equal("HTTP/1.1", await GetAsync(client));

        using var determined = served.Client();
        determined.DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => GetAsync(determined));
    }

    [Fact]
    public async Task Suites_ThatTheClientHasNot_EndTheHandshake()
    {
        await using var served = await ServedWeb.StartAsync(Tls
            + "  max_version: TLS12\n  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]\n");
        using var client = served.Client();

        // The certificate's key is ECDSA: none of the suites fits.
        await RefusedAsync(client, served);
    }

    [Theory]
    [InlineData("NoClientCert", "none")]
    [InlineData("NoClientCert", "foreign")]
    [InlineData("RequestClientCert", "none")]
    [InlineData("RequestClientCert", "foreign")]
    [InlineData("RequestClientCert", "expired")]
    [InlineData("RequireAnyClientCert", "good")]
    [InlineData("RequireAnyClientCert", "foreign")]
    [InlineData("VerifyClientCertIfGiven", "none")]
    [InlineData("VerifyClientCertIfGiven", "good")]
    [InlineData("RequireAndVerifyClientCert", "good")]
    public async Task Client_GoodEnoughForThePolicy_IsServed(string policy, string who)
    {
        await using var served = await ServedWeb.StartAsync(Policy(policy));
        using var foreign = new TestAuthority("Another root");
        using var certificate = Certificate(who, served.Authority, foreign);
        using var client = served.Client(certificate);

        await GetAsync(client);
        Assert.Equal(1, served.Handled);
    }

    [Theory]
    [InlineData("RequireAnyClientCert", "none")]
    [InlineData("VerifyClientCertIfGiven", "foreign")]
    [InlineData("VerifyClientCertIfGiven", "same name")]
    [InlineData("VerifyClientCertIfGiven", "expired")]
    [InlineData("VerifyClientCertIfGiven", "of a server")]
    [InlineData("RequireAndVerifyClientCert", "none")]
    [InlineData("RequireAndVerifyClientCert", "foreign")]
    [InlineData("RequireAndVerifyClientCert", "same name")]
    [InlineData("RequireAndVerifyClientCert", "expired")]
    [InlineData("RequireAndVerifyClientCert", "self-signed")]
    [InlineData("RequireAndVerifyClientCert", "of a server")]
    public async Task Client_NotGoodEnoughForThePolicy_ReachesNoHandler(string policy, string who)
    {
        foreach (var protocols in new[] { SslProtocols.Tls12, SslProtocols.Tls13 })
        {
            await using var served = await ServedWeb.StartAsync(Policy(policy));
            using var foreign = new TestAuthority(who == "same name" ? "A root for a test" : "Another root");
            using var certificate = Certificate(who, served.Authority, foreign);
            // The client of HTTP/1.1 tries again where a connection ends before an answer.
            var tries = 0;
            using var client =
                served.Client(certificate, protocols, _ => Interlocked.Increment(ref tries), maxConnections: 1);

            await RefusedAsync(client, served);
            Assert.InRange(tries, 1, int.MaxValue);
            Assert.Equal(tries, served.Refused("certificate"));
        }
    }

    [Theory]
    [InlineData("prometheus.example.net", true)]
    [InlineData("192.0.2.7", true)]
    [InlineData("ops@example.net", true)]
    [InlineData("spiffe://example.net/prometheus", true)]
    [InlineData("prometheus.example.com", false)]
    [InlineData("sub.prometheus.example.net", false)]
    [InlineData("PROMETHEUS.example.net", false)]
    [InlineData("192.0.2.8", false)]
    [InlineData("", false)]
    public async Task Client_WithANameInItsCertificate_IsServedIfTheNameIsAllowed(string name, bool expected)
    {
        await using var served = await ServedWeb.StartAsync(Verified
            + "  client_allowed_sans: [prometheus.example.net, 192.0.2.7, ops@example.net, "
            + "spiffe://example.net/prometheus]\n");
        using var certificate = served.Authority.Client(name: name.Length == 0 ? null : names => Add(names, name))
            .Load();
        using var client = served.Client(certificate);

        if (expected)
            await GetAsync(client);
        else
            await RefusedAsync(client, served);
    }

    [Fact]
    public async Task Handshake_ThatNeverEnds_IsEnded()
    {
        await using var served = await ServedWeb.StartAsync(Tls);
        using var client = new TcpClient();
        await client.ConnectAsync(served.EndPoint, TestContext.Current.CancellationToken);
        await client.GetStream().WriteAsync(new byte[] { 22, 3, 1, 2, 0 }, TestContext.Current.CancellationToken);

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        await EndAsync(client.GetStream(), limit.Token);
    }

    private static async Task EndAsync(NetworkStream stream, CancellationToken limit)
    {
        var buffer = new byte[256];
        try
        {
            while (await stream.ReadAsync(buffer, limit) > 0)
                continue;
        }
        catch (IOException)
        {
            // By a reset: an end all the same.
        }
    }

    private static string Policy(string policy) =>
        Tls + $"  client_auth_type: {policy}\n" + (policy == "NoClientCert" ? "" : "  client_ca_file: ca.crt\n");

    private static void Add(SubjectAlternativeNameBuilder names, string name)
    {
        if (IPAddress.TryParse(name, out var address))
            names.AddIpAddress(address);
        else if (name.Contains("://", StringComparison.Ordinal))
            names.AddUri(new Uri(name));
        else if (name.Contains('@', StringComparison.Ordinal))
            names.AddEmailAddress(name);
        else
            names.AddDnsName(name);
    }
}
