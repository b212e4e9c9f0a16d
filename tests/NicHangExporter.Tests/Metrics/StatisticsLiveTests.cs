using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Metrics;
using NicHangExporter.Options;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Tests.Metrics;

/// <summary>The counters of the live kernel: from net/dev they are those of sysfs.</summary>
public sealed class StatisticsLiveTests : IDisposable
{
    private readonly NetworkNamespace _network = new();
    private readonly NamespaceSysfs _mounts;
    private readonly TemporaryDirectory _procfs = new();
    private readonly List<WatchedDevice> _devices = [];
    private readonly NetDevSource _source;
    private readonly StatisticsCollector _fast;
    private readonly StatisticsCollector _slow;

    public StatisticsLiveTests()
    {
        _mounts = new NamespaceSysfs(_network);
        Directory.CreateSymbolicLink(_procfs.File("net"), Path.GetDirectoryName(_mounts.NetDev)!);
        _source = Source(_procfs.Path);
        (_fast, _slow) = (Collector(_source), Collector(Source(_procfs.File("nothing"))));
        // Nothing sends by itself.
        _network.Execute("sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6").Succeeded();
    }

    public void Dispose()
    {
        _devices.ForEach(device => device.Dispose());
        _fast.Dispose();
        _slow.Dispose();
        _mounts.Dispose();
        _network.Dispose();
        _procfs.Dispose();
    }

    [Fact]
    public void Samples_OfAVethWithTraffic_AreThoseOfSysfsAlone()
    {
        Up("veth0", "veth1");
        _network.Execute("ip", "address", "add", "192.0.2.1/24", "dev", "veth0").Succeeded();
        _network.Execute("ip", "neighbour", "add", "192.0.2.2", "lladdr", "02:00:00:00:00:02", "dev", "veth0")
            .Succeeded();
        Watch("lo", "veth0", "veth1");
        AssertAgree();
        for (var round = 0; round < 5; round++)
        {
            _network.Send("192.0.2.2");
            AssertAgree();
            Assert.NotNull(_source.Choose());
        }
        _network.Execute("ip", "link", "set", "veth0", "down").Succeeded();
        AssertAgree();
        Assert.InRange(Value("veth1", "rx_packets"), 5UL, ulong.MaxValue);
    }

    private void Up(params string[] devices)
    {
        foreach (var device in devices)
            _network.Execute("ip", "link", "set", device, "up").Succeeded();
    }

    private void Watch(params string[] names)
    {
        foreach (var text in names)
        {
            Assert.True(InterfaceName.TryParse(text, out var name));
            _devices.Add(new WatchedDevice(new NetClass(_mounts.Root).Open(name)!));
        }
    }

    private void AssertAgree() => Assert.Equal(Scrape(_slow), Scrape(_fast));

    private ulong Value(string device, string counter)
    {
        var series = $"\nnichang_device_{counter}_total{{device=\"{device}\"}} ";
        var text = Scrape(_fast);
        var start = text.IndexOf(series, StringComparison.Ordinal) + series.Length;
        return ulong.Parse(text[start..text.IndexOf('\n', start)], System.Globalization.CultureInfo.InvariantCulture);
    }

    private NetDevSource Source(string procfs) => new(
        new ExporterOptions { Paths = new() { Sysfs = _mounts.Root, Procfs = procfs } }, new NetClass(_mounts.Root),
        TimeProvider.System, NullLogger<NetDevSource>.Instance);

    private static StatisticsCollector Collector(NetDevSource source) => new(
        new ExporterOptions(), source, new CollectorHealth(NullLogger<CollectorHealth>.Instance),
        TimeProvider.System);

    private string Scrape(StatisticsCollector collector)
    {
        var body = new ExpositionBody();
        var outcomes = new List<CollectorOutcome>();
        collector.Write(
            new ExpositionWriter(body),
            new OpenDevices(_devices, _devices, dropped: 0, failed: false, version: 0, ownsDevices: false), outcomes);
        Assert.True(Assert.Single(outcomes).Success);
        return Encoding.UTF8.GetString([.. body.Pieces.SelectMany(piece => piece.ToArray())]);
    }
}
