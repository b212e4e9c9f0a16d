using NicHangExporter.Detection.Episodes;
using NicHangExporter.Linux.Ethtool;
using NicHangExporter.Linux.Link;
using NicHangExporter.Metrics;
using NicHangExporter.Options;

namespace NicHangExporter.Tests.Detection;

/// <summary>Hangs that only counters of the kernel show: tx_timeout, and packets that are not sent.</summary>
public sealed class HangMonitorCounterTests : HangMonitorFixture
{
    [Fact]
    public async Task TxTimeout_CounterIncreases_IsAnEvent()
    {
        _host.Start();
        _host.Pass(5);
        _host.Sysfs.Write("eno1", "queues/tx-0/tx_timeout", "3\n");
        _host.Pass(5);

        Assert.Equal(1,
            await _host.ValueAsync("nichang_hang_events_total{device=\"eno1\",source=\"tx_timeout\",origin=\"live\"}"));
        Assert.Equal(1, await _host.ValueAsync(Active));
        Assert.Equal(3, await _host.ValueAsync("nichang_queue_tx_timeouts_total{device=\"eno1\",queue=\"0\"}"));
    }

    [Fact]
    public async Task TxTimeout_OneQueueOfTwo_IsReadOftenInItsHang()
    {
        _host.Sysfs.Write("eno1", "queues/tx-1/tx_timeout", "0\n");
        var first = 0;
        _host.Start();
        _host.Pass(1, Send);
        for (var second = 2; second < 40 && first == 0; second++)
        {
            _host.Pass(1, _ => Send(second));
            if (await _host.ValueAsync(Active) == 1)
                first = second;
        }
        // While the other queue sends, an increase is found after up to 15 seconds.
        Assert.InRange(first, 2, 16);
        Assert.Equal(0, await _host.ValueAsync("nichang_hang_confirmed{device=\"eno1\"}"));

        _host.Pass(6, second => Send(first + second));

        Assert.Equal(1, await _host.ValueAsync("nichang_hang_confirmed{device=\"eno1\"}"));

        void Send(int second)
        {
            _host.Sysfs.Write("eno1", "statistics/tx_packets", $"{100 + second}\n");
            _host.Sysfs.Write("eno1", "queues/tx-1/tx_timeout", $"{second / 5}\n");
        }
    }

    [Fact]
    public void TxTimeout_AfterAnIncrease_IsDueAfterFiveSecondsThoughPacketsAreSent()
    {
        var transmitter = new DeviceTransmitter();
        var now = TimeSpan.FromMinutes(1);
        transmitter.ObserveTimeouts([0, 0], now);
        Assert.False(transmitter.AreTimeoutsDue(now + TimeSpan.FromSeconds(14), isPhysical: true));
        now += TimeSpan.FromSeconds(15);
        Assert.True(transmitter.AreTimeoutsDue(now, isPhysical: true));
        Assert.True(transmitter.ObserveTimeouts([0, 1], now));

        Assert.True(transmitter.AreTimeoutsDue(now + TimeSpan.FromSeconds(5), isPhysical: true));
    }

    [Fact]
    public async Task TxStall_AfterASlowListing_CountsFromTheReading()
    {
        var isSlow = false;
        _host.Sysfs.Write("eno1", "statistics/tx_packets", "100\n");
        _host.Sysfs.Write("eno1", "queues/tx-0/byte_queue_limits/inflight", "1500\n");
        _host.Inventory.Follow(new DeviceFeed(
            _ =>
            {
                if (isSlow)
                {
                    _host.Clock.Advance(TimeSpan.FromSeconds(8));
                    _host.Sysfs.Write("eno1", "statistics/tx_packets", "101\n");
                }
                isSlow = false;
                return true;
            },
            () => null, _ => LinkMatch.Same, _host.Clock));
        _host.Start();
        isSlow = true;

        _host.Pass(8);
        Assert.Equal(0, await _host.ValueAsync("nichang_tx_stalled{device=\"eno1\"}"));

        _host.Pass(4);
        Assert.Equal(1, await _host.ValueAsync("nichang_tx_stalled{device=\"eno1\"}"));
    }

    [Fact]
    public async Task TxTimeout_CounterFallsToZero_IsAReloadAndNoEvent()
    {
        _host.Sysfs.Write("eno1", "queues/tx-0/tx_timeout", "3\n");
        _host.Start();
        _host.Sysfs.Write("eno1", "queues/tx-0/tx_timeout", "0\n");
        _host.Pass(10);

        Assert.Equal(0,
            await _host.ValueAsync("nichang_hang_events_total{device=\"eno1\",source=\"tx_timeout\",origin=\"live\"}"));
    }

    [Fact]
    public async Task TxStall_NothingSentThoughQueued_IsASilentStallUntilItMoves()
    {
        _host.Sysfs.Write("eno1", "statistics/tx_packets", "100\n");
        _host.Sysfs.Write("eno1", "queues/tx-0/byte_queue_limits/inflight", "1500\n");
        _host.Start();
        _host.Pass(11);

        Assert.Equal(1, await _host.ValueAsync("nichang_tx_stalled{device=\"eno1\"}"));
        Assert.Equal(1,
            await _host.ValueAsync("nichang_hang_events_total{device=\"eno1\",source=\"tx_stall\",origin=\"live\"}"));
        Assert.Equal(1, await _host.ValueAsync("nichang_hang_active_shape{device=\"eno1\",shape=\"stall\"}"));

        _host.Pass(300);

        // A long stall is one event and one episode, and the outage grows.
        Assert.Equal(1,
            await _host.ValueAsync("nichang_hang_events_total{device=\"eno1\",source=\"tx_stall\",origin=\"live\"}"));
        Assert.Equal(1, await _host.ValueAsync(Active));
        Assert.Equal(311, await _host.ValueAsync("nichang_hang_outage_seconds_total{device=\"eno1\"}"));

        _host.Sysfs.Write("eno1", "statistics/tx_packets", "101\n");
        _host.Sysfs.Write("eno1", "queues/tx-0/byte_queue_limits/inflight", "0\n");
        _host.Pass(62);

        Assert.Equal(0, await _host.ValueAsync("nichang_tx_stalled{device=\"eno1\"}"));
        Assert.Equal(0, await _host.ValueAsync(Active));
    }

    [Fact]
    public async Task Paused_PauseFramesClimbWhileFrozen_IsNoHang()
    {
        ulong frames = 0;
        _host.Ethtool.Statistics = _ => [new Statistic("rx_flow_control_xoff", frames)];
        _host.Sysfs.Write("eno1", "statistics/tx_packets", "100\n");
        _host.Sysfs.Write("eno1", "queues/tx-0/byte_queue_limits/inflight", "1500\n");
        _host.Poller.Poll();
        _host.Start();
        _host.Pass(12, _ =>
        {
            frames += 30;
            _host.Poller.Poll();
        });

        Assert.Equal(1, await _host.ValueAsync("nichang_tx_paused{device=\"eno1\"}"));
        Assert.Equal(1, await _host.ValueAsync("nichang_tx_pauses_total{device=\"eno1\"}"));
        Assert.Equal(0, await _host.ValueAsync("nichang_tx_stalled{device=\"eno1\"}"));
        Assert.Equal(0, await _host.ValueAsync(Active));
        Assert.Equal(0, await _host.ValueAsync("nichang_hang_episodes_total{device=\"eno1\",origin=\"live\"}"));
        Assert.Equal(0, await _host.ValueAsync("nichang_hang_outage_seconds_total{device=\"eno1\"}"));
    }

    [Fact]
    public async Task Paused_WithoutTheCollectorOfDriverCounters_IsStillNoHang()
    {
        ulong frames = 0;
        _host.Configure(options => options with { Collectors = options.Collectors.Without(Collector.Ethtool) });
        _host.Ethtool.Statistics = _ => [new Statistic("rx_flow_control_xoff", frames)];
        _host.Sysfs.Write("eno1", "statistics/tx_packets", "100\n");
        _host.Sysfs.Write("eno1", "queues/tx-0/byte_queue_limits/inflight", "1500\n");
        _host.Poller.Poll();
        _host.Start();
        _host.Pass(12, _ =>
        {
            frames += 30;
            _host.Poller.Poll();
        });

        Assert.Equal(1, await _host.ValueAsync("nichang_tx_paused{device=\"eno1\"}"));
        Assert.DoesNotContain("nichang_ethtool_statistic{", await _host.ScrapeAsync(), StringComparison.Ordinal);
    }
}
