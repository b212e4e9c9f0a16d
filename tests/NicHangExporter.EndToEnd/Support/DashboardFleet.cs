using System.Net;
using System.Net.Sockets;

namespace NicHangExporter.EndToEnd.Support;

/// <summary>
/// Five hosts in one network namespace, each with an exporter, and one Prometheus that scrapes them and the
/// node_exporter of the first host. Their events fill every panel of the dashboards.
/// </summary>
internal sealed class DashboardFleet : IDisposable
{
    /// <summary>The host for the dashboard of one device.</summary>
    public const string Star = "pve1:19642";

    private const int NodeExporterPort = 9100;
    private const int SinkPort = 9;

    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(1);

    // Seconds instead of minutes.
    private static readonly string[] Hasty =
    [
        "--ethtool.interval=1s", "--hang.episode-gap=6s", "--stall.window=3s", "--remediation.verify-window=2s",
        "--remediation.carrier-grace=2s", "--remediation.cooldown=1s",
    ];

    private static readonly (string Driver, string[] Options)[] Hosts =
    [
        ("e1000e", ["--remediation.local=enforce", "--remediation.device-budget=100", "--remediation.host-budget=100"]),
        ("igb", ["--remediation.local=observe"]),
        ("e1000e", ["--remediation.local=enforce", "--remediation.device-budget=1"]),
        ("r8169", []),
        ("r8169", ["--remediation.local=observe"]),
    ];

    private readonly List<SimulatedHost> _hosts = [];
    private readonly NetworkNamespace _network = new("eno1", "switch1");
    private readonly CancellationTokenSource _end = new();
    private ServerProcess? _nodeExporter;
    private Task _traffic = Task.CompletedTask;

    private DashboardFleet()
    {
    }

    public PrometheusServer Prometheus { get; private set; } = null!;

    /// <summary>The time from which on every target has been scraped.</summary>
    public DateTimeOffset Begin { get; private set; }

    private SimulatedHost Healed => _hosts[0];

    private SimulatedHost Observed => _hosts[1];

    private SimulatedHost Quarantined => _hosts[2];

    private SimulatedHost Blind => _hosts[3];

    private SimulatedHost CutOff => _hosts[4];

    /// <summary>Starts everything. Nothing hangs yet.</summary>
    public static async Task<DashboardFleet> StartAsync()
    {
        foreach (var program in new[] { "ethtool", "prometheus", "prometheus-node-exporter" })
            Requires.Program(program);
        var fleet = new DashboardFleet();
        try
        {
            await fleet.StartHostsAsync();
            await fleet.StartPrometheusAsync();
            return fleet;
        }
        catch
        {
            fleet.Dispose();
            throw;
        }
    }

    /// <summary>
    /// pve1 hangs and is healed; a person turns a setting on again, and it is turned off. pve2 only observes a hang
    /// that does not end, and its settings drift. pve3 uses up its budget. pve4 cannot read the kernel log. pve5 hangs
    /// and is cut off.
    /// </summary>
    public async Task GoThroughAsync()
    {
        await Observed.DoAsync("remediate", Observed.Device, "--profile", "checksum");
        Observed.Ethtool("-K", Observed.Device, "tx", "on", "rx", "on");
        foreach (var host in new[] { Observed, Quarantined, CutOff, Healed })
            host.Wedge();

        // The first attempt is reinit, which a veth does not have. The second attempt, link down and up, heals. Its
        // begin is in the log immediately, and in the metrics only when it has ended.
        await Healed.Exporter.LoggedAsync("bounce\" device=");
        Healed.Unwedge();
        await ShowsAsync(Healed, "it is healed", metrics => Outcomes(metrics, ("outcome", "healed")) >= 1);
        await ShowsAsync(CutOff, "it hangs", metrics => metrics.Sum("nichang_hang_confirmed") == 1);
        // The dashboard looks for the last answer in steps of 15 s.
        const string Scrapes = "count_over_time(nichang_exporter_build_info{instance='pve5:19642'}[5m])";
        await Eventually.HoldsAsync(Scrapes, () => Prometheus.QueryAsync(Scrapes), scrapes => scrapes >= 20);
        await CutOff.Exporter.KillAsync();
        await ShowsAsync(Quarantined, "quarantine", metrics => metrics.Sum("nichang_remediation_quarantined") == 1);

        await ShowsAsync(Healed, "the episode is over", metrics => metrics.Sum("nichang_hang_active") == 0);
        Healed.Ethtool("-K", Healed.Device, "gso", "on");
        await ShowsAsync(Healed, "the drift is undone", metrics => Outcomes(metrics, ("trigger", "drift")) >= 1);
    }

    /// <summary>pve1 hangs although a profile is in force, and recovers.</summary>
    public async Task HangAgainAsync()
    {
        var before = Outcomes(await Healed.Exporter.ScrapeAsync());
        Healed.Wedge();
        Healed.TimeOut();
        await ShowsAsync(Healed, "a remediation has ended", metrics => Outcomes(metrics) > before);
        Healed.Reset();
        await ShowsAsync(Healed, "the episode is over", metrics => metrics.Sum("nichang_hang_active") == 0);
    }

    /// <summary>pve1 hangs and does not recover; Prometheus has scraped that.</summary>
    public async Task HangForGoodAsync()
    {
        Healed.Wedge();
        const string Stalled = $"nichang_hang_confirmed{{instance='{Star}'}} + nichang_tx_stalled{{instance='{Star}'}}";
        await Eventually.HoldsAsync(Stalled, () => Prometheus.QueryAsync(Stalled), states => states == 2, Timeout);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _end.Cancel();
        Prometheus?.Dispose();
        _nodeExporter?.Dispose();
        foreach (var host in _hosts)
            host.Dispose();
        Assert.True(_traffic.Wait(Eventually.Limit), "the traffic has not ended");
        _network.Dispose();
        _end.Dispose();
    }

    private string Configuration =>
        $$"""
        global: {scrape_interval: 1s}
        scrape_configs:
          - job_name: nic-hang
            static_configs: [{{string.Join(", ", _hosts.Select(Target))}}]
          - job_name: node
            static_configs: [{{Target($"127.0.0.1:{NodeExporterPort}", "pve1:9100")}}]
        """;

    private static string Target(SimulatedHost host) =>
        Target(host.Exporter.BaseAddress.Authority, $"{host.Name}:19642");

    private static string Target(string address, string instance) =>
        $"{{targets: ['{address}'], labels: {{instance: '{instance}'}}}}";

    private static Task<Scrape> ShowsAsync(SimulatedHost host, string what, Func<Scrape, bool> condition) =>
        host.Exporter.ScrapeUntilAsync($"{host.Name}: {what}", condition, Timeout);

    private static double Outcomes(Scrape metrics, params (string, string)[] labels) =>
        metrics.Sum("nichang_remediation_outcomes_total", labels);

    private async Task StartHostsAsync()
    {
        SetUp("lo");
        for (var number = 1; number <= Hosts.Length; number++)
        {
            if (number > 1)
                _network.AddPair($"eno{number}", $"switch{number}");
            SetUp($"eno{number}");
            SetUp($"switch{number}");
            _hosts.Add(new SimulatedHost(_network, $"pve{number}", $"eno{number}", Hosts[number - 1].Driver));
        }
        Blind.HideKernelLog();
        foreach (var (host, setup) in _hosts.Zip(Hosts))
            await host.StartAsync([.. Hasty, .. setup.Options]);
    }

    private async Task StartPrometheusAsync()
    {
        _nodeExporter = await ServerProcess.StartAsync(_network, NodeExporterPort, "prometheus-node-exporter",
            new Uri("/metrics", UriKind.Relative), $"--web.listen-address=127.0.0.1:{NodeExporterPort}",
            "--collector.disable-defaults", "--collector.cpu", "--collector.netdev");
        _network.Execute("ip", "address", "add", "192.0.2.1/24", "broadcast", "192.0.2.255", "dev", "eno1").Succeeded();
        _traffic = SendAsync(_end.Token);
        var files = new Dictionary<string, string> { [PrometheusServer.Configuration] = Configuration };
        Prometheus = await PrometheusServer.StartAsync(_network, 9090, files);
        await Eventually.HoldsAsync("every target answers", () => Prometheus.QueryAsync("sum(up)"),
            targets => targets == Hosts.Length + 1);
        const string Rates = "count(rate(nichang_device_tx_bytes_total[4s]))";
        await Eventually.HoldsAsync(Rates, () => Prometheus.QueryAsync(Rates), rates => rates == Hosts.Length);
        Begin = DateTimeOffset.UtcNow;
    }

    private void SetUp(string device) => _network.Execute("ip", "link", "set", device, "up").Succeeded();

    // Real packets over the first device, so that node_exporter counts some. A broadcast needs no neighbor, and no
    // receiver.
    private async Task SendAsync(CancellationToken end)
    {
        using var socket = _network.Inside(() =>
            new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { EnableBroadcast = true });
        var (packet, sink) = (new byte[1400], new IPEndPoint(IPAddress.Parse("192.0.2.255"), SinkPort));
        for (var count = 0; !end.IsCancellationRequested; count++)
        {
            try
            {
                await socket.SendToAsync(packet, SocketFlags.None, sink, end);
                if (count % 200 == 199)
                    await Task.Delay(50, end);
            }
            catch (SocketException)
            {
                // A remediation has set the link down: as on a real host, packets are lost in that time.
                await Task.Delay(200, CancellationToken.None);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
