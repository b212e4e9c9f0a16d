using System.Text.RegularExpressions;
using NicHangExporter.Hosting;
using NicHangExporter.Linux.Ethtool;
using NicHangExporter.Options;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Tests.Metrics;

/// <summary>
/// The full exposition of a host with an e1000e that hangs, a virtio_net and an interface with a hostile name, as text.
/// After a wanted change, UPDATE_GOLDEN=1 writes the file again; read its difference before committing it.
/// </summary>
public sealed partial class GoldenExpositionTests : IDisposable
{
    private readonly FixtureHost _host = new(options => options with
    {
        Collectors = options.Collectors.With(Collector.Virtual, Collector.Eee, Collector.Pause, Collector.Rings),
        Ethtool = options.Ethtool with { PermanentAddress = true, Statistics = ["tx_queue_*"] },
    });

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Exposition_OfAHangingHost_IsTheGoldenFile()
    {
        var text = await HangingHostAsync();

        var golden = Path.Combine(Repository.Root, "tests/NicHangExporter.Tests/golden/exposition.prom");
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
            await File.WriteAllTextAsync(golden, text, TestContext.Current.CancellationToken);
        Assert.Equal(await File.ReadAllTextAsync(golden, TestContext.Current.CancellationToken), text);
    }

    [Fact]
    public async Task Exposition_OfAHangingHost_SatisfiesPromtool()
    {
        Requires.Program("promtool");

        Assert.Equal(
            new Execution(0, "", ""), Execution.OfInput(await HangingHostAsync(), "promtool", "check", "metrics"));
    }

    [Fact]
    public async Task Exposition_OfAHangingHost_HasEachFamilyAndEachSeriesOnce()
    {
        var lines = (await HangingHostAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Distinct(
            lines.Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal))
                .Select(line => line.Split(' ')[2]));
        Assert.Distinct(lines.Where(line => line[0] != '#').Select(line => line[..line.LastIndexOf(' ')]));
    }

    [Fact]
    public async Task Exposition_VanishedDevice_HasNoKernelSeries()
    {
        _host.AddNic();
        Prepare();
        Directory.Delete(Path.Combine(_host.Sysfs.Root, "class/net/eno1"));

        Assert.DoesNotMatch("^nichang_(device|link|feature|ring|queue)_.*eno1", await _host.ScrapeAsync());
    }

    [Fact]
    public async Task Exposition_MissingAttribute_IsLeftOutAndNoFailure()
    {
        _host.AddNic();
        File.Delete(Path.Combine(_host.Sysfs.Root, "class/net/eno1/statistics/rx_nohandler"));
        _host.Start();

        Assert.Null(await _host.ValueAsync("nichang_device_rx_nohandler_total{device=\"eno1\"}"));
        Assert.Equal(0, await _host.ValueAsync("nichang_device_rx_packets_total{device=\"eno1\"}"));
        Assert.Equal(1, await _host.ValueAsync("nichang_collector_success{collector=\"statistics\"}"));
    }

    [Fact]
    public async Task Exposition_UnreadableAttribute_FailsTheCollectorAndIsLoggedOnce()
    {
        _host.AddNic();
        File.Delete(Path.Combine(_host.Sysfs.Root, "class/net/eno1/statistics/rx_bytes"));
        Directory.CreateDirectory(Path.Combine(_host.Sysfs.Root, "class/net/eno1/statistics/rx_bytes"));
        _host.Start();

        for (var scrape = 0; scrape < 3; scrape++)
            Assert.Equal(0, await _host.ValueAsync("nichang_collector_success{collector=\"statistics\"}"));
        Assert.Equal(0, await _host.ValueAsync("nichang_device_rx_packets_total{device=\"eno1\"}"));
        Assert.Equal(1, _host.Log.Count(EventIds.CollectorFailed));
    }

    [Fact]
    public async Task Exposition_NoSysfs_StillAnswers()
    {
        _host.Start();
        Directory.Delete(Path.Combine(_host.Sysfs.Root, "class/net"), recursive: true);

        Assert.Equal(0, await _host.ValueAsync("nichang_collector_success{collector=\"statistics\"}"));
        Assert.Equal(0, await _host.ValueAsync("nichang_devices"));
    }

    [Fact]
    public async Task Exposition_WhileRtnlIsHeld_AnswersFromTheLastSnapshotAndShowsItsAge()
    {
        _host.AddNic();
        Prepare();
        _host.Ethtool.Rtnl.Reset();
        _host.Ethtool.Entered.Reset();
        var poll = Task.Run(() => _host.Poller.Poll(), TestContext.Current.CancellationToken);
        _host.Ethtool.Entered.Wait(TestContext.Current.CancellationToken);
        _host.Clock.Advance(TimeSpan.FromSeconds(10));

        // The fake blocks until this test releases it, so an answer proves that no thread waited for it.
        Assert.Equal(10, await _host.ValueAsync("nichang_ethtool_snapshot_age_seconds"));
        Assert.Equal(10, await _host.ValueAsync("nichang_ethtool_poll_wait_seconds"));
        Assert.Equal(1, await _host.ValueAsync("nichang_link_carrier{device=\"eno1\"}"));
        Assert.Equal(0, await _host.ValueAsync("nichang_device_rx_packets_total{device=\"eno1\"}"));
        Assert.False(poll.IsCompleted);

        _host.Ethtool.Rtnl.Set();
        await poll;
        Assert.Equal(0, await _host.ValueAsync("nichang_ethtool_poll_wait_seconds"));
    }

    [Fact]
    public async Task Exposition_RtnlHeldSinceTheStart_AnswersWithoutASnapshot()
    {
        _host.AddNic();
        _host.Ethtool.Rtnl.Reset();
        var poll = Task.Run(() => _host.Poller.Poll(), TestContext.Current.CancellationToken);
        _host.Ethtool.Entered.Wait(TestContext.Current.CancellationToken);

        Assert.Equal(0, await _host.ValueAsync("nichang_device_rx_packets_total{device=\"eno1\"}"));
        Assert.Equal(0, await _host.ValueAsync("nichang_collector_success{collector=\"features\"}"));
        Assert.Null(await _host.ValueAsync("nichang_ethtool_snapshot_age_seconds"));
        _host.Ethtool.Rtnl.Set();
        await poll;
    }

    [Fact]
    public async Task Collectors_SwitchedOff_LeaveNoTrace()
    {
        _host.AddNic();
        Prepare();
        foreach (var (collector, prefix) in new[]
        {
                (Collector.Statistics, "nichang_device_rx"),
                (Collector.Queues, "nichang_queue_"),
                (Collector.Features, "nichang_feature_"),
                (Collector.Eee, "nichang_eee_"),
                (Collector.Pause, "nichang_pause_"),
                (Collector.Rings, "nichang_ring_"),
                (Collector.Ethtool, "nichang_ethtool_statistic"),
                (Collector.Info, "nichang_device_info"),
            (Collector.Process, "process_"),
        })
        {
            Assert.Contains("\n" + prefix, await _host.ScrapeAsync(), StringComparison.Ordinal);
            using var other = new FixtureHost(
                options =>
                    options with
                    {
                        Collectors = options
                            .Collectors.With(Collector.Eee, Collector.Pause, Collector.Rings)
                            .Without(collector),
                    },
                _host);
            other.Poller.Poll();
            Assert.DoesNotContain("\n" + prefix, await other.ScrapeAsync(), StringComparison.Ordinal);
            Assert.DoesNotContain(
                $"collector=\"{collector.Name}\"", await other.ScrapeAsync(), StringComparison.Ordinal);
        }
    }

    private async Task<string> HangingHostAsync()
    {
        _host.AddNic();
        _host.AddNic("ens18", "pci0000:00/0000:00:12.0/virtio1", "virtio_net");
        _host.Sysfs.Add("a\"b\\\x01$"u8);
        foreach (var file in new[] { "ifindex", "mtu" })
            File.WriteAllText(Path.Combine(_host.Sysfs.Root, "class/net/a\"b\\\x01$", file), "65536\n");
        _host.Sysfs.Write("eno1", "statistics/tx_packets", "18446744073709551615\n");
        Prepare();
        _host.Print(1, @"e1000e 0000:00:1f.6 eno1: Detected Hardware Unit Hang:\x0a  TDH                  <14>");
        _host.Pass(2);
        _host.Print(2, @"e1000e 0000:00:1f.6 eno1: Detected Hardware Unit Hang:\x0a  TDH                  <14>");
        // Values that differ between runs or builds are not compared.
        return Build()
            .Replace(Process().Replace(await _host.ScrapeAsync(), "$1 1"), "$1{version=\"1.2.3\",revision=\"4567\"} 1");
    }

    private void Prepare()
    {
        _host.Ethtool.Driver = device =>
            device.Is("eno1"u8) ? new DriverInfo("e1000e", "6.12.0", "0.8-4", "0000:00:1f.6") : null;
        _host.Ethtool.Features = device => device.Is("eno1"u8)
                ? new DeviceFeatures([
                    new("tx-checksum-ip-generic", true, true, true, false),
                    new("tx-tcp-segmentation", true, true, false, false),
                    new("vlan-challenged", false, false, false, true),
                ])
            : null;
        _host.Ethtool.Link = _ => true;
        _host.Ethtool.Settings = device =>
            device.Is("eno1"u8)
                ? new LinkSettings(1000, Duplex.Full, true)
                : new LinkSettings(null, Duplex.Unknown, false);
        _host.Ethtool.Eee = device =>
            device.Is("eno1"u8) ? new EnergyEfficientEthernet(false, false, true, 17, 0x28, 0x28) : null;
        _host.Ethtool.Pause = device => device.Is("eno1"u8) ? new PauseParameters(true, true, false) : null;
        _host.Ethtool.Rings = device => device.Is("eno1"u8) ? new RingParameters(256, 4096, 256, 4096) : null;
        _host.Ethtool.Address = device => device.Is("eno1"u8) ? [0xa0, 0x36, 0x9f, 0, 1, 2] : null;
        _host.Ethtool.Statistics = device => device.Is("eno1"u8)
                ?
                [
                    new Statistic("rx_packets", 1),
                    new Statistic("tx_timeout_count", 2),
                    new Statistic("tx_queue_0_packets", 3),
                    new Statistic("tx_timeout_count", 4),
                ]
            : null;
        _host.Poller.Poll();
        _host.Start();
    }

    [GeneratedRegex("^(process_[a-z_]+) .*$", RegexOptions.Multiline)]
    private static partial Regex Process();

    [GeneratedRegex("^(nichang_exporter_build_info){.*$", RegexOptions.Multiline)]
    private static partial Regex Build();
}
