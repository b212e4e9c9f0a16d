using NicHangExporter.Linux;
using NicHangExporter.Linux.Ethtool;
using NicHangExporter.Metrics;
using NicHangExporter.Options;

namespace NicHangExporter.Tests.Metrics;

/// <summary>
/// A virtual function is watched like any other device, and has series once it has something to tell: a host may have
/// hundreds of them.
/// </summary>
public sealed class VirtualFunctionTests : IDisposable
{
    private const string Watchdog = "NETDEV WATCHDOG: enp59s0f0v0 (ixgbevf): transmit queue 0 timed out";

    private readonly FixtureHost _host = new();

    public VirtualFunctionTests()
    {
        _host.AddNic("enp59s0f0", "pci0000:3a/0000:3b:00.0", "ixgbe");
        for (var number = 0; number < 128; number++)
            AddFunction(number);
        _host.Ethtool.Driver = _ => new DriverInfo("ixgbe", "6.12.0", "", "0000:3b:00.0");
    }

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task ManyFunctions_ByDefault_HaveNoSeriesAndAreWatched()
    {
        Open();

        var text = await _host.ScrapeAsync();

        Assert.DoesNotContain("enp59s0f0v", text, StringComparison.Ordinal);
        Assert.Contains("nichang_device_info{device=\"enp59s0f0\"", text, StringComparison.Ordinal);
        Assert.Contains("nichang_hang_active{device=\"enp59s0f0\"} 0", text, StringComparison.Ordinal);
        Assert.Equal(129, await _host.ValueAsync("nichang_devices"));
    }

    [Fact]
    public async Task Function_ThatHangs_HasSeriesOfEveryFamilyFromThenOn()
    {
        Open();
        _host.Print(1, Watchdog, dictionary: "");
        _host.Pass(2);
        _host.Print(2, Watchdog, dictionary: "");
        _host.Live(6);
        _host.Poller.Poll();

        Assert.Equal(1, await _host.ValueAsync("nichang_hang_active{device=\"enp59s0f0v0\"}"));
        Assert.Equal(
            2,
            await _host.ValueAsync(
                "nichang_hang_events_total{device=\"enp59s0f0v0\",source=\"watchdog\",origin=\"live\"}"));
        Assert.Equal(
            0, await _host.ValueAsync("nichang_hang_events_unattributed_total{driver=\"other\",origin=\"live\"}") ?? 0);
        var text = await _host.ScrapeAsync();
        foreach (var family in new[]
            {
                "nichang_device_info", "nichang_device_tx_packets_total", "nichang_link_operstate",
                "nichang_queue_tx_timeouts_total", "nichang_remediation_quarantined",
            })
            Assert.Contains($"\n{family}{{device=\"enp59s0f0v0\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("enp59s0f0v1\"", text, StringComparison.Ordinal);

        _host.Pass(120);
        Assert.Equal(0, await _host.ValueAsync("nichang_hang_active{device=\"enp59s0f0v0\"}"));
    }

    [Fact]
    public async Task Functions_WithTheSwitch_HaveTheirSeriesAtZeroFromTheStart()
    {
        _host.Configure(options => options with { Collectors = options.Collectors.With(Collector.Vf) });
        Open();

        Assert.Equal(0, await _host.ValueAsync("nichang_hang_active{device=\"enp59s0f0v127\"}"));
        Assert.Equal(
            0,
            await _host.ValueAsync(
                "nichang_hang_events_total{device=\"enp59s0f0v127\",source=\"watchdog\",origin=\"live\"}"));
        Assert.NotNull(await _host.ValueAsync("nichang_remediation_quarantined{device=\"enp59s0f0v127\"}"));
    }

    [Fact]
    public async Task Functions_BeyondTheLimit_GiveWayToPhysicalFunctions()
    {
        _host.AddNic("zz9", "pci0000:3a/0000:3c:00.0", "ixgbe");
        _host.Configure(options => options with { Detection = options.Detection with { MaxDevices = 2 } });
        Open();

        Assert.Equal(0, await _host.ValueAsync("nichang_hang_active{device=\"zz9\"}"));
        Assert.Equal(128, await _host.ValueAsync("nichang_devices_dropped"));
    }

    [Fact]
    public void Poll_OfHiddenFunctions_AsksForTheirPauseFramesAlone()
    {
        _host.Configure(options =>
            options with
            {
                Collectors = options.Collectors.With(Collector.Eee, Collector.Pause, Collector.Rings),
            });
        var asked = new List<string>();
        _host.Ethtool.Features = device => Note(device, (DeviceFeatures?)null);
        _host.Ethtool.Statistics = device => Note<IReadOnlyList<Statistic>?>(device, [new Statistic("rx_pause", 3)]);

        _host.Poller.Poll();

        Assert.Equal(1, asked.Count(name => name == "enp59s0f0v5"));
        Assert.Equal(2, asked.Count(name => name == "enp59s0f0"));
        Assert.Equal(
            3UL,
            _host
                .Poller.Current!.Devices.Single(device => device.Device.ToString() == "enp59s0f0v5")
                .PauseFramesReceived);

        T Note<T>(InterfaceName device, T answer)
        {
            asked.Add(device.ToString());
            return answer;
        }
    }

    [Fact]
    public void Function_ShownSinceTheLastPoll_HasItsSettingsReadByThePollOfStatistics()
    {
        _host.Poller.Poll();
        var function = _host.Poller.Current!.Devices.Single(device => device.Device.ToString() == "enp59s0f0v5");
        Assert.Null(function.Driver);

        _host.Inventory.Show(function.Bus);
        _host.Poller.Poll(PollScope.Statistics);

        Assert.NotNull(_host.Poller.Current!.Find(function.Device, function.Bus)!.Driver);
    }

    private void Open()
    {
        _host.Open();
        _host.Poller.Poll();
        _host.Start();
    }

    private void AddFunction(int number)
    {
        var name = $"enp59s0f0v{number}";
        _host.AddNic(name, $"pci0000:3a/0000:3b:{2 + number / 8:x2}.{number % 8}", "ixgbevf");
        _host.MakeVirtualFunction(name);
    }
}
