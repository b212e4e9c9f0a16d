using NicHangExporter.Linux;
using NicHangExporter.Linux.Ethtool;
using NicHangExporter.Metrics;
using NicHangExporter.Options;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Tests.Metrics;

/// <summary>What a poll makes of devices of which nothing has changed.</summary>
public sealed class EthtoolReaderTests : IDisposable
{
    private readonly FixtureHost _host = new();

    public EthtoolReaderTests() => _host.AddNic();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Poll_ThatFindsNothingNew_KeepsTheDevicesOfTheSnapshot()
    {
        Answer(1000);
        _host.Poller.Poll();
        var first = _host.Poller.Current!;
        _host.Clock.Advance(TimeSpan.FromMinutes(1));
        // Equal values, but other objects.
        Answer(1000);

        _host.Poller.Poll();

        var second = _host.Poller.Current!;
        Assert.Equal(TimeSpan.FromMinutes(1), _host.Clock.GetElapsedTime(first.Timestamp, second.Timestamp));
        Assert.Same(first.Devices[0].Driver, second.Devices[0].Driver);
        Assert.Equal(1000, second.Devices[0].Link!.SpeedMegabits);

        Answer(100);
        _host.Poller.Poll();
        Assert.Equal(100, _host.Poller.Current!.Devices[0].Link!.SpeedMegabits);
        Assert.Equal(1000, second.Devices[0].Link!.SpeedMegabits);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Value_ThatChanges_IsInTheNextScrape(bool isDeviceAdded)
    {
        Answer(1000);
        _host.Poller.Poll();
        Assert.Equal(125e6, await _host.ValueAsync("nichang_link_speed_bytes{device=\"eno1\"}"));
        Answer(100);
        if (isDeviceAdded)
            _host.AddNic("eno2", "pci0000:00/0000:00:1f.7");

        _host.Poller.Poll();

        Assert.Equal(12.5e6, await _host.ValueAsync("nichang_link_speed_bytes{device=\"eno1\"}"));
    }

    [Fact]
    public void NamesOfCounters_WithNotifications_AreReadInTurn()
    {
        _host.AddNic("eno2", "pci0000:00/0000:00:1f.7");
        _host.Ethtool.Statistics = _ => [];
        _host.Poller.Poll();
        Assert.Equal(2, NamesRead());
        _host.Poller.Schedule.IsNotified = true;

        for (var poll = 0; poll < 32; poll++)
        {
            _host.Poller.Poll();
            _host.Poller.Poll(PollScope.Statistics);
        }
        Assert.Equal(4, NamesRead());

        // A notification about the device.
        Assert.True(InterfaceName.TryParse("eno2", out var device));
        _host.Poller.Schedule.Request(device);
        _host.Poller.PollRequested();
        Assert.Equal(0, NamesRead());
        _host.Poller.Poll(PollScope.Statistics);
        Assert.Equal(1, NamesRead());

        _host.Poller.Schedule.IsNotified = false;
        _host.Poller.Poll();
        Assert.Equal(2, NamesRead());
    }

    [Fact]
    public void NamesOfCounters_OfARequestThatAPollOfEverythingAnswers_AreRead()
    {
        _host.Ethtool.Statistics = _ => [];
        _host.Poller.Schedule.IsNotified = true;
        Assert.True(InterfaceName.TryParse("eno1", out var device));
        for (var poll = 0; poll < 16; poll++)
        {
            _host.Poller.Poll();
            NamesRead();
            _host.Poller.Schedule.Request(device);
            _host.Poller.Poll();
            Assert.Equal(1, NamesRead());
        }
    }

    [Fact]
    public void PauseFrames_OfAReadingThatFailed_AreUnknown()
    {
        _host.Configure(options => options with { Collectors = options.Collectors.Without(Collector.Ethtool) });
        _host.Ethtool.Statistics = _ => [new Statistic("rx_flow_control_xoff", 7)];
        _host.Poller.Poll();
        Assert.Equal(7ul, _host.Poller.Current!.Devices[0].PauseFramesReceived);
        Assert.True(InterfaceName.TryParse("eno1", out var device));
        _host.Poller.Schedule.Request(device);
        _host.Poller.PollRequested();
        _host.Ethtool.Statistics = name => throw new LinuxException("ioctl", name.ToString(), Errno.NoDevice);

        _host.Poller.Poll(PollScope.Statistics);

        Assert.Null(_host.Poller.Current!.Devices[0].PauseFramesReceived);
    }

    [Fact]
    public void SteadyDevice_OfTheRunningKernel_AllocatesNothing()
    {
        using var space = new NetworkNamespace();
        using var ethtool = space.Inside(() => new EthtoolSocket());
        Assert.True(InterfaceName.TryParse("veth0", out var device));
        foreach (var more in new[] { Array.Empty<string>(), ["*drops*"] })
        {
            var options = new ExporterOptions();
            var reader = new EthtoolReader(
                ethtool, options with { Ethtool = options.Ethtool with { Statistics = more } });
            var last = Poll(null);
            Assert.Equal("veth", last.Driver!.Driver);
            Assert.NotEmpty(last.Features!.All);
            Assert.Equal(more.Length == 0, last.Statistics.IsEmpty);
            Poll(last);

            var same = last;
            Assert.Equal(0, Allocations.Of(() => same = Poll(last)));
            Assert.Same(last, same);

            DeviceSnapshot Poll(DeviceSnapshot? known) => reader.ReadStatistics(
                reader.ReadSettings(device, default, isShown: true, known), readsNames: true);
        }
    }

    // Since the last call.
    private int NamesRead()
    {
        var count = _host.Ethtool.NamesRead.Count;
        _host.Ethtool.NamesRead.Clear();
        return count;
    }

    private void Answer(long megabits)
    {
        _host.Ethtool.Driver = _ => new DriverInfo("e1000e", "6.12", "0.13-4", "0000:00:1f.6");
        _host.Ethtool.Settings = _ => new LinkSettings(megabits, Duplex.Full, true);
    }
}
