using System.Net;
using System.Net.Sockets;

namespace NicHangExporter.EndToEnd.Support;

/// <summary>
/// Five hosts in one network namespace, each with an exporter, and one Prometheus that scrapes them all and the node_exporter of
/// the first host. What they go through fills every panel of the dashboards: see <see cref="GoThroughAsync"/>.
/// </summary>
internal sealed class DashboardFleet : IDisposable
{
    /// <summary>The host whose device the dashboard of one device is about.</summary>
    public const string Star = "pve1:19642";

    private const int NodeExporterPort = 9100;
    private const int SinkPort = 9;

    // Sample intervals of a second instead of fifteen: minutes of a real host pass in seconds.
    private static readonly string[] Hasty =
    [
        "--ethtool.interval=1s", "--hang.episode-gap=6s", "--stall.window=3s", "--remediation.verify-window=2s", "--remediation.carrier-grace=2s", "--remediation.cooldown=1s",
    ];

    private readonly List<SimulatedHost> _hosts = [];
    private readonly List<IDisposable> _servers = [];
    private readonly NetworkNamespace _network = new("eno1", "switch1");
    private readonly CancellationTokenSource _end = new();
    private Task _traffic = Task.CompletedTask;

    private DashboardFleet()
    {
    }

    /// <summary>The Prometheus.</summary>
    public PrometheusServer Prometheus { get; private set; } = null!;

    /// <summary>When it began to scrape.</summary>
    public DateTimeOffset Begin { get; private set; }

    /// <summary>Starts everything; nothing hangs yet.</summary>
    public static async Task<DashboardFleet> StartAsync()
    {
        foreach (var program in new[] { "ethtool", "prometheus", "prometheus-node-exporter" })
            Requires.Program(program);
        var fleet = new DashboardFleet();
        try
        {
            await fleet.StartHostsAsync();
            fleet._servers.Add(await ServerProcess.StartAsync(fleet._network, NodeExporterPort, "prometheus-node-exporter", new Uri("/metrics", UriKind.Relative),
                $"--web.listen-address=127.0.0.1:{NodeExporterPort}", "--collector.disable-defaults", "--collector.cpu", "--collector.netdev"));
            fleet._traffic = fleet.SendAsync(fleet._end.Token);
            fleet.Prometheus = await PrometheusServer.StartAsync(fleet._network, 9090, new Dictionary<string, string> { [PrometheusServer.Configuration] = fleet.Configuration });
            fleet.Begin = DateTimeOffset.UtcNow;
            await Eventually.HoldsAsync("every target answers", () => fleet.Prometheus.QueryAsync("sum(up)"), targets => targets == fleet._hosts.Count + 1);
            return fleet;
        }
        catch
        {
            fleet.Dispose();
            throw;
        }
    }

    /// <summary>
    /// pve1 is healed, hangs in spite of that, its settings are turned on by somebody and off again, and in the end it hangs. pve2 only
    /// observes a hang that does not end, and its settings drift. pve3 uses up its budget. pve4 cannot read the kernel log. pve5 hangs and
    /// is cut off.
    /// </summary>
    public async Task GoThroughAsync()
    {
        var (healed, observed, quarantined, cutOff) = (_hosts[0], _hosts[1], _hosts[2], _hosts[4]);
        await observed.DoAsync("remediate", observed.Device, "--profile", "checksum");
        observed.Ethtool("-K", observed.Device, "tx", "on");
        _network.Execute("ethtool", "-K", observed.Device, "rx", "on").Succeeded();
        observed.Wedge();
        quarantined.Wedge();
        cutOff.Wedge();

        healed.Wedge();
        await healed.Exporter.ScrapeUntilAsync("pve1 acts", metrics => metrics.Sum("nichang_remediation_attempts_total") >= 1);
        healed.Unwedge();
        await healed.Exporter.ScrapeUntilAsync("pve1 is healed", metrics => metrics.Sum("nichang_remediation_outcomes_total", ("outcome", "healed")) >= 1);

        await cutOff.Exporter.ScrapeUntilAsync("pve5 hangs", metrics => metrics.Sum("nichang_hang_confirmed") == 1);
        await cutOff.Exporter.KillAsync();
        await quarantined.Exporter.ScrapeUntilAsync("pve3 is in quarantine", metrics => metrics.Sum("nichang_remediation_quarantined") == 1, TimeSpan.FromSeconds(60));

        await healed.Exporter.ScrapeUntilAsync("the episode of pve1 ends", metrics => metrics.Sum("nichang_hang_active") == 0);
        healed.Ethtool("-K", healed.Device, "gso", "on");
        await healed.Exporter.ScrapeUntilAsync("the drift is undone", metrics => metrics.Sum("nichang_remediation_outcomes_total", ("trigger", "drift"), ("outcome", "applied")) >= 1);
    }

    /// <summary>pve1 hangs although its profile is in force.</summary>
    public async Task HangAgainAsync()
    {
        var host = _hosts[0];
        var before = (await host.Exporter.ScrapeAsync()).Sum("nichang_remediation_outcomes_total", ("device", host.Device));
        host.Wedge();
        host.TimeOut();
        await host.Exporter.ScrapeUntilAsync("pve1 acts again", metrics => metrics.Sum("nichang_remediation_outcomes_total", ("device", host.Device)) > before, TimeSpan.FromSeconds(60));
        host.Reset();
        await host.Exporter.ScrapeUntilAsync("the episode ends", metrics => metrics.Sum("nichang_hang_active") == 0, TimeSpan.FromSeconds(60));
    }

    /// <summary>pve1 hangs and goes on hanging.</summary>
    public async Task HangForGoodAsync()
    {
        _hosts[0].Wedge();
        await _hosts[0].Exporter.ScrapeUntilAsync("pve1 hangs", metrics => metrics.Sum("nichang_hang_confirmed") == 1);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _end.Cancel();
        Prometheus?.Dispose();
        foreach (var server in _servers)
            server.Dispose();
        foreach (var host in _hosts)
            host.Dispose();
        _network.Dispose();
        _end.Dispose();
    }

    private string Configuration =>
        $$"""
        global: {scrape_interval: 1s}
        scrape_configs:
          - job_name: nic-hang
            static_configs: [{{string.Join(", ", _hosts.Select(host => Target(host.Exporter.BaseAddress.Authority, $"{host.Name}:19642")))}}]
          - job_name: node
            static_configs: [{{Target($"127.0.0.1:{NodeExporterPort}", "pve1:9100")}}]
        """;

    private static string Target(string address, string instance) => $"{{targets: ['{address}'], labels: {{instance: '{instance}'}}}}";

    private async Task StartHostsAsync()
    {
        _network.Execute("ip", "link", "set", "lo", "up").Succeeded();
        foreach (var (number, driver, options) in new (int, string, string[])[]
        {
            (1, "e1000e", ["--remediation.local=enforce", "--remediation.device-budget=100", "--remediation.host-budget=100"]),
            (2, "igb", ["--remediation.local=observe"]),
            (3, "e1000e", ["--remediation.local=enforce", "--remediation.device-budget=1"]),
            (4, "r8169", []),
            (5, "r8169", ["--remediation.local=observe"]),
        })
        {
            if (number > 1)
                _network.AddPair($"eno{number}", $"switch{number}");
            foreach (var end in new[] { $"eno{number}", $"switch{number}" })
                _network.Execute("ip", "link", "set", end, "up").Succeeded();
            var host = new SimulatedHost(_network, $"pve{number}", $"eno{number}", driver);
            _hosts.Add(host);
            if (number == 4)
                host.HideKernelLog();
            await host.StartAsync([.. Hasty, .. options]);
        }
        _network.Execute("ip", "address", "add", "192.0.2.1/24", "broadcast", "192.0.2.255", "dev", "eno1").Succeeded();
    }

    // Real packets over the first device, so that node_exporter counts some. A broadcast needs no neighbor, and nobody takes it.
    private async Task SendAsync(CancellationToken end)
    {
        using var socket = _network.Inside(() => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { EnableBroadcast = true });
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
                // A remediation has set the link down: as on a real host, what is sent meanwhile is lost.
                await Task.Delay(200, CancellationToken.None);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
