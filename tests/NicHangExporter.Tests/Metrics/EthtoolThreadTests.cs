using Microsoft.Extensions.Logging.Abstractions;
using NicHangExporter.Metrics;

namespace NicHangExporter.Tests.Metrics;

/// <summary>The ethtool poll runs on its own thread, even if the thread pool is exhausted.</summary>
[Collection(typeof(WholeProcess))]
public sealed class EthtoolThreadTests
{
    [Fact]
    public void Poll_WhileThePoolIsStarved_ComesEachInterval()
    {
        using var host = new FixtureHost(options =>
            options with
            {
                Ethtool = options.Ethtool with { Interval = TimeSpan.FromMilliseconds(10) },
            });
        host.AddNic();
        var polls = 0;
        host.Ethtool.Features = _ =>
        {
            Interlocked.Increment(ref polls);
            return null;
        };
        // The machine's clock. A fake clock fires its timers without the pool.
        using var poller = new EthtoolPoller(
            host.Ethtool, host.Inventory, host.Options, host.Health, TimeProvider.System,
            NullLogger<EthtoolPoller>.Instance);
        using var pool = new StarvedPool();
        poller.Start();
        poller.Schedule.NoteScrape();

        Assert.True(
            SpinWait.SpinUntil(() => Volatile.Read(ref polls) >= 3, TimeSpan.FromSeconds(30)), $"{polls} polls");
        Assert.True(pool.IsStarved);
        poller.Stop();
    }
}
