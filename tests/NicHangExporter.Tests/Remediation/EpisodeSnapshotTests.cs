using Microsoft.Extensions.Logging;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Ethtool;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Options;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Evidence;

namespace NicHangExporter.Tests.Remediation;

/// <summary>What the bundle of an episode has of a device, also if a part can't be read.</summary>
public sealed class EpisodeSnapshotTests : EpisodeRecorderFixture
{
    [Fact]
    public void Begin_HungNic_KeepsEverythingThatCanBeRead()
    {
        _sysfs.Write("eno1", "statistics/tx_packets", "4711\n");
        _sysfs.Write("eno1", "queues/tx-0/byte_queue_limits/inflight", "3028\n");
        _sysfs.Write("eno1", "queues/tx-0/byte_queue_limits/limit", "13626\n");

        Begin("TDH=14 TDT=1a", "[1.0] eno1: hang");

        var bundle = Read();
        Assert.Equal((_id, "eno1", "0000:00:1f.6", "e1000e", "TDH=14 TDT=1a"),
            (bundle.Id, bundle.Device, bundle.Bus, bundle.Driver, bundle.Report));
        Assert.Equal(["[1.0] eno1: hang"], bundle.KernelLines);
        Assert.Null(bundle.Summary);
        var snapshot = bundle.Before!;
        Assert.Equal("up", snapshot.Operstate);
        Assert.Equal(4711ul, snapshot.Counters!["tx_packets"]);
        Assert.Equal([new TxQueueState(0, 0, 3028, 13626)], snapshot.Queues!);
        Assert.Equal("0.8-4", snapshot.DriverInfo!.FirmwareVersion);
        Assert.True(snapshot.Link);
        Assert.Equal(new LinkSettings(1000, Duplex.Full, true), snapshot.LinkSettings);
        Assert.Equal(0x28u, snapshot.Eee!.Advertised);
        Assert.Equal(new PauseParameters(true, true, false), snapshot.Pause);
        Assert.Equal(4096u, snapshot.Rings!.TxMax);
        Assert.Equal(
            [("tx-tcp-segmentation", "on"), ("tx-lockless", "off [fixed]"), ("tx-gso-robust", "on [fixed]"),
                ("rx-hashing", "off [requested on]")],
            snapshot.Features!.Select(feature => (feature.Key, feature.Value)));
        Assert.Equal([("tx_packets", 100ul), ("rx_flow_control_xoff", 7ul), ("queue", 1ul), ("queue#2", 2ul)],
            snapshot.Statistics!.Select(counter => (counter.Key, counter.Value)));
        Assert.Empty(snapshot.Errors);
        Assert.Empty(bundle.Errors);
    }

    [Fact]
    public void Begin_PortOfABondInABridge_NamesAllPortsUpTheWay()
    {
        AddNic("eno2", "pci0000:00/0000:00:19.0");
        Stack("bond0", "eno1", "eno2");
        _sysfs.Add("tap100i0"u8);
        Stack("vmbr0", "bond0", "tap100i0");

        Begin();

        Assert.Equal([("bond0", "eno1 eno2"), ("vmbr0", "bond0 tap100i0")],
            Read().Before!.Uppers!.Select(upper => (upper.Device, string.Join(' ', upper.Ports))));
    }

    [Fact]
    public void Begin_WhileRtnlIsHeld_HasOnDiskWhatNeedsNoLock()
    {
        _ethtool.Rtnl.Reset();
        var worker = new Thread(() => Begin("TDH=14")) { IsBackground = true };
        worker.Start();
        Assert.True(_ethtool.Entered.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken),
            "ethtool was not asked");

        var bundle = Read();

        Assert.Equal(("TDH=14", "up"), (bundle.Report, bundle.Before!.Operstate));
        Assert.Null(bundle.Before.Features);
        _ethtool.Rtnl.Set();
        Assert.True(worker.Join(TimeSpan.FromSeconds(30)), "Begin did not return");
        Assert.NotNull(Read().Before!.Features);
    }

    [Fact]
    public void Snapshot_DeviceDetachesHalfway_HasTheRestAndOneReason()
    {
        _ethtool.Pause = device => throw new LinuxException("SIOCETHTOOL ETHTOOL_GPAUSEPARAM", device.ToString(),
            Errno.NoDevice);

        Begin();

        var snapshot = Read().Before!;
        Assert.NotNull(snapshot.Eee);
        Assert.Null(snapshot.Rings);
        Assert.Null(snapshot.Features);
        Assert.Contains("ETHTOOL_GPAUSEPARAM on eno1 failed: No such device", Assert.Single(snapshot.Errors),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Errno.NotPermitted)]
    [InlineData(Errno.Busy)]
    [InlineData(Errno.IO)]
    [InlineData(Errno.Fault)]
    public void Snapshot_OnePartFails_HasAllOthers(Errno errno)
    {
        _ethtool.Eee = device => throw new LinuxException("SIOCETHTOOL ETHTOOL_GEEE", device.ToString(), errno);

        Begin();

        var snapshot = Read().Before!;
        Assert.Null(snapshot.Eee);
        Assert.NotNull(snapshot.Pause);
        Assert.NotNull(snapshot.Statistics);
        Assert.Single(snapshot.Errors);
    }

    [Fact]
    public void Snapshot_DriverHasNothing_IsNoError()
    {
        _ethtool.Eee = _ => null;
        _ethtool.Statistics = _ => null;

        Begin();

        Assert.Empty(Read().Before!.Errors);
        Assert.Null(Read().Before!.Statistics);
    }

    [Fact]
    public void Snapshot_DeviceIsGone_SaysSo()
    {
        Begin();
        Directory.Delete(Path.Combine(_sysfs.Root, "class/net/eno1"));

        _recorder.AddRemediation(_id, Outcome("r1", RemediationVerdict.DeviceGone));

        Assert.Equal(["eno1 is no longer at 0000:00:1f.6"], Read().Remediations[0].After!.Errors);
    }

    [Fact]
    public void Snapshot_DeviceIsRenamedAndAnotherHasItsName_IsOfTheDevice()
    {
        Begin();
        Directory.Delete(Path.Combine(_sysfs.Root, "class/net/eno1"));
        AddNic("nic0");
        AddNic("eno1", "pci0000:00/0000:05:00.0");
        _sysfs.Write("nic0", "operstate", "dormant\n");
        var asked = new List<InterfaceName>();
        _ethtool.Link = device =>
        {
            asked.Add(device);
            return true;
        };

        _recorder.End(_id, Summary(), []);

        Assert.Equal(("nic0", "dormant"), (Read().AtEnd!.Device, Read().AtEnd!.Operstate));
        Assert.Equal([Name("nic0")], asked);
    }

    [Fact]
    public void Snapshot_OfARealDevice_HasWhatItsDriverTells()
    {
        using var socket = new EthtoolSocket();
        var recorder = new EpisodeRecorder(new ExporterOptions { Paths = new() { StateDirectory = State } }, socket,
            new NetClass("/sys"), _clock, LoggerFactory.Create(_ => { }).CreateLogger<EpisodeRecorder>());

        recorder.Begin(_id, Name("lo"), default, "", _clock.GetUtcNow(), null, []);

        var snapshot = Read().Before!;
        Assert.Empty(snapshot.Errors);
        Assert.StartsWith("on", snapshot.Features!["loopback"], StringComparison.Ordinal);
        Assert.Contains("tx_packets", snapshot.Counters!.Keys);
        Assert.Equal("unknown", snapshot.Operstate);
        Assert.Null(snapshot.Rings);
    }
}
