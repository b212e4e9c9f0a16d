using NicHangExporter.Hosting;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Ethtool;
using NicHangExporter.Metrics;
using NicHangExporter.Options;

namespace NicHangExporter.Tests.Metrics;

public sealed class EthtoolPollerTests : IDisposable
{
    private readonly FixtureHost _host = new();

    public EthtoolPollerTests() => _host.AddNic();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Snapshot_OfHardwareWhoseNameAnotherDeviceBearsNow_IsNotShownAsItsOwn()
    {
        _host.Ethtool.Driver = _ => new DriverInfo("e1000e", "6.12", "0.13-4", "0000:00:1f.6");
        _host.Poller.Poll();
        Assert.Contains("firmware_version=\"0.13-4\"", await _host.ScrapeAsync(), StringComparison.Ordinal);

        Directory.Delete(Path.Combine(_host.Sysfs.Root, "class/net/eno1"));
        _host.AddNic(parent: "pci0000:00/0000:05:00.0");

        Assert.DoesNotContain("firmware_version=\"0.13-4\"", await _host.ScrapeAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public void Statistics_AreReadWithoutTheSettings_ExceptOfANewDevice()
    {
        var (settings, statistics) = (new List<string>(), new List<string>());
        _host.Ethtool.Features = device =>
        {
            settings.Add(device.ToString());
            return null;
        };
        _host.Ethtool.Statistics = device =>
        {
            statistics.Add(device.ToString());
            return [];
        };
        _host.Poller.Poll();
        var read = _host.Poller.Current!.Timestamp;
        _host.Clock.Advance(TimeSpan.FromSeconds(15));
        _host.Poller.Poll(PollScope.Statistics);
        Assert.Equal(["eno1"], settings);
        Assert.Equal(["eno1", "eno1"], statistics);
        Assert.Equal(read, _host.Poller.Current!.Timestamp);
        Assert.True(_host.Poller.Current.StatisticsTimestamp > read);

        _host.AddNic("eno2", "pci0000:00/0000:00:1f.7");
        _host.Poller.Poll(PollScope.Statistics);
        Assert.Equal(["eno1", "eno2"], settings);
    }

    [Fact]
    public async Task DeviceThatAlwaysFails_MakesNoOtherReadOfSettings_AndItsFailureStays()
    {
        _host.AddNic("eno2", "pci0000:00/0000:00:1f.7");
        var settings = new List<string>();
        _host.Configure(options => options with { Collectors = options.Collectors.With(Collector.Ethtool) });
        _host.Ethtool.Driver = device => Note(device, device.Is("eno2"u8));
        _host.Ethtool.Statistics = device => device.Is("eno1"u8)
            ? throw new LinuxException("ETHTOOL_GSTATS", device.ToString(), Errno.IO) : [];
        _host.Poller.Poll();
        _host.Poller.Poll(PollScope.Statistics);
        Assert.Equal(["eno1", "eno2"], settings);

        _host.Poller.Schedule.Request(Name("eno1"));
        _host.Poller.PollRequested();
        Assert.Equal(["eno1", "eno2", "eno1"], settings);
        Assert.Equal(0, await _host.ValueAsync("nichang_collector_success{collector=\"ethtool\"}"));
        Assert.Equal(0, await _host.ValueAsync("nichang_collector_success{collector=\"info\"}"));

        _host.Ethtool.Statistics = _ => [];
        _host.Poller.Poll(PollScope.Statistics);
        Assert.Equal(1, await _host.ValueAsync("nichang_collector_success{collector=\"ethtool\"}"));
        Assert.Equal(0, await _host.ValueAsync("nichang_collector_success{collector=\"info\"}"));

        _host.Ethtool.Driver = device => Note(device, fails: false);
        _host.Poller.Schedule.Request(Name("eno2"));
        _host.Poller.PollRequested();
        Assert.Equal(1, await _host.ValueAsync("nichang_collector_success{collector=\"info\"}"));
        Assert.Equal(4, settings.Count);

        DriverInfo Note(InterfaceName device, bool fails)
        {
            settings.Add(device.ToString());
            return fails
                ? throw new LinuxException("ETHTOOL_GDRVINFO", device.ToString(), Errno.Busy)
                : new DriverInfo("e1000e", "6.12", "", "");
        }
    }

    [Fact]
    public async Task RequestedDevice_ThatFails_FailsTheCollector()
    {
        _host.Poller.Poll();
        _host.Ethtool.Features = device => throw new LinuxException("a test", device.ToString(), Errno.Busy);

        _host.Poller.Schedule.Request(Name("eno1"));
        _host.Poller.PollRequested();

        Assert.Equal(0, await _host.ValueAsync("nichang_collector_success{collector=\"features\"}"));
        Assert.Equal(1, _host.Log.Count(EventIds.CollectorFailed));
    }

    [Fact]
    public void RequestedDevice_BeforeTheFirstPoll_IsReadWithAllOthers()
    {
        _host.AddNic("eno2", "pci0000:00/0000:00:1f.7");
        _host.Poller.Schedule.Request(Name("eno1"));

        _host.Poller.PollRequested();

        Assert.Equal(2, _host.Poller.Current!.Devices.Length);
    }

    [Fact]
    public void RequestedDevice_HasItsSettingsReadAgain_AndNothingElse()
    {
        _host.AddNic("eno2", "pci0000:00/0000:00:1f.7");
        var (settings, statistics) = (new List<string>(), new List<string>());
        _host.Ethtool.Driver = device =>
        {
            settings.Add(device.ToString());
            return new DriverInfo("e1000e", "6.12", $"{settings.Count}", "");
        };
        _host.Ethtool.Statistics = device =>
        {
            statistics.Add(device.ToString());
            return [new Statistic("rx_flow_control_xoff", 7)];
        };
        _host.Poller.Poll();
        var before = _host.Poller.Current!;
        Assert.Equal(["eno1", "eno2"], settings);
        _host.Clock.Advance(TimeSpan.FromSeconds(5));

        _host.AddNic("eno3", "pci0000:00/0000:00:1f.5");
        foreach (var name in new[] { "eno2", "eno3", "gone0" })
            _host.Poller.Schedule.Request(Name(name));
        _host.Poller.PollRequested();

        var after = _host.Poller.Current!;
        Assert.Equal(["eno1", "eno2", "eno2", "eno3"], settings);
        Assert.Equal(["eno1", "eno2", "eno3"], statistics);
        Assert.Same(before.Devices[0], after.Devices[0]);
        Assert.Equal("3", after.Devices[1].Driver!.FirmwareVersion);
        Assert.Equal(before.Devices[1].PauseFramesReceived, after.Devices[1].PauseFramesReceived);
        Assert.Equal(3, after.Devices.Length);
        Assert.Equal(before.Timestamp, after.Timestamp);
    }

    [Fact]
    public void RequestedDevice_ThatIsNewUnderItsName_HasItsStatisticsReadAgain()
    {
        _host.Configure(options => options with { Collectors = options.Collectors.With(Collector.Ethtool) });
        ulong errors = 7;
        _host.Ethtool.Statistics = _ => [new Statistic("rx_no_buffer_count", errors)];
        _host.Poller.Poll();
        errors = 0;

        _host.Poller.Schedule.Request(Name("eno1"), hasAppeared: true);
        _host.Poller.PollRequested();

        Assert.Equal(0UL, Assert.Single(_host.Poller.Current!.Devices[0].Statistics).Value);
    }

    // The snapshot has one time for all pause frames.
    [Fact]
    public void RequestedDevice_ThatIsNew_HasItsPauseFramesFromTheNextPollOfAllDevices()
    {
        _host.Ethtool.Statistics = _ => [new Statistic("rx_flow_control_xoff", 7)];
        _host.Poller.Poll();
        _host.AddNic("eno2", "pci0000:00/0000:00:1f.7");

        _host.Poller.Schedule.Request(Name("eno1"), hasAppeared: true);
        _host.Poller.Schedule.Request(Name("eno2"));
        _host.Poller.PollRequested();
        Assert.Equal([null, null], PauseFrames());

        _host.Poller.Poll(PollScope.Statistics);
        Assert.Equal([7, 7], PauseFrames());
    }

    [Fact]
    public void Request_WhosePollFails_HasItsNamesReadByTheNextOne()
    {
        _host.Poller.Schedule.IsNotified = true;
        _host.Ethtool.Statistics = _ => [];
        _host.Poller.Poll();
        _host.Ethtool.Features = _ => throw new InvalidOperationException("a fault made by the test");
        _host.Poller.Schedule.Request();
        _host.Poller.PollSafely(PollScope.Everything);
        _host.Ethtool.Features = _ => null;
        _host.Ethtool.NamesRead.Clear();

        _host.Poller.PollSafely(PollScope.Statistics);
        Assert.Equal([Name("eno1")], _host.Ethtool.NamesRead);

        _host.Ethtool.NamesRead.Clear();
        _host.Poller.PollSafely(PollScope.Everything);
        Assert.Empty(_host.Ethtool.NamesRead);
    }

    [Fact]
    public async Task Answer_ThatNobodyForesaw_FailsThePollAndNotTheProcess()
    {
        _host.Configure(options =>
            options with
            {
                Ethtool = options.Ethtool with { Interval = TimeSpan.FromMilliseconds(10) },
            });
        _host.Poller.Poll();
        Assert.Equal(1, await _host.ValueAsync("nichang_collector_success{collector=\"features\"}"));
        _host.Ethtool.Features = _ => throw new InvalidOperationException("a fault made by the test");

        _host.Poller.Start();

        Assert.True(
            SpinWait.SpinUntil(() => _host.Log.Count(EventIds.PollFailed) == 1, TimeSpan.FromSeconds(30)),
            "the fault was not logged");
        Assert.Equal(0, await _host.ValueAsync("nichang_collector_success{collector=\"features\"}"));
        Assert.Equal(0, await _host.ValueAsync("nichang_ethtool_poll_wait_seconds"));

        _host.Ethtool.Features = _ => null;
        Assert.True(
            SpinWait.SpinUntil(
                () =>
                {
                    _host.Clock.Advance(TimeSpan.FromMilliseconds(10));
                    return _host.Poller.Current is { IsBroken: false };
                }, TimeSpan.FromSeconds(30)),
            "it did not poll again");
        _host.Poller.Stop();

        Assert.Equal(1, await _host.ValueAsync("nichang_collector_success{collector=\"features\"}"));
    }

    private ulong?[] PauseFrames() =>
        [.. _host.Poller.Current!.Devices.Select(device => device.PauseFramesReceived)];

    private static InterfaceName Name(string name) =>
        InterfaceName.TryParse(name, out var parsed) ? parsed : throw new ArgumentException(name);
}
