using NicHangExporter.Hosting;
using NicHangExporter.Linux.Ethtool;

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
            SpinWait.SpinUntil(() => _host.Poller.Current is { Failed.Count: 0 }, TimeSpan.FromSeconds(30)),
            "it did not poll again");
        _host.Poller.Stop();

        Assert.Equal(1, await _host.ValueAsync("nichang_collector_success{collector=\"features\"}"));
    }
}
