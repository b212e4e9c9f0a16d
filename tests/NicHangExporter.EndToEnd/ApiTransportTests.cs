using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace NicHangExporter.EndToEnd;

/// <summary>
/// The transports of a request: TLS, plain text from another host, and requests that no HTTP client would write.
/// </summary>
public sealed class ApiTransportTests
{
    private const string Path = "/api/v1/remediations";
    private const string DryRun = "{\"device\":\"veth0\",\"features\":[\"tso\"],\"dryRun\":true}";

    [Fact]
    public async Task OverTls_EverythingIsAsOverLoopback_AndPlainTextIsNotAnswered()
    {
        using var host = new ApiHost("--web.listen-address=10.99.0.1:0");
        host.Console.Network.Execute("ip", "addr", "add", "10.99.0.1/24", "dev", "veth0").Succeeded();
        host.Options.Add($"--web.config.file={WebConfig(host)}");
        using var daemon = await host.StartDaemonAsync();
        var far = daemon.Addresses[1];
        var (dashboard, controller) = (host.Call(daemon, host.Read, far), host.Call(daemon, host.Remediate, far));

        Assert.Equal(("https", "10.99.0.1"), (far.Scheme, far.Host));
        Assert.Equal("403 scope", (await dashboard.PostAsync(Path, DryRun)).Result);
        Assert.Equal(
            "401 unauthenticated", (await host.Call(daemon, ApiHost.NewToken(), far).PostAsync(Path, DryRun)).Result);
        Assert.Equal("200 dry_run", (await controller.PostAsync(Path, DryRun)).Result);
        var applied = await controller.RemediateAsync("\"device\":\"veth0\",\"features\":[\"tso\"]");
        await host.AgreesAsync(daemon, applied, ApiHost.Tso, "off");
        Assert.Equal(applied.Id, (await dashboard.GetAsync($"{Path}/{applied.Id}")).Id);
        await host.AgreesAsync(
            daemon, await host.Call(daemon, host.Admin, far).PostAsync("/api/v1/devices/veth0/rollback"), ApiHost.Tso,
            "on");

        Assert.DoesNotContain(
            "HTTP/1.1 2",
            await RawRequest.SendAsync(
                daemon,
                $"GET /api/v1/devices HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {host.Read}\r\n\r\n"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task PlainTextFromElsewhere_MayLookAndNotChange_UnlessThatIsAllowed()
    {
        using var host = new ApiHost("--web.listen-address=10.99.0.1:0");
        host.Console.Network.Execute("ip", "addr", "add", "10.99.0.1/24", "dev", "veth0").Succeeded();
        using (var daemon = await host.StartDaemonAsync())
        {
            var operators = host.Call(daemon, host.Admin, daemon.Addresses[1]);
            Assert.Equal("403 unprotected", (await operators.PostAsync(Path, DryRun)).Result);
            Assert.Equal("403 unprotected", (await operators.PostAsync("/api/v1/pause")).Result);
            Assert.Equal("403 unprotected", (await operators.SendAsync(HttpMethod.Delete, "/api/v1/pause")).Result);
            Assert.Equal(
                "403 unprotected",
                (await operators.PostAsync(
                    Path, DryRun, ("X-Forwarded-Proto", "https"), ("X-Forwarded-For", "127.0.0.1"))).Result);
            Assert.Equal(200, (await operators.GetAsync("/api/v1/devices")).Status);
            Assert.Equal("200 dry_run", (await host.Call(daemon, host.Admin).PostAsync(Path, DryRun)).Result);
            await daemon.StopAsync();
        }

        using var trusting = await host.StartDaemonAsync("--api.allow-plaintext");

        Assert.Equal(
            "200 dry_run",
            (await host.Call(trusting, host.Admin, trusting.Addresses[1]).PostAsync(Path, DryRun)).Result);
    }

    [Theory]
    [InlineData("Content-Type: application/json\r\nTransfer-Encoding: chunked",
        "40\r\n{\"device\":\"veth0\",\"features\":[\"tso\"],\"dryRun\":true             }\r\n0\r\n\r\n", "200 OK")]
    [InlineData("Content-Type: application/json\r\nTransfer-Encoding: chunked", "ffffffffffffffffff\r\n{}",
        "400 Bad Request")]
    [InlineData("Content-Type: application/json\r\nTransfer-Encoding: chunked", "zz\r\n{}", "400 Bad Request")]
    [InlineData("Content-Type: application/json\r\nTransfer-Encoding: gzip, chunked", "0\r\n\r\n", "400 Bad Request")]
    [InlineData("Content-Type: application/json\r\nContent-Length: 2\r\nTransfer-Encoding: chunked", "0\r\n\r\n",
        "400 Bad Request")]
    [InlineData("Content-Type: application/json\r\nContent-Length: 2\r\nContent-Length: 3", "{}", "400 Bad Request")]
    [InlineData("Content-Type: application/json\r\nContent-Length: -1", "{}", "400 Bad Request")]
    [InlineData("Content-Type: application/json\r\nContent-Length: 10", "{\"device\":\"veth0\"}", "400 Bad Request")]
    [InlineData("Content-Type: application/json\r\nContent-Length: 99999999", "{\"device\":\"veth0\"}",
        "413 Payload Too Large")]
    [InlineData("Content-Type: application/json", "", "400 Bad Request")]
    public async Task Body_AsNoClientWouldSendIt_IsRefusedOrUnderstood(string headers, string body, string status)
    {
        using var host = new ApiHost();
        using var daemon = await host.StartDaemonAsync();
        using var request = await RawRequest.BeginAsync(daemon,
            $"POST {Path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer "
            + $"{host.Admin}\r\n{headers}\r\n\r\n{body}");

        var answer = await request.ReadToEndAsync();

        Assert.StartsWith($"HTTP/1.1 {status}\r\n", answer, StringComparison.Ordinal);
        Assert.DoesNotContain(host.Admin, answer, StringComparison.Ordinal);
        Assert.Empty(host.Journal("intent"));
        Assert.Equal(200, (await host.Call(daemon, host.Read).GetAsync("/api/v1/devices")).Status);
    }

    [Fact]
    public async Task BodyThatIsShorterThanWasSaid_DoesNothing()
    {
        using var host = new ApiHost();
        using var daemon = await host.StartDaemonAsync();
        using var request = await RawRequest.BeginAsync(daemon,
            $"POST {Path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {host.Admin}\r\nContent-Type: "
            + $"application/json\r\nContent-Length: 100\r\n\r\n{{\"device\":\"veth0\",\"features\":[\"tso\"]}}");
        request.End();

        Assert.DoesNotContain("HTTP/1.1 2", await request.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Equal(200, (await host.Call(daemon, host.Read).GetAsync("/api/v1/devices")).Status);
        Assert.Empty(host.Journal("intent"));
        Assert.Equal("on", host.Console.Feature(ApiHost.Tso));
        Assert.Equal(0, (await daemon.ScrapeAsync()).Sum("nichang_api_requests_total", ("status", "500")));
    }

    [Theory]
    [InlineData("eth0.100", "eth0.100")]
    [InlineData("eth0.100", "%65th0%2E100")]
    [InlineData("$(id)", "%24%28id%29")]
    [InlineData("-rf", "-rf")]
    [InlineData("äöü", "%c3%a4%c3%b6%c3%bc")]
    [InlineData("a\u001bb", "a%5cx1bb")]
    [InlineData("*", "*")]
    public async Task Name_InAPath_IsThatOneDevice(string name, string segment)
    {
        using var host = new ApiHost($"--remediation.devices={name}");
        host.Console.Network.Execute("ip", "link", "set", "dev", "veth1", "down").Succeeded();
        host.Console.Network.Execute("ip", "link", "set", "dev", "veth1", "name", name).Succeeded();
        host.Console.Network.Execute("ip", "link", "set", "dev", name, "up").Succeeded();
        using var daemon = await host.StartDaemonAsync();
        var operators = host.Call(daemon, host.Admin);
        var shown = (await operators.GetAsync($"/api/v1/devices/{segment}")).Json.GetProperty("device").GetString()!;

        Assert.Equal(name.Replace("\u001b", @"\x1b", StringComparison.Ordinal), shown);
        var applied =
            await operators.RemediateAsync(
                $"\"device\":{System.Text.Json.JsonSerializer.Serialize(shown)},\"features\":[\"tso\"]");
        Assert.Equal(("200 applied", shown), (applied.Result, applied.Json.GetProperty("device").GetString()));
        Assert.Equal("on", host.Console.Feature(ApiHost.Tso));
        Assert.Equal("200 applied", (await operators.PostAsync($"/api/v1/devices/{segment}/rollback")).Result);
    }

    private static string WebConfig(ApiHost host)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=exporter", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Parse("10.99.0.1"));
        request.CertificateExtensions.Add(names.Build());
        var now = DateTimeOffset.UtcNow;
        using var certificate = request.CreateSelfSigned(now.AddHours(-1), now.AddHours(1));
        return host.File(
            "web.yml",
            $"tls_server_config:\n  cert_file: {host.File("tls.crt", certificate.ExportCertificatePem())}\n  key_file: "
            + $"{host.File("tls.key", key.ExportPkcs8PrivateKeyPem())}");
    }
}
