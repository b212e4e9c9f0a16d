using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using NicHangExporter.Hosting;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Ethtool;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Options;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Evidence;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.State;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Tests.Remediation;

public sealed class EpisodeRecorderTests : IDisposable
{
    private static readonly InterfaceName Eno1 = Name("eno1");
    private static readonly BusAddress Bus = BusAddress.TryParse("0000:00:1f.6", out var bus) ? bus : default;

    private readonly TemporaryDirectory _directory = new();
    private readonly SysfsTree _sysfs = new();
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 23, 14, 30, 0, TimeSpan.Zero));
    private readonly FakeEthtool _ethtool = new();
    private readonly RecordingLogger _log = new();
    private EpisodeRecorder _recorder;
    private readonly string _id;
    private ulong _tail = 1;

    public EpisodeRecorderTests()
    {
        _recorder = Recorder(State);
        _id = EpisodeId.New(_clock.GetUtcNow(), Eno1);
        AddNic("eno1");
        _ethtool.Driver = _ => new DriverInfo("e1000e", "6.17.2", "0.8-4", "0000:00:1f.6");
        _ethtool.Features = _ => new DeviceFeatures(
        [
            new Feature("tx-tcp-segmentation", Available: true, Requested: true, Active: true, NeverChanged: false),
            new Feature("tx-lockless", Available: false, Requested: false, Active: false, NeverChanged: false),
            new Feature("tx-gso-robust", Available: true, Requested: false, Active: true, NeverChanged: true),
            new Feature("rx-hashing", Available: true, Requested: true, Active: false, NeverChanged: false),
        ]);
        _ethtool.Statistics = _ => [new("tx_packets", 100), new("rx_flow_control_xoff", 7), new("queue", _tail),
            new("queue", 2)];
        _ethtool.Link = _ => true;
        _ethtool.Settings = _ => new LinkSettings(1000, Duplex.Full, true);
        _ethtool.Eee = _ => new EnergyEfficientEthernet(false, false, false, 0, 0x28, 0x28);
        _ethtool.Pause = _ => new PauseParameters(true, true, false);
        _ethtool.Rings = _ => new RingParameters(256, 4096, 256, 4096);
    }

    private string State => _directory.File("state");

    public void Dispose()
    {
        _ethtool.Rtnl.Set();
        _sysfs.Dispose();
        _directory.Dispose();
    }

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
    public void Episode_WithTwoRemediations_TellsWhatChangedAndHowItEnded()
    {
        Begin("TDH=14", "[1.0] hang");
        _tail = 5;
        _clock.Advance(TimeSpan.FromSeconds(30));
        _recorder.AddRemediation(_id, Outcome("r1", RemediationVerdict.NotHealed));
        _recorder.AddRemediation(_id, Outcome("r2", RemediationVerdict.Healed));
        var summary = new EpisodeSummary(_id, _clock.GetUtcNow(), _clock.GetUtcNow(), "wedge", 12.5, 3);
        _recorder.End(_id, summary, ["[1.0] hang", "[2.0] up"]);

        var bundle = Read();
        Assert.Equal([("r1", RemediationVerdict.NotHealed), ("r2", RemediationVerdict.Healed)],
            bundle.Remediations.Select(remediation => (remediation.Id, remediation.Verdict)));
        Assert.Equal([KeyValuePair.Create("queue", 5ul)], bundle.Remediations[0].After!.Statistics!);
        Assert.Equal(["tso off", "reinit"], bundle.Remediations[0].Steps);
        Assert.Equal(3, bundle.Remediations[0].Evidence!.HangReports);
        Assert.Equal(4, bundle.Before!.Statistics!.Count);
        Assert.Equal(summary, bundle.Summary);
        Assert.Equal(["[1.0] hang", "[2.0] up"], bundle.KernelLines);
        Assert.Equal(_clock.GetUtcNow(), bundle.AtEnd!.Time);
        var text = File.ReadAllText(Files().Single());
        Assert.Contains("\"verdict\": \"not_healed\"", text, StringComparison.Ordinal);
        Assert.Contains("\"duplex\": \"full\"", text, StringComparison.Ordinal);
        Assert.Contains("\"start\": \"2026-11-23T14:30:00+00:00\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public void AddRemediation_SameOneTwice_KeepsTheLaterWord()
    {
        Begin();
        _recorder.AddRemediation(_id, Outcome("r1", RemediationVerdict.Failed));
        _recorder.AddRemediation(_id, Outcome("r1", RemediationVerdict.Healed));

        Assert.Equal(RemediationVerdict.Healed, Assert.Single(Read().Remediations).Verdict);
    }

    [Fact]
    public void AddRemediation_EndlessWedge_KeepsTheFirstAndTheLast()
    {
        Begin();
        for (var i = 1; i <= 100; i++)
            _recorder.AddRemediation(_id, Outcome($"r{i}", RemediationVerdict.NotHealed));

        var ids = Read().Remediations.Select(remediation => remediation.Id).ToList();
        Assert.Equal(24, ids.Count);
        Assert.Equal(["r1", "r78", "r79"], ids[..3]);
        Assert.Equal("r100", ids[^1]);
    }

    [Fact]
    public void Begin_AgainAfterARestart_GoesOnWithTheBundle()
    {
        Begin("TDH=14", "[1.0] hang");
        _recorder.AddRemediation(_id, Outcome("r1", RemediationVerdict.Unverified));

        Begin(null, "[9.0] hang");

        var bundle = Read();
        Assert.Equal("TDH=14", bundle.Report);
        Assert.Equal(["[1.0] hang", "[9.0] hang"], bundle.KernelLines);
        Assert.Single(bundle.Remediations);
    }

    [Fact]
    public void KernelLines_OfALongEpisode_KeepItsBeginningAndItsEnd()
    {
        Begin(null, [.. Enumerable.Range(0, 20).Select(i => $"[{i}] a")]);
        Begin(null, [.. Enumerable.Range(0, 20).Select(i => $"[{i}] b")]);
        _recorder.End(_id, Summary(), [.. Enumerable.Range(0, 20).Select(i => $"[{i}] c")]);

        var lines = Read().KernelLines;
        Assert.Equal(40, lines.Count);
        Assert.Equal(("[0] a", "[19] c"), (lines[0], lines[^1]));
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

    [Fact]
    public void Unknown_Episode_IsPassedOver()
    {
        _recorder.AddRemediation(_id, Outcome("r1", RemediationVerdict.Healed));
        _recorder.End(_id, Summary(), []);
        _recorder.End("../../etc/passwd", Summary(), []);
        _recorder.Begin("../../etc/passwd", Eno1, Bus, "e1000e", _clock.GetUtcNow(), null, []);

        Assert.False(Directory.Exists(State));
        Assert.False(_ethtool.Entered.IsSet);
    }

    [Fact]
    public void NoStateDirectory_NothingIsReadOrWritten()
    {
        _recorder = Recorder(null);

        Begin();
        _recorder.AddRemediation(_id, Outcome("r1", RemediationVerdict.Healed));
        _recorder.End(_id, Summary(), []);

        Assert.False(_ethtool.Entered.IsSet);
        Assert.Empty(_log.Entries);
    }

    [Fact]
    public void Disk_Full_IsSaidOnceAndNothingIsThrown()
    {
        using var mounts = new Mounts();
        mounts.AddMemory(State);
        Directory.CreateDirectory(Path.Combine(State, "episodes"));
        Mounts.Fill(Path.Combine(State, "filler"));

        for (var second = 0; second < 3; second++)
            _recorder.Begin(EpisodeId.New(_clock.GetUtcNow().AddSeconds(second), Eno1), Eno1, Bus, "e1000e",
                _clock.GetUtcNow(), null, []);

        Assert.Empty(Files());
        Assert.Equal(1, _log.Count(EventIds.BundleUnwritable));
        Assert.Contains(_log.Entries, entry => entry.Message.Contains("No space left", StringComparison.Ordinal));
    }

    [Fact]
    public void Unfinished_ThatIsALink_IsNotFollowed()
    {
        Directory.CreateDirectory(Path.Combine(State, "episodes"));
        var victim = Path.Combine(State, "victim");
        File.WriteAllText(victim, "precious");
        File.CreateSymbolicLink(Path.Combine(State, "episodes", _id + ".json.new"), victim);
        Begin();
        Assert.NotNull(Read());
        Assert.Equal("precious", File.ReadAllText(victim));
    }

    [Fact]
    public void Directory_ThatIsAFile_IsSaidOnceUntilItWorksAgain()
    {
        Directory.CreateDirectory(State);
        File.WriteAllText(Path.Combine(State, "episodes"), "");
        Begin();
        Begin();
        Assert.Equal(1, _log.Count(EventIds.BundleUnwritable));

        File.Delete(Path.Combine(State, "episodes"));
        Begin();
        Assert.NotNull(Read());
        Directory.Delete(Path.Combine(State, "episodes"), recursive: true);
        File.WriteAllText(Path.Combine(State, "episodes"), "");
        Begin();

        Assert.Equal(2, _log.Count(EventIds.BundleUnwritable));
    }

    [Fact]
    public void Bundles_AreForTheirOwnerAlone()
    {
        Begin();

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Files().Single()));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            File.GetUnixFileMode(Path.Combine(State, "episodes")));
    }

    private void Begin(string? report = null, params IReadOnlyList<string> kernelLines) =>
        _recorder.Begin(_id, Eno1, Bus, "e1000e", _clock.GetUtcNow(), report, kernelLines);

    private EpisodeBundle Read() => EpisodeFiles.Read(State, _id) ?? throw new InvalidOperationException("no bundle");

    private string[] Files() => Directory.GetFiles(Path.Combine(State, "episodes"));

    private EpisodeSummary Summary() => new(_id, _clock.GetUtcNow(), _clock.GetUtcNow(), "wedge", 1, 2);

    private static RemediationOutcome Outcome(string id, RemediationVerdict verdict) => new(id, "eno1", verdict,
        "It was tried.")
    {
        Steps = ["tso off", "reinit"],
        Profile = "segmentation",
        RecoveryAction = "reinit",
        Evidence = new RemediationEvidence(30, HangReports: 3),
    };

    private EpisodeRecorder Recorder(string? state) => new(
        new ExporterOptions { Paths = new() { StateDirectory = state } }, _ethtool, new NetClass(_sysfs.Root), _clock,
        LoggerFactory.Create(builder => builder.AddProvider(_log)).CreateLogger<EpisodeRecorder>());

    private void AddNic(string name, string parent = "pci0000:00/0000:00:1f.6")
    {
        _sysfs.Add(Encoding.UTF8.GetBytes(name), parent, "pci", "e1000e");
        foreach (var counter in new[] { "tx_packets", "tx_bytes", "tx_errors", "tx_dropped", "tx_carrier_errors",
            "tx_aborted_errors", "tx_fifo_errors",
            "rx_packets", "rx_bytes", "rx_errors", "rx_dropped", "rx_missed_errors" })
            _sysfs.Write(name, $"statistics/{counter}", "0\n");
        _sysfs.Write(name, "carrier_changes", "2\n");
        _sysfs.Write(name, "operstate", "up\n");
        _sysfs.Write(name, "queues/tx-0/tx_timeout", "0\n");
    }

    private void Stack(string upper, params string[] lowers)
    {
        _sysfs.Add(Encoding.UTF8.GetBytes(upper));
        foreach (var lower in lowers)
        {
            _sysfs.Write(lower, $"upper_{upper}", "");
            _sysfs.Write(upper, $"lower_{lower}", "");
        }
    }

    private static InterfaceName Name(string text) =>
        InterfaceName.TryParse(text, out var name) ? name : throw new ArgumentException(text);
}
