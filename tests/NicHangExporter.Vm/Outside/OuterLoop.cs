namespace NicHangExporter.Vm.Outside;

/// <summary>
/// The monitoring outside the guest: a real Prometheus with the shipped rules and a real Alertmanager with the shipped
/// sample, both with durations of <see cref="MinutesAsSeconds"/>, and the receivers. The guest is pve1 of the samples,
/// with TLS and a token as in the samples. pve2 does not exist.
/// </summary>
internal sealed class OuterLoop : IAsyncDisposable
{
    /// <summary>The guest's exporter, with its name in the samples.</summary>
    public const string Host = "pve1:19642";

    /// <summary>Another exporter of the guest, which is always reached through eno1.</summary>
    public const string Node = "pve1:9100";

    /// <summary>A host that is really down.</summary>
    public const string OtherHost = "pve2:19642";

    /// <summary>Another exporter of that host.</summary>
    public const string OtherNode = "pve2:9100";

    private const string Credential = "alertmanager";
    private const string Web = "/run/web";
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);

    // A site's own rules, with alerts that a hang must silence.
    private const string NodeRules = """
        groups:
          - name: nodes
            interval: 15s
            rules:
              - alert: NodeDown
                expr: up{job="node"} == 0
                for: 15m
                labels: {severity: warning}
        """;

    /// <summary>Equal to the scrape interval: no scrape overlaps the next one.</summary>
    public static readonly TimeSpan ScrapeTimeout = TimeSpan.FromSeconds(1);

    private readonly TemporaryDirectory _secrets = new();
    private PrometheusServer? _prometheus;
    private Alertmanager? _alertmanager;
    private GuestExporter? _exporter;

    private OuterLoop()
    {
    }

    /// <summary>The exporter in the guest. The tests reach it over ens18, independent of Prometheus's path.</summary>
    public GuestExporter Exporter => _exporter!;

    public PrometheusServer Prometheus => _prometheus!;

    public Alertmanager Alertmanager => _alertmanager!;

    /// <summary>The receivers of notifications.</summary>
    public AlertReceiver People { get; } = new();

    /// <summary>Starts everything, and waits until the guest is monitored and no alert about it fires.</summary>
    /// <param name="guest">The guest that runs the exporter.</param>
    /// <param name="port">The port through which Prometheus and Alertmanager reach it.</param>
    /// <param name="options">The exporter's flags, in addition to those for its API.</param>
    public static async Task<OuterLoop> StartAsync(Guest guest, int port, params IEnumerable<string> options)
    {
        var loop = new OuterLoop();
        try
        {
            await loop.StartServersAsync(guest, port, options);
            await loop.WatchesAsync();
            return loop;
        }
        catch
        {
            await loop.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until an alert fires in Prometheus.</summary>
    public Task FiresAsync(string alert, string instance = Host) =>
        HoldsAsync(Firing(alert, instance), value => value >= 1);

    /// <summary>Waits until it no longer fires.</summary>
    public Task EndsAsync(string alert, string instance = Host) =>
        HoldsAsync(Firing(alert, instance), value => value is null);

    /// <summary>Waits until the only value of a query fulfils a condition.</summary>
    public Task HoldsAsync(string query, Func<double?, bool> condition) =>
        Eventually.HoldsAsync(query, () => Prometheus.QueryAsync(query), condition, Timeout);

    public async Task<bool> IsFiringAsync(string alert, string instance = Host) =>
        await Prometheus.QueryAsync(Firing(alert, instance)) is not null;

    /// <summary>Whether an alert has fired at any time.</summary>
    public async Task<bool> HasFiredAsync(string alert, string instance = Host) =>
        await Prometheus.QueryAsync($"max(max_over_time({Series(alert, instance)}[1h]))") is not null;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // Prints what Alertmanager could not deliver, and all notifications, if the test fails.
        TestContext.Current.TestOutputHelper?.WriteLine(
            string.Join('\n', [_alertmanager?.Log ?? "", .. People.Of("hosts"), .. People.Of("pager")]));
        _prometheus?.Dispose();
        _alertmanager?.Dispose();
        People.Dispose();
        if (_exporter is not null)
            await _exporter.DisposeAsync();
        _secrets.Dispose();
    }

    private static string Firing(string alert, string instance) => $"count({Series(alert, instance)})";

    private static string Series(string alert, string instance) =>
        $"ALERTS{{alertname=~\"{alert}\",alertstate=\"firing\",instance=\"{instance}\"}}";

    private async Task StartServersAsync(Guest guest, int port, IEnumerable<string> options)
    {
        Requires.Program("prometheus");
        Requires.Program("prometheus-alertmanager");
        const string token = "a-token-of-forty-characters-for-the-host";
        var certificate = SelfSignedCertificate.Issue();
        await guest.Shell.DoAsync($$"""
            umask 077; mkdir -p {{Web}}; cd {{Web}}
            printf %s {{token}} >token
            echo '{{certificate.Certificate}}' >server.crt
            echo '{{certificate.Key}}' >server.key
            echo 'tls_server_config: {cert_file: server.crt, key_file: server.key}' >web.yml
            echo 'node_is_here 1' >/www/metrics.txt; chmod 644 /www/metrics.txt
            """);
        _exporter = await GuestExporter.StartAsync(guest,
            [.. options, $"--web.config.file={Web}/web.yml", $"--api.token-file={Credential}:remediate={Web}/token",
                "--api.identities=pve1"]);

        var shipped = new ShippedAlerting(Workshop.Repository);
        var (tokenFile, authority, address) = (_secrets.File("token"), _secrets.File("ca.pem"), $"127.0.0.1:{port}");
        await File.WriteAllTextAsync(tokenFile, token, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(authority, certificate.Certificate, TestContext.Current.CancellationToken);
        var listener = LoopbackPort.Free();
        _alertmanager = await Alertmanager.StartAsync(network: null, listener,
            MinutesAsSeconds.In(
                shipped.Alertmanager(People.Address, new Uri($"https://{address}/"), tokenFile, authority)),
                    Alertmanager.Alone);

        var targets = new Dictionary<string, ShippedAlerting.Target> { [Host] = new(address),
            [Node] = new($"127.0.0.1:{guest.Ports.Eno1Web}", "/metrics.txt") };
        // The longest interval that docs/how-to/alerts.md allows: a second here.
        var configuration = shipped.Prometheus($"127.0.0.1:{listener}", authority, targets)
            .Replace("scrape_interval: 15s", "scrape_interval: 1m", StringComparison.Ordinal);
        var files = shipped.Rules().Append(new("rules/nodes.yml", NodeRules))
            .Append(new(PrometheusServer.Configuration, configuration))
            .ToDictionary(file => file.Key, file => MinutesAsSeconds.In(file.Value));
        _prometheus =
            await PrometheusServer.StartAsync(network: null, LoopbackPort.Free(), files, "--query.lookback-delta=5s");
    }

    private async Task WatchesAsync()
    {
        foreach (var target in new[] { Host, Node })
            await HoldsAsync($"up{{instance=\"{target}\"}}", value => value == 1);
        await HoldsAsync($"up{{instance=\"{OtherHost}\"}}", value => value == 0);
        await Eventually.HoldsAsync(
            "the outside receiver gets the dead man's switch", () =>
                People.Of("outside").Count, count => count > 0, Timeout);
        await People.NotifiedAsync("pager", "firing", "NicHangExporterDown", OtherHost);
        await EndsAsync(".*");
    }
}
