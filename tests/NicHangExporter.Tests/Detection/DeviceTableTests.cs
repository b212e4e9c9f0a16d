using NicHangExporter.Hosting;
using NicHangExporter.Linux.Ethtool;

namespace NicHangExporter.Tests.Detection;

/// <summary>The device that a report belongs to, and the state of a device that is gone.</summary>
public sealed class DeviceTableTests : IDisposable
{
    private const string Watchdog = "NETDEV WATCHDOG: eno1 (e1000e): transmit queue 0 timed out";
    private const string WatchdogLive =
        "nichang_hang_events_total{device=\"eno1\",source=\"watchdog\",origin=\"live\"}";
    private const string TxTimeoutLive =
        "nichang_hang_events_total{device=\"eno1\",source=\"tx_timeout\",origin=\"live\"}";
    private const string Active = "nichang_hang_active{device=\"eno1\"}";

    private readonly FixtureHost _host = new();

    public DeviceTableTests() => _host.AddNic();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task ReportByNameOnly_BelongsToThePresentDevice()
    {
        _host.Start();
        _host.Print(1, Watchdog, dictionary: null);
        Unplug();
        _host.Pass(61);
        _host.AddNic(parent: "pci0000:00/0000:05:00.0");
        _host.Pass(1);

        _host.Print(2, Watchdog, dictionary: null);

        Assert.Equal(1, await _host.ValueAsync(WatchdogLive));
        Assert.Equal(1, await _host.ValueAsync(Active));
    }

    [Fact]
    public async Task DeviceThatVanishesWhileItStalls_DoesNotStayStalled()
    {
        _host.Sysfs.Write("eno1", "queues/tx-0/byte_queue_limits/inflight", "1500\n");
        _host.Start();
        _host.Pass(11);
        Assert.Equal(1, await _host.ValueAsync("nichang_tx_stalled{device=\"eno1\"}"));

        Unplug();
        _host.Pass(62);

        Assert.Equal(0, await _host.ValueAsync("nichang_tx_stalled{device=\"eno1\"}"));
        Assert.Equal(0, await _host.ValueAsync(Active));
        Assert.Equal(1,
            await _host.ValueAsync("nichang_hang_events_total{device=\"eno1\",source=\"tx_stall\",origin=\"live\"}"));
    }

    [Fact]
    public async Task Queues_RemovedAndAddedAgain_AddNoTimeouts()
    {
        // ethtool -L combined 1, and back: the kernel keeps the count of a queue that is not in use.
        _host.Sysfs.Write("eno1", "queues/tx-1/tx_timeout", "5\n");
        _host.Start();
        Directory.Delete(Queue(1), recursive: true);
        _host.Pass(6);
        _host.Sysfs.Write("eno1", "queues/tx-1/tx_timeout", "5\n");
        _host.Pass(6);

        Assert.Equal(0, await _host.ValueAsync(TxTimeoutLive));

        _host.Sysfs.Write("eno1", "queues/tx-1/tx_timeout", "6\n");
        _host.Pass(6);

        Assert.Equal(1, await _host.ValueAsync(TxTimeoutLive));
    }

    [Fact]
    public async Task Queues_OneStartsFromZeroWhileAnotherTimesOut_IsAnEvent()
    {
        _host.Sysfs.Write("eno1", "queues/tx-0/tx_timeout", "9\n");
        _host.Sysfs.Write("eno1", "queues/tx-1/tx_timeout", "0\n");
        _host.Start();
        _host.Sysfs.Write("eno1", "queues/tx-0/tx_timeout", "0\n");
        _host.Sysfs.Write("eno1", "queues/tx-1/tx_timeout", "1\n");
        _host.Pass(6);

        Assert.Equal(1, await _host.ValueAsync(TxTimeoutLive));
    }

    [Fact]
    public async Task PauseFramesThatStop_WhileNothingIsSent_LeaveAHang()
    {
        ulong frames = 0;
        _host.Ethtool.Statistics = _ => [new Statistic("rx_flow_control_xoff", frames)];
        _host.Sysfs.Write("eno1", "queues/tx-0/byte_queue_limits/inflight", "1500\n");
        _host.Poller.Poll();
        _host.Start();
        _host.Pass(12, second =>
        {
            frames += 30;
            _host.Poller.Poll();
        });
        Assert.Equal(0, await _host.ValueAsync(Active));
        Assert.Equal(0, _host.Log.Count(EventIds.EpisodeStarted));
        Assert.Equal(1, _host.Log.Count(EventIds.TransmitterPaused));

        _host.Pass(2, _ => _host.Poller.Poll());

        Assert.Equal(0, await _host.ValueAsync("nichang_tx_paused{device=\"eno1\"}"));
        Assert.Equal(1, await _host.ValueAsync("nichang_tx_stalled{device=\"eno1\"}"));
        Assert.Equal(1, await _host.ValueAsync(Active));
        Assert.Equal(1, await _host.ValueAsync("nichang_hang_episodes_total{device=\"eno1\",origin=\"live\"}"));
        Assert.Equal(1, _host.Log.Count(EventIds.EpisodeStarted));
    }

    private string Queue(int queue) => Path.Combine(_host.Sysfs.Root, "class/net/eno1/queues", $"tx-{queue}");

    private void Unplug() => Directory.Delete(Path.Combine(_host.Sysfs.Root, "class/net/eno1"));
}
