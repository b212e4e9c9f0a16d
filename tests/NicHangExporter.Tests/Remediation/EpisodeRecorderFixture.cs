using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Ethtool;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Options;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Evidence;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Tests.Remediation;

/// <summary>A recorder of episodes, over a directory for sysfs, a fake ethtool and a fake clock.</summary>
public abstract class EpisodeRecorderFixture : IDisposable
{
    private protected static readonly InterfaceName Eno1 = Name("eno1");
    private protected static readonly BusAddress Bus = BusAddress.TryParse("0000:00:1f.6", out var bus) ? bus : default;

    private protected readonly TemporaryDirectory _directory = new();
    private protected readonly SysfsTree _sysfs = new();
    private protected readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 23, 14, 30, 0, TimeSpan.Zero));
    private protected readonly FakeEthtool _ethtool = new();
    private protected readonly RecordingLogger _log = new();
    private protected EpisodeRecorder _recorder;
    private protected readonly string _id;
    private protected ulong _tail = 1;

    private protected EpisodeRecorderFixture()
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

    private protected string State => _directory.File("state");

    public void Dispose()
    {
        _ethtool.Rtnl.Set();
        _sysfs.Dispose();
        _directory.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected void Begin(string? report = null, params IReadOnlyList<string> kernelLines) =>
        _recorder.Begin(_id, Eno1, Bus, "e1000e", _clock.GetUtcNow(), report, kernelLines);

    private protected EpisodeBundle Read() =>
        EpisodeFiles.Read(State, _id) ?? throw new InvalidOperationException("no bundle");

    private protected string[] Files() => Directory.GetFiles(Path.Combine(State, "episodes"));

    private protected EpisodeSummary Summary() => new(_id, _clock.GetUtcNow(), _clock.GetUtcNow(), "wedge", 1, 2);

    private protected static RemediationOutcome Outcome(string id, RemediationVerdict verdict) =>
        new(id, "eno1", verdict, "It was tried.")
        {
            Steps = ["tso off", "reinit"],
            Profile = "segmentation",
            RecoveryAction = "reinit",
            Evidence = new RemediationEvidence(30, HangReports: 3),
        };

    private protected EpisodeRecorder Recorder(string? state) => new(
        new ExporterOptions { Paths = new() { StateDirectory = state } }, _ethtool, new NetClass(_sysfs.Root), _clock,
        LoggerFactory.Create(builder => builder.AddProvider(_log)).CreateLogger<EpisodeRecorder>());

    private protected void AddNic(string name, string parent = "pci0000:00/0000:00:1f.6")
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

    private protected void Stack(string upper, params string[] lowers)
    {
        _sysfs.Add(Encoding.UTF8.GetBytes(upper));
        foreach (var lower in lowers)
        {
            _sysfs.Write(lower, $"upper_{upper}", "");
            _sysfs.Write(upper, $"lower_{lower}", "");
        }
    }

    private protected static InterfaceName Name(string text) =>
        InterfaceName.TryParse(text, out var name) ? name : throw new ArgumentException(text);
}
