using System.Security.Cryptography;

namespace NicHangExporter.EndToEnd;

/// <summary>
/// The try-out of docs/tutorials/try-it.md and deploy/compose, with Debian's programs in a network namespace instead of
/// containers. The files, options and commands are those of the repository.
/// </summary>
[Collection(typeof(WholeMachine))]
public sealed class TryOutTests : IDisposable
{
    private static readonly string Compose = Path.Combine(SimulatedPrometheus.Repository, "deploy/compose");

    private readonly TemporaryDirectory _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task RehearsedHang_FiresAndTheWebhookActs()
    {
        Requires.File("/dev/kmsg");
        using var network = new NetworkNamespace();
        network.Execute("ip", "link", "set", "lo", "up").Succeeded();
        var token = _files.Write("token", RandomNumberGenerator.GetHexString(64, lowercase: true));
        File.SetUnixFileMode(token, UnixFileMode.UserRead);
        var compose = new ComposeFile(Path.Combine(Compose, "compose.yaml"));
        var variables = compose.Environment("exporter")
            .ToDictionary(
                pair => pair.Key, pair =>
                    Here(pair.Value, ("/var/lib/nic-hang-exporter", _files["state"]),
                        ("/etc/nic-hang-exporter/token", token)));
        using var exporter =
            await ExporterProcess.StartAsync(new ExporterCommand([]) { Network = network, Environment = variables });
        using var alertmanager = await Alertmanager.StartAsync(network, 9093,
            Here(Read("alertmanager.yml"), ("/etc/alertmanager/token", token)), Alertmanager.Alone);
        var files = Directory.EnumerateFiles(Path.Combine(Compose, "../prometheus/rules"), "*.yml")
            .ToDictionary(path => $"rules/{Path.GetFileName(path)}", File.ReadAllText);
        files[PrometheusServer.Configuration] = Read("prometheus.yml");
        using var prometheus = await PrometheusServer.StartAsync(network, 9090, files);
        await prometheus.WatchesAsync();

        foreach (var line in Commands("## 2. Rehearse a hang"))
            network.Execute("bash", "-c", line).Succeeded();

        await Eventually.HoldsAsync(
            "the alert fires", () =>
                prometheus.QueryAsync("ALERTS{alertname=\"NicHang\",alertstate=\"firing\",instance=\"this-host\"}"),
                firing => firing == 1);
        var metrics = await exporter.ScrapeUntilAsync("the webhook has acted",
            metrics => metrics.Sum("nichang_remediation_outcomes_total", ("device", "hang0"),
                ("trigger", "webhook")) >= 1);
        Assert.Equal(1, metrics.Sum("nichang_remediation_outcomes_total", ("trigger", "webhook")));
        // Like the container's health check, only with its environment variables.
        var healthy =
            await new ExporterCommand(["healthcheck"]) { Network = network, Environment = variables }.RunAsync();
        Assert.StartsWith("healthy: ", healthy.Succeeded(), StringComparison.Ordinal);
        Assert.Equal(
            0, metrics.Sum("nichang_remediation_attempts_total") - metrics.Sum(
                "nichang_remediation_attempts_total", ("device", "hang0")));
    }

    [Fact]
    public void Files_ThatAreMounted_AreThere()
    {
        var compose = new ComposeFile(Path.Combine(Compose, "compose.yaml"));

        Assert.Equal(["exporter", "prometheus", "alertmanager", "grafana"], compose.Services);
        foreach (var source in compose.Services.SelectMany(service => compose.List(service, "volumes"))
            .Select(volume => volume.Split(':')[0]).Where(source => source.StartsWith('.') && source != "./token"))
            Assert.True(Path.Exists(Path.Combine(Compose, source)),
                $"deploy/compose/{source} is mounted and is not there");
        Assert.Equal(["ALL"], compose.List("exporter", "cap_drop"));
        Assert.Equal("true", compose.Value("exporter", "read_only"));
    }

    // The code blocks of a section, each as one script.
    private static List<string> Commands(string section)
    {
        var text = File.ReadAllText(Path.Combine(SimulatedPrometheus.Repository, "docs/tutorials/try-it.md"));
        var blocks = text[text.IndexOf(section, StringComparison.Ordinal)..].Split("\n## ")[0].Split("```\n")
            .Where((_, number) => number % 2 == 1).ToList();
        Assert.NotEmpty(blocks);
        return blocks;
    }

    private static string Read(string file) => File.ReadAllText(Path.Combine(Compose, file));

    private static string Here(string text, params (string From, string To)[] changes)
    {
        foreach (var (from, to) in changes)
            text = text.Replace(from, to, StringComparison.Ordinal);
        return text;
    }
}
