using System.Net;

namespace NicHangExporter.EndToEnd;

/// <summary>
/// The sample for many hosts (deploy/alertmanager/fleet.yml) with a real Prometheus and a real Alertmanager. There are
/// two hosts, each a network namespace with its own cable, and one receiver for both. Each alert reaches only its own
/// host, and the alert about the fleet silences all of them.
/// </summary>
public sealed class FleetWebhookTests : IDisposable
{
    // Alertmanager 0.31 or later, if the one on PATH is older: deploy/prometheus/newer downloads it.
    private const string NewerAlertmanager = "ALERTMANAGER_NEWER";

    private const int Port = 19642;

    private readonly TemporaryDirectory _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Hang_IsPostedToItsOwnHostAlone_AndNotAtAllWhileTheFleetHangs()
    {
        var program = Environment.GetEnvironmentVariable(NewerAlertmanager) ?? "";
        Requires.That(
            File.Exists(program),
            $"needs Alertmanager 0.31 or later, and its path in {NewerAlertmanager} (deploy/prometheus/newer forky "
            + $"DIRECTORY prometheus-alertmanager)");
        using var first = new AlertedHost($"10.77.1.1:{Port}");
        using var second = new AlertedHost($"10.77.2.1:{Port}");
        using var hub = new NetworkNamespace();
        hub.Execute("ip", "link", "set", "lo", "up").Succeeded();
        Connect(hub, first, 1);
        Connect(hub, second, 2);
        var issued = SelfSignedCertificate.Issue(IPAddress.Parse("10.77.1.1"), IPAddress.Parse("10.77.2.1"));
        var web = WriteWeb(issued);
        // The hosts share one token, as in the sample.
        await File.WriteAllTextAsync(
            second.TokenFile, await File.ReadAllTextAsync(first.TokenFile, TestContext.Current.CancellationToken),
            TestContext.Current.CancellationToken);
        using var ofFirst =
            await first.StartExporterAsync("enforce", $"--web.config.file={web}", $"--api.identities=10.77.1.1:{Port}");
        using var ofSecond = await second.StartExporterAsync("enforce", $"--web.config.file={web}",
            $"--api.identities=10.77.2.1:{Port}");
        var sample = new ShippedAlerting(SimulatedPrometheus.Repository)
            .FleetAlertmanager($"10[.]77[.][0-9]+[.]1:{Port}", first.TokenFile, _files["server.crt"]);
        using var alertmanager = await Alertmanager.StartAsync(program, hub, 9093, sample, Alertmanager.Alone);
        using var prometheus = await PrometheusServer.StartAsync(hub, 9090, Prometheus());
        await Eventually.HoldsAsync("both are scraped", () => prometheus.QueryAsync("sum(up)"), up => up == 2);

        first.Hang();
        first.AssertHealedOnce(await HealedAsync(ofFirst));
        second.AssertUntouched(await ofSecond.ScrapeAsync());
        Assert.Equal(0, (await ofSecond.ScrapeAsync()).Sum("nichang_alerts_received_total"));

        // An instance that the regex does not match gets no post, for any alert that a client sends to Alertmanager.
        // Nobody listens there, so a post would fail.
        await alertmanager.PostAsync(AlertedHost.Alert(AlertedHost.Device, "10.77.2.2:80"));

        second.Hang();
        second.AssertHealedOnce(await HealedAsync(ofSecond));
        Assert.Equal(0, AlertedHost.Verdicts(await ofFirst.ScrapeAsync(), "not_mine"));
        Assert.Single(first.Journal("intent"));
        Assert.Equal(
            0, await alertmanager.MetricAsync(
                "alertmanager_notification_requests_failed_total{integration=\"webhook\"}"));
        Assert.InRange(
            await alertmanager.MetricAsync("alertmanager_notification_requests_total{integration=\"webhook\"}"), 2,
            100);

        // The inhibition: Alertmanager has the alert, and sends it to no receiver.
        await alertmanager.PostAsync(
            new Dictionary<string, string> { ["alertname"] = "NicHangFleetWide", ["severity"] = "critical" });
        await alertmanager.PostAsync(AlertedHost.Alert(AlertedHost.OtherDevice, $"10.77.1.1:{Port}"));
        await Eventually.HoldsAsync("the single alert is inhibited", async () => (await alertmanager.AlertsAsync())
            .Any(alert => alert.GetProperty("labels").GetProperty("alertname").GetString() == "NicHang"
                && alert.GetProperty("labels").GetProperty("device").GetString() == AlertedHost.OtherDevice
                && alert.GetProperty("status").GetProperty("inhibitedBy").GetArrayLength() == 1), inhibited =>
                    inhibited);
        Assert.Equal(0, AlertedHost.Verdicts(await ofFirst.ScrapeAsync(), "not_hung"));
    }

    private static void Connect(NetworkNamespace hub, AlertedHost host, int number)
    {
        var (here, address) = ($"host{number}", $"10.77.{number}");
        hub.Execute("ip", "link", "add", "name", here, "type", "veth", "peer", "name", "uplink", "netns",
            host.Network.Name).Succeeded();
        hub.Execute("ip", "address", "add", $"{address}.2/24", "dev", here).Succeeded();
        hub.Execute("ip", "link", "set", here, "up").Succeeded();
        host.Network.Execute("ip", "address", "add", $"{address}.1/24", "dev", "uplink").Succeeded();
        host.Network.Execute("ip", "link", "set", "uplink", "up").Succeeded();
    }

    private string WriteWeb(SelfSignedCertificate issued)
    {
        _files.Write("server.crt", issued.Certificate);
        File.SetUnixFileMode(_files.Write("server.key", issued.Key), UnixFileMode.UserRead);
        return _files.Write("web.yml", WebFiles.Tls);
    }

    private static Task<Scrape> HealedAsync(ExporterProcess exporter) =>
        exporter.ScrapeUntilAsync("the device is healed",
        metrics => metrics.Sum("nichang_remediation_outcomes_total", ("device", AlertedHost.Device),
            ("trigger", "webhook")) == 1);

    private Dictionary<string, string> Prometheus() => new()
    {
        [PrometheusServer.Configuration] =
            $$"""
            global: {scrape_interval: 1s, evaluation_interval: 1s}
            rule_files: [rules.yml]
            alerting: {alertmanagers: [{static_configs: [{targets: ['127.0.0.1:9093']}]}]}
            scrape_configs:
              - job_name: nic-hang
                scheme: https
                tls_config: {ca_file: '{{_files["server.crt"]}}'}
                static_configs: [{targets: ['10.77.1.1:{{Port}}', '10.77.2.1:{{Port}}']}]
            """,
        ["rules.yml"] = new PrometheusSetup("", "").Files["rules.yml"],
    };
}
