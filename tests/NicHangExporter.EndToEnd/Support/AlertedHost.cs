using System.Security.Cryptography;
using System.Text.Json;

namespace NicHangExporter.EndToEnd.Support;

/// <summary>A host with a veth pair whose exporter listens to an Alertmanager. Its kernel says what the test wants.</summary>
internal sealed class AlertedHost : IDisposable
{
    /// <summary>By what name alerts mean this host.</summary>
    public const string Name = "lab-host";

    /// <summary>The credential of Alertmanager, as the journal calls it.</summary>
    public const string Credential = "alertmanager";

    /// <summary>The feature that the ladder of the tests turns off.</summary>
    public const string Tso = "tcp-segmentation-offload";

    /// <summary>The device that may be changed.</summary>
    public const string Device = "veth0";

    // A port of its own network, so that an Alertmanager finds the exporter again after a restart.
    private const string Listener = "127.0.0.1:9477";

    private readonly TemporaryDirectory _secrets = new();

    public AlertedHost()
    {
        Requires.Program("prometheus-alertmanager");
        TokenFile = WriteToken("token");
    }

    /// <summary>The host.</summary>
    public ConsoleHost Console { get; } = new();

    /// <summary>The token that exporter and Alertmanager share.</summary>
    public string TokenFile { get; }

    /// <summary>Starts the exporter: what alerts ask for is done, and a hang lasts a minute after the last report.</summary>
    public Task<ExporterProcess> StartExporterAsync(params IEnumerable<string> arguments) => Console.StartDaemonAsync(
        [$"--web.listen-address={Listener}", $"--api.token-file={Credential}:remediate={TokenFile}", $"--api.identities={Name}", "--remediation.webhook=enforce", "--remediation.ladder=veth=segmentation", .. arguments]);

    /// <summary>An Alertmanager that posts to the exporter of this host.</summary>
    public AlertmanagerSetup Alertmanager => new(new Uri($"http://{Listener}"), TokenFile);

    /// <summary>Starts an Alertmanager.</summary>
    public Task<Alertmanager> StartAsync(AlertmanagerSetup setup) => Support.Alertmanager.StartAsync(Console.Network, setup);

    /// <summary>Starts a Prometheus and waits until it watches the exporter.</summary>
    public async Task<PrometheusServer> StartPrometheusAsync(ExporterProcess exporter, params IEnumerable<int> alertmanagers)
    {
        Requires.Program("prometheus");
        var prometheus = await PrometheusServer.StartAsync(Console.Network, 9090, exporter, Name, alertmanagers);
        try
        {
            await prometheus.WatchesAsync();
            return prometheus;
        }
        catch
        {
            prometheus.Dispose();
            throw;
        }
    }

    /// <summary>The kernel reports a hang.</summary>
    public void Hang(string device = Device) => Console.KernelLog.Append(KernelSays.TransmitTimeout(device));

    /// <summary>A new token in a file of root's.</summary>
    public string WriteToken(string name)
    {
        var file = _secrets.Write(name, RandomNumberGenerator.GetHexString(64, lowercase: true) + "\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead);
        return file;
    }

    /// <summary>The lines of the journal about one kind of event; none before there is a journal.</summary>
    public List<JsonElement> Journal(string kind) => File.Exists(Path.Combine(Console.State, "journal.jsonl"))
        ? Console.Journal().FindAll(entry => entry.GetProperty("event").GetString() == kind) : [];

    /// <summary>The labels of an alert about a device of a host.</summary>
    public static Dictionary<string, string> Alert(string device, string instance = Name) =>
        new() { ["alertname"] = PrometheusServer.AlertName, ["instance"] = instance, ["device"] = device, ["severity"] = "critical" };

    /// <summary>How many alerts have had a verdict, repetitions included.</summary>
    public static double Verdicts(Scrape metrics, string verdict) => metrics["nichang_alerts_received_total", ("verdict", verdict)];

    /// <summary>Fails unless nothing has ever been begun.</summary>
    public void AssertUntouched(Scrape metrics)
    {
        Assert.Equal("on", Console.Feature(Tso));
        Assert.Empty(Journal("alert"));
        Assert.Empty(Journal("intent"));
        Assert.Equal(0, metrics.Sum("nichang_remediation_attempts_total"));
    }

    /// <summary>Fails unless exactly one thing was done, by the webhook, and helped.</summary>
    public void AssertHealedOnce(Scrape metrics)
    {
        Assert.Equal("off", Console.Feature(Tso));
        var intent = Assert.Single(Journal("intent"));
        Assert.Equal(("webhook", Credential, Device), (intent.GetProperty("trigger").GetString(), intent.GetProperty("actor").GetString(), intent.GetProperty("device").GetString()));
        Assert.Equal(1, metrics.Sum("nichang_remediation_attempts_total"));
        Assert.Equal(1, metrics["nichang_remediation_attempts_total", ("device", Device), ("trigger", "webhook")]);
        Assert.Equal(1, Verdicts(metrics, "accepted"));
        Assert.Equal(0, metrics["nichang_monitor_failures_total"]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Console.Dispose();
        _secrets.Dispose();
    }
}
