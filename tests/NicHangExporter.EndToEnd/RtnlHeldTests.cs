using System.Diagnostics;

namespace NicHangExporter.EndToEnd;

/// <summary>
/// The functions of the exporter that still work while another process holds RTNL, like a driver that is stuck in a
/// reset.
/// </summary>
[Collection(typeof(WholeMachine))]
public sealed class RtnlHeldTests
{
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Scrape_WhileRtnlIsHeld_AnswersImmediatelyAndShowsTheAgeOfTheSnapshot()
    {
        using var exporter = await ExporterProcess.StartAsync("--ethtool.interval=1s", "--collector.virtual");
        // A warm-up, so that the test measures the lock and not the just-in-time compiler.
        await exporter.ScrapeUntilAsync(
            "a snapshot", metrics => metrics.Of("nichang_ethtool_snapshot_age_seconds").Count == 1);
        for (var i = 0; i < 20; i++)
            await exporter.ScrapeAsync();

        var waits = new List<double>();
        var ages = new List<double>();
        var durations = new List<TimeSpan>();
        using (await RtnlHold.TakeAsync(Hold + Eventually.Limit))
        {
            var held = Stopwatch.StartNew();
            Assert.True(RtnlHold.IsHeld(), "another program got RTNL although it is held");
            while (held.Elapsed < Hold)
            {
                var scrape = Stopwatch.StartNew();
                var metrics = await exporter.ScrapeAsync();
                durations.Add(scrape.Elapsed);
                waits.Add(metrics["nichang_ethtool_poll_wait_seconds"]);
                ages.Add(metrics["nichang_ethtool_snapshot_age_seconds"]);
                Assert.NotEmpty(metrics.Of("nichang_feature_active"));
                Assert.NotEmpty(metrics.Of("nichang_device_rx_bytes_total", ("device", "lo")));
                await Task.Delay(TimeSpan.FromMilliseconds(250), TestContext.Current.CancellationToken);
            }
            Assert.True(RtnlHold.IsHeld(), "RTNL was not held to the end");
        }

        // A scrape that waits for RTNL would take as long as the lock is held. A busy machine may delay a few of the
        // others.
        Assert.True(durations.Max() < Hold / 5, $"a scrape took {durations.Max()}");
        var median = durations.Order().ElementAt(durations.Count / 2);
        Assert.True(median < TimeSpan.FromMilliseconds(100), $"the median of the scrapes is {median}");
        Assert.True(waits[^1] > Hold.TotalSeconds / 2, $"the wait was {waits[^1]} s at last");
        Assert.True(ages[^1] > Hold.TotalSeconds / 2, $"the age was {ages[^1]} s at last");
        Assert.Equal(ages.Order(), ages);

        var after = await exporter.ScrapeUntilAsync("a fresh snapshot after the release", metrics =>
            metrics["nichang_ethtool_snapshot_age_seconds"] < ages[^1] / 2);
        Assert.All(after.Of("nichang_collector_success"), sample => Assert.Equal(1, sample.Value));
    }

    [Fact]
    public async Task Start_WhileRtnlIsHeld_ServesMetricsWithoutASnapshotUntilItIsReleased()
    {
        ExporterProcess exporter;
        using (await RtnlHold.TakeAsync(2 * Eventually.Limit))
        {
            exporter = await ExporterProcess.StartAsync("--ethtool.interval=1s", "--collector.virtual");
            var metrics = await exporter.ScrapeAsync();

            Assert.Empty(metrics.Of("nichang_ethtool_snapshot_age_seconds"));
            Assert.Empty(metrics.Of("nichang_feature_active"));
            Assert.Equal(0, metrics["nichang_collector_success", ("collector", "features")]);
            Assert.Equal(1, metrics["nichang_collector_success", ("collector", "statistics")]);
            Assert.NotEmpty(metrics.Of("nichang_device_rx_bytes_total", ("device", "lo")));
            await exporter.ScrapeUntilAsync("the poll waits", later => later["nichang_ethtool_poll_wait_seconds"] > 1);
            Assert.True(RtnlHold.IsHeld(), "another program got RTNL although it is held");
        }
        using (exporter)
            await exporter.ScrapeUntilAsync(
                "features after the release", later => later.Of("nichang_feature_active").Count > 0);
    }

    [Fact]
    public async Task SigTerm_WhileRtnlIsHeld_EndsTheServerImmediatelyAndTheProcessWithTheLock()
    {
        using var exporter = await ExporterProcess.StartAsync("--ethtool.interval=1s", "--collector.virtual");
        using (await RtnlHold.TakeAsync(2 * Eventually.Limit))
        {
            await exporter.ScrapeUntilAsync(
                "the poll waits", metrics => metrics["nichang_ethtool_poll_wait_seconds"] > 0.1);
            exporter.Send(Signal.Terminate);

            // The thread that waits for RTNL is in the kernel, where not even SIGKILL reaches it. All other threads
            // must have ended.
            await Eventually.HoldsAsync(
                "all other threads have ended", () =>
                    ProcStatus.Of(exporter.Id), status => status.State == 'Z', TimeSpan.FromSeconds(5));
            await Assert.ThrowsAsync<HttpRequestException>(exporter.ScrapeAsync);
        }
        Assert.Equal(0, await exporter.WaitForExitAsync(TimeSpan.FromSeconds(5)));
    }
}
