using System.Text;

namespace NicHangExporter.EndToEnd;

/// <summary>
/// Credentials and TLS settings of pushed alerts, by alerting.config.file and by the deprecated options.
/// </summary>
public sealed class AlertPushTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly FakeHost _host = new();
    private readonly TlsReceiver _server = new();

    public AlertPushTests()
    {
        _host.AddDevice(KernelSays.Device);
        _directory.Write("ca.pem", _server.Certificate);
        _directory.Write("secret", "pa:ss\n");
    }

    public void Dispose()
    {
        _server.Dispose();
        _host.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task File_WithUserAndAuthority_IsUsed()
    {
        using var exporter = await StartAsync("""
            basic_auth:
              username: nichang
              password_file: secret
            tls_config:
              ca_file: ca.pem
            """);

        _host.Log(KernelSays.HardwareUnitHang, KernelSays.Dictionary);

        var head = await _server.HeadAsync();
        Assert.StartsWith("POST /api/v2/alerts HTTP/1.1\n", head, StringComparison.Ordinal);
        Assert.Contains($"Authorization: Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes("nichang:pa:ss"))}\n",
            head, StringComparison.Ordinal);
        await exporter.ScrapeUntilAsync("it is sent", metrics => metrics.Sum("nichang_alerts_sent_total") == 1);
    }

    [Fact]
    public async Task File_WithTokenAndServerName_IsUsed()
    {
        using var exporter = await StartAsync("""
            authorization:
              credentials_file: secret
            tls_config:
              ca_file: ca.pem
              server_name: localhost
            """);

        _host.Log(KernelSays.HardwareUnitHang, KernelSays.Dictionary);

        var head = await _server.HeadAsync();
        Assert.Contains("Authorization: Bearer pa:ss\n", head, StringComparison.Ordinal);
        Assert.Contains($"Host: localhost:{_server.Url.Port}\n", head, StringComparison.Ordinal);
    }

    [Fact]
    public async Task File_WithoutTheAuthority_SendsNothing()
    {
        using var exporter = await StartAsync("authorization: {credentials_file: secret}\n");

        _host.Log(KernelSays.HardwareUnitHang, KernelSays.Dictionary);

        var metrics = await exporter.ScrapeUntilAsync("the push fails",
            metrics => metrics.Sum("nichang_alerts_send_failures_total") >= 1);
        Assert.Equal(0, metrics.Sum("nichang_alerts_sent_total"));
    }

    [Fact]
    public async Task DeprecatedOptions_StillWork_WithAWarningEach()
    {
        using var exporter = await ExporterProcess.StartAsync([
            .. _host.Paths, $"--alerting.alertmanagers={_server.Url}",
                $"--alerting.bearer-token-file={_directory["secret"]}",
            $"--alerting.ca-file={_directory["ca.pem"]}",
        ]);
        Assert.Contains("level=warn", await exporter.LoggedAsync("alerting.bearer-token-file is deprecated"),
            StringComparison.Ordinal);
        Assert.Contains("write tls_config.ca_file in", await exporter.LoggedAsync("alerting.ca-file is deprecated"),
            StringComparison.Ordinal);

        _host.Log(KernelSays.HardwareUnitHang, KernelSays.Dictionary);

        Assert.Contains("Authorization: Bearer pa:ss\n", await _server.HeadAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("authorization: {credentials: c4n4ry}\n",
        "alerting.yml:1: 'authorization.credentials' is not supported: write the secret to a file")]
    [InlineData("tls_confg: {}\n", "alerting.yml:1: unknown key 'tls_confg'; did you mean 'tls_config'?")]
    public async Task ConfigCheck_OfABadFile_IsOneLine(string yaml, string expected)
    {
        var file = _directory.Write("alerting.yml", yaml);
        string[] options = [$"--alerting.alertmanagers={_server.Url}", $"--alerting.config.file={file}"];

        foreach (var check in new[] { new[] { "--config.check" }, [] })
        {
            var run = await new ExporterCommand([.. options, .. check]).RunAsync();
            Assert.Equal(2, run.ExitCode);
            Assert.Empty(run.Output);
            Assert.Contains(expected, Assert.Single(run.Error.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
            Assert.DoesNotContain("c4n4ry", run.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task ConfigCheck_OfDeprecatedOptions_Warns()
    {
        var run = await new ExporterCommand("--config.check", $"--alerting.alertmanagers={_server.Url}",
            "--alerting.server-name=localhost").RunAsync();

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("nic-hang-exporter: warning: alerting.server-name is deprecated", run.Error,
            StringComparison.Ordinal);
    }

    private Task<ExporterProcess> StartAsync(string yaml) => ExporterProcess.StartAsync([
        .. _host.Paths, $"--alerting.alertmanagers={_server.Url}",
        $"--alerting.config.file={_directory.Write("alerting.yml", yaml)}",
    ]);
}
