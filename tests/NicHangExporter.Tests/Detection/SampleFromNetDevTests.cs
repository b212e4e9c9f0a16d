using NicHangExporter.Linux.Link;
using NicHangExporter.Metrics;
using NicHangExporter.Tests.Metrics;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Tests.Detection;

/// <summary>The sampler takes tx_packets of all devices from one read of net/dev.</summary>
public sealed class SampleFromNetDevTests : HangMonitorFixture
{
    private const string Stalled = "nichang_tx_stalled{device=\"eno1\"}";

    [Fact]
    public async Task TxStall_PacketsMoveInNetDev_IsNoneUntilTheyStandStill()
    {
        _host.Sysfs.Write("eno1", "queues/tx-0/byte_queue_limits/inflight", "1500\n");
        Send(100, inSysfs: true);
        _host.Start();
        // The same movement in both is the proof that they are of one namespace.
        Send(101, inSysfs: true);
        _host.Pass(1);

        _host.Pass(30, second => Send(101 + (ulong)second, inSysfs: false));
        Assert.Equal(0, await _host.ValueAsync(Stalled));

        _host.Pass(12);
        Assert.Equal(1, await _host.ValueAsync(Stalled));
    }

    [Fact]
    public async Task TxStall_DeviceWithoutRow_IsSampledFromSysfs()
    {
        _host.Sysfs.Write("eno1", "queues/tx-0/byte_queue_limits/inflight", "1500\n");
        Send(100, inSysfs: true);
        _host.Start();
        Send(101, inSysfs: true);
        _host.Pass(1);
        Write("");

        _host.Pass(11);

        Assert.Equal(1, await _host.ValueAsync(Stalled));
    }

    [Fact]
    public void Names_ThatChangeAtEverySample_AreStillComparedWithTheTableOfDevices()
    {
        _host.AddNic("eno0", "pci0000:00/0000:03:00.0");
        _host.Sysfs.Write("eno0", "ifindex", "4\n");
        Write(Rows("eno0", "eno1"));
        Follow();
        _host.Start();
        _host.Sysfs.Write("eno0", "statistics/tx_packets", "101\n");
        Write(NetDevText.Line("eno0", counter => counter == "tx_packets" ? 101u : 0) + Rows("eno1"));
        _host.Pass(1);

        _host.AddNic("eno2", "pci0000:00/0000:02:00.0");
        _host.Sysfs.Write("eno2", "ifindex", "3\n");
        _host.Pass(20, second => Write(Rows("eno0", "eno1", "eno2", $"veth{second}")));

        Assert.Equal(
            ["eno0", "eno1", "eno2"], _host.Inventory.Open().All.Select(device => device.Name.ToString()));
    }

    // So that a scrape can use the reading of tx_timeout that the monitor has made.
    [Fact]
    public void TxTimeouts_AreReadWithTheTxPacketsOfTheSample()
    {
        _host.AddNic("eno2", "pci0000:00/0000:00:1f.7");
        _host.Sysfs.Write("eno2", "ifindex", "3\n");
        Follow();
        _host.Sysfs.Write("eno1", "statistics/tx_packets", "100\n");

        _host.Start();
        _host.Pass(1);

        Assert.Equal(100UL, _host.Inventory.Open().All[0].TxTimeouts?.TxPackets);
    }

    [Fact]
    public void Sample_WhileNothingHappens_AllocatesNothing()
    {
        _host.AddNic("eno2", "pci0000:00/0000:00:1f.7");
        _host.Sysfs.Write("eno2", "ifindex", "3\n");
        Follow();
        Write(Rows("eno1", "eno2"));
        _host.Ethtool.Statistics = _ => [new("rx_flow_control_xoff", 3)];
        _host.Poller.Poll();
        _host.Start();
        _host.Pass(3);
        _host.Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(0, Allocations.Of(() =>
        {
            _host.Monitor.Sample();
            _ = _host.Monitor.RecheckAt;
            _host.Monitor.TakeEvents();
        }));
    }

    // The kernel lost a notification, or it never came.
    [Fact]
    public void Device_OnlyInNetDev_IsWatchedOnceTheNamesHaveChanged()
    {
        _host.AddNic("eno2", "pci0000:00/0000:00:1f.7");
        _host.Sysfs.Write("eno2", "ifindex", "3\n");
        Follow();
        Write(Rows("eno1", "eno2"));
        _host.Start();
        _host.Pass(6);
        Assert.Equal(2, _host.Inventory.Open().All.Count);

        _host.AddNic("eno3", "pci0000:00/0000:00:1f.5");
        _host.Sysfs.Write("eno3", "ifindex", "4\n");
        Write(Rows("eno1", "eno2", "eno3"));
        _host.Pass(3);

        Assert.Equal(3, _host.Inventory.Open().All.Count);
    }

    private static string Rows(params string[] names) => string.Concat(names.Select(n => NetDevText.Line(n, _ => 0)));

    // The names in the namespace are always those in sysfs.
    private void Follow()
    {
        _host.Inventory.Follow(new DeviceFeed(
            _ => true, () => FakeLinks.NamesIn(_host.Options.Paths.Sysfs), _ => LinkMatch.Same, _host.Clock));
        Assert.True(_host.Inventory.IsFollowing);
    }

    private void Send(ulong packets, bool inSysfs)
    {
        if (inSysfs)
            _host.Sysfs.Write("eno1", "statistics/tx_packets", $"{packets}\n");
        Write(NetDevText.Line("eno1", counter => counter == "tx_packets" ? packets : 0));
    }

    private void Write(string lines)
    {
        Directory.CreateDirectory(_host.Directory.File("net"));
        File.WriteAllText(_host.Directory.File("net/dev"), NetDevText.Header + lines);
    }
}
