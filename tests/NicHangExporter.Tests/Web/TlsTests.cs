using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using NicHangExporter.Hosting;

namespace NicHangExporter.Tests.Web;

/// <summary>TLS on a real socket: who gets in, and that nobody else reaches a handler.</summary>
public sealed class TlsTests
{
    private const string Tls = "tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n";
    private const string Verified = Tls + "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.crt\n";
    private const byte HandshakeFailure = 40, ProtocolVersion = 70;

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
            using var client = served.Client(certificate, protocols, _ => Interlocked.Increment(ref tries));

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
    public async Task Certificate_RotatedUnderLoad_FailsNoRequestAndIsServedAtLast()
    {
        await using var served = await ServedWeb.StartAsync(Tls + "http_server_config: {http2: false}\n");
        var seen = new HashSet<string>();
        using var client = served.Client(seen: serial =>
        {
            lock (seen)
                seen.Add(serial);
        });
        using var stop = new CancellationTokenSource();
        var asked = new int[4];
        var askers = Enumerable.Range(0, asked.Length).Select(asker => Task.Run(async () =>
        {
            for (; !stop.IsCancellationRequested; Interlocked.Increment(ref asked[asker]))
                await GetAsync(client);
        })).ToArray();

        var serials = new List<string>();
        for (var rotation = 0; rotation < 10; rotation++)
        {
            var issued = served.Authority.Server(rsa: rotation % 2 == 1);
            issued.Write(served.Directory, "server");
            using (var loaded = issued.Load())
                serials.Add(loaded.SerialNumber);
            served.Store.Refresh();
            served.Store.Refresh();
            // All of them have asked twice since: the second time on a connection of the new certificate.
            var before = asked.ToArray();
            while (!asked.Zip(before).All(pair => pair.First > pair.Second + 2))
            {
                Assert.DoesNotContain(askers, asker => asker.IsFaulted);
                await Task.Delay(1, TestContext.Current.CancellationToken);
            }
        }
        await stop.CancelAsync();

        // Throws what a failed request threw.
        await Task.WhenAll(askers);
        Assert.Equal(asked.Sum(), served.Handled);
        Assert.Superset(serials.ToHashSet(), seen);
    }

    [Fact]
    public async Task Reload_OfABrokenFile_LeavesTheOldOneAndTheMetricSaysSo()
    {
        await using var served = await ServedWeb.StartAsync(Verified);
        served.Configure("tls_server_config:\n  cert_fil: server.crt\n");
        served.Store.Refresh();
        served.Store.Refresh();

        Assert.Equal(0, served.Metrics.WebConfigReloadSuccessful.Value);
        Assert.Equal(1, served.Log.Count(EventIds.WebConfigBroken));
        using (var stranger = served.Client())
            await RefusedAsync(stranger, served);
        using var certificate = served.Authority.Client().Load();
        using var client = served.Client(certificate);
        await GetAsync(client);

        served.Configure(Verified + "http_server_config: {http2: false}\n");
        served.Store.Refresh();
        Assert.Equal(1, served.Metrics.WebConfigReloadSuccessful.Value);
        using var again = served.Client(certificate);
        Assert.Equal("HTTP/1.1", await GetAsync(again));
    }

    [Fact]
    public async Task Reload_OfTheAuthorities_EndsConnectionsOfTheOldOnes()
    {
        await using var served = await ServedWeb.StartAsync(Verified);
        using var certificate = served.Authority.Client().Load();
        using var client = served.Client(certificate);
        await GetAsync(client);

        using var other = new TestAuthority("Another root");
        await File.WriteAllTextAsync(
            served.Directory.File("ca.crt"), other.Root.ExportCertificatePem(), TestContext.Current.CancellationToken);
        served.Store.Refresh();
        // The connection that was made before serves this one, and no more.
        await GetAsync(client);
        var handled = served.Handled;

        await Assert.ThrowsAsync<HttpRequestException>(() => GetAsync(client));
        Assert.Equal(handled, served.Handled);
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

    private static X509Certificate2? Certificate(string who, TestAuthority authority, TestAuthority foreign) =>
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

    private static async Task<string> GetAsync(HttpClient client)
    {
        using var answer = await client.GetAsync(new Uri("/", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    // In TLS 1.3 the client completes the handshake before the server checks its certificate: the refusal comes with
    // the first read.
    private static async Task RefusedAsync(HttpClient client, ServedWeb served)
    {
        await Assert.ThrowsAsync<HttpRequestException>(() => GetAsync(client));
        Assert.Equal(0, served.Handled);
    }
}
