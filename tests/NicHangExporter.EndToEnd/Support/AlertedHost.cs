using System.Security.Cryptography;
using System.Text.Json;

namespace NicHangExporter.EndToEnd.Support;

/// <summary>
/// A host whose exporter accepts alerts of an Alertmanager. Its NICs are a veth pair, which is really changed. sysfs
/// shows them as e1000e, and the kernel log has that driver's messages about a hang.
/// </summary>
internal sealed class AlertedHost : IDisposable
{
    /// <summary>The host's name in alerts.</summary>
    public const string Name = "lab-host";

    /// <summary>The name of Alertmanager's credential in the journal.</summary>
    public const string Credential = "alertmanager";

    /// <summary>A feature that the first stage of the ladder turns off.</summary>
    public const string Tso = "tcp-segmentation-offload";

    /// <summary>The NIC that hangs.</summary>
    public const string Device = "veth0";

    /// <summary>The NIC that never hangs.</summary>
    public const string OtherDevice = "veth1";

    private readonly string _listener;
    private readonly TemporaryDirectory _secrets = new();
    private readonly FakeHost _host = new();

    /// <summary>Creates the host.</summary>
    /// <param name="listener">The exporter's listen address: a fixed port, so that an Alertmanager finds it again after
    /// a restart.</param>
    public AlertedHost(string listener = "127.0.0.1:9477")
    {
        _listener = listener;
        Requires.Program("ethtool");
        Requires.Program("prometheus-alertmanager");
        foreach (var device in new[] { "lo", Device, OtherDevice })
            Network.Execute("ip", "link", "set", device, "up").Succeeded();
        _host.AddDevice(Device);
        _host.AddDevice(OtherDevice, bus: "0000:02:00.0");
        TokenFile = WriteToken("token");
    }

    /// <summary>The network namespace with all servers.</summary>
    public NetworkNamespace Network { get; } = new(Device, OtherDevice);

    /// <summary>The state directory.</summary>
    public string State => _host.State;

    /// <summary>The file of the token that exporter and Alertmanager share.</summary>
    public string TokenFile { get; }

    /// <summary>Starts the exporter. A hang lasts for a minute after the last report.</summary>
    /// <param name="mode">The mode of the webhook.</param>
    /// <param name="arguments">Further arguments.</param>
    public Task<ExporterProcess> StartExporterAsync(string mode = "enforce", params IEnumerable<string> arguments) =>
        ExporterProcess.StartAsync(new ExporterCommand(
    [
        $"--web.listen-address={_listener}", $"--path.sysfs={_host.Sysfs}", $"--path.kmsg={_host.KernelLog}",
            $"--state.directory={State}", $"--api.token-file={Credential}:remediate={TokenFile}",
            $"--api.identities={Name}",
        $"--remediation.webhook={mode}", "--remediation.verify-window=2s", "--remediation.carrier-grace=2s",
        .. arguments,
    ])
        { Network = Network });

    /// <summary>An Alertmanager that posts to the exporter of this host.</summary>
    public AlertmanagerSetup Alertmanager => new(new Uri($"http://{_listener}"), TokenFile);

    /// <summary>Starts an Alertmanager.</summary>
    public Task<Alertmanager> StartAsync(AlertmanagerSetup setup) =>
        Support.Alertmanager.StartAsync(Network, setup.Port, setup.Yaml, setup.Cluster);

    /// <summary>Starts a Prometheus, and waits until it has scraped the exporter.</summary>
    public async Task<PrometheusServer> StartPrometheusAsync(
        ExporterProcess exporter, params IEnumerable<int> alertmanagers)
    {
        Requires.Program("prometheus");
        var prometheus = await PrometheusServer.StartAsync(Network, 9090,
            new PrometheusSetup(exporter.BaseAddress.Authority, Name) { Alertmanagers = [.. alertmanagers] }.Files);
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

    /// <summary>
    /// The driver reports a hang of <see cref="Device"/> and resets the adapter: the next hang is to be prevented, and
    /// nothing is to be revived.
    /// </summary>
    public void Hang()
    {
        _host.Log(KernelSays.HardwareUnitHang.Replace(KernelSays.Device, Device, StringComparison.Ordinal),
            KernelSays.Dictionary);
        _host.Log(KernelSays.ResetAdapter.Replace(KernelSays.Device, Device, StringComparison.Ordinal),
            KernelSays.Dictionary);
    }

    /// <summary>A feature of a device as in <c>ethtool -k</c>.</summary>
    public string Feature(string name, string device = Device) =>
        Network.Execute("ethtool", "-k", device).Succeeded().Split('\n').Select(line => line.Trim().Split(": "))
        .Single(words => words[0] == name)[1];

    /// <summary>Writes a new token to a file that belongs to root.</summary>
    public string WriteToken(string name)
    {
        var file = _secrets.Write(name, RandomNumberGenerator.GetHexString(64, lowercase: true) + "\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead);
        return file;
    }

    /// <summary>The lines of the journal about one kind of event; empty without a journal.</summary>
    public List<JsonElement> Journal(string kind)
    {
        var path = Path.Combine(State, "journal.jsonl");
        return File.Exists(path)
            ? [.. File.ReadLines(path).Select(line => JsonDocument.Parse(line).RootElement)
                .Where(entry => entry.GetProperty("event").GetString() == kind)] : [];
    }

    /// <summary>The labels of an alert about a device of a host.</summary>
    public static Dictionary<string, string> Alert(string device, string instance = Name) =>
        new()
        {
            ["alertname"] = PrometheusSetup.AlertName,
            ["instance"] = instance,
            ["device"] = device,
            ["severity"] = "critical"
        };

    /// <summary>How many alerts have had a verdict, including repetitions.</summary>
    public static double Verdicts(Scrape metrics, string verdict) =>
        metrics["nichang_alerts_received_total", ("verdict", verdict)];

    /// <summary>Fails if any remediation has begun.</summary>
    public void AssertUntouched(Scrape metrics)
    {
        Assert.All([Device, OtherDevice], device => Assert.Equal("on", Feature(Tso, device)));
        Assert.Empty(Journal("alert"));
        Assert.Empty(Journal("intent"));
        Assert.Equal(0, metrics.Sum("nichang_remediation_attempts_total"));
    }

    /// <summary>Fails unless there was exactly one remediation, by the webhook, and it helped.</summary>
    /// <param name="metrics">The exporter's metrics.</param>
    public void AssertHealedOnce(Scrape metrics)
    {
        Assert.Equal(("off", "on"), (Feature(Tso), Feature(Tso, OtherDevice)));
        var intent = Assert.Single(Journal("intent"));
        Assert.Equal(
            ("webhook", Credential, Device),
            (intent.GetProperty("trigger").GetString(), intent.GetProperty("actor").GetString(),
                intent.GetProperty("device").GetString()));
        Assert.Equal("applied", Assert.Single(Journal("outcome")).GetProperty("verdict").GetString());
        foreach (var counter in new[] { "nichang_remediation_attempts_total", "nichang_remediation_outcomes_total" })
            Assert.Equal(
                (1, 1), (metrics.Sum(counter), metrics.Sum(counter, ("device", Device), ("trigger", "webhook"))));
        Assert.Equal(
            1, metrics["nichang_remediation_outcomes_total", ("device", Device), ("trigger", "webhook"),
                ("outcome", "applied")]);
        // If the disk is slow, the first post is answered with 503 although it was accepted, and the next one is a
        // duplicate.
        Assert.Single(Journal("alert"));
        Assert.InRange(Verdicts(metrics, "accepted"), 0, 1);
        Assert.True(Verdicts(metrics, "accepted") + Verdicts(metrics, "duplicate") >= 1, "no post was answered");
        Assert.Equal(0, metrics["nichang_monitor_failures_total"]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Network.Dispose();
        _host.Dispose();
        _secrets.Dispose();
    }
}
