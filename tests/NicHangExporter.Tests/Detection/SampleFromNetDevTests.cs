using NicHangExporter.Linux;
using NicHangExporter.Linux.Link;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Metrics;
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
        var netClass = new NetClass(_host.Options.Paths.Sysfs);
        _host.Sysfs.Write("eno1", "ifindex", "2\n");
        Send(100, inSysfs: true);
        _host.Inventory.Follow(new DeviceFeed(
            _ => true,
            () =>
            {
                var names = new List<InterfaceName>();
                return netClass.TryList(names) == Errno.None ? [.. names] : null;
            },
            _ => LinkMatch.Same, _host.Clock));
        _host.Start();
        Send(101, inSysfs: true);
        _host.Pass(1);
        Assert.Equal(["eno1"], Names());

        _host.AddNic("eno2", "pci0000:00/0000:02:00.0");
        _host.Sysfs.Write("eno2", "ifindex", "3\n");
        _host.Pass(20, second => Write(
            NetDevText.Line("eno1", _ => 0) + NetDevText.Line("eno2", _ => 0)
            + NetDevText.Line($"veth{second}", _ => 0)));

        Assert.Equal(["eno1", "eno2"], Names());
    }

    private List<string> Names() =>
        [.. _host.Inventory.Open().All.Select(device => device.Name.ToString()).Where(name => name != "lo")];

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
