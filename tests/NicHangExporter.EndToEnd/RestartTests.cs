namespace NicHangExporter.EndToEnd;

/// <summary>State that survives a restart of the exporter and a reboot.</summary>
public sealed class RestartTests : IDisposable
{
    private readonly FakeHost _host = new();

    public RestartTests() => _host.AddDevice(KernelSays.Device);

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Kill_BetweenEvents_LosesNoneAndCountsNoneTwice()
    {
        using (var first = await StartAsync())
        {
            LogHangs(7);
            await first.ScrapeUntilAsync("seven live events", metrics => Events(metrics, "live") == 7);
            await first.KillAsync();
        }
        LogHangs(5);
        using var second = await StartAsync();
        var restored = await second.ScrapeAsync();
        Assert.Equal(12, AllEvents(restored));
        // From a saved position on, records are live. If the process had been killed before it saved one, all of them
        // would be history.
        Assert.Contains(Events(restored, "live"), new double[] { 0, 12 });

        LogHangs(3);

        var metrics = await second.ScrapeUntilAsync("three more live events", now =>
            Events(now, "live") == Events(restored, "live") + 3 && now["nichang_hang_active", Device] == 1);
        Assert.Equal(15, AllEvents(metrics));
        Assert.Equal(1, metrics.Sum("nichang_hang_episodes_total"));
        Assert.Equal(1, metrics["nichang_state_up"]);
    }

    [Theory]
    [InlineData(20261123)]
    [InlineData(42)]
    public async Task Kill_AtAnyMomentOfAStream_LosesNoneAndCountsNoneTwice(int seed)
    {
        var random = new Random(seed);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var written = 0;
        var stream = Task.Run(async () =>
        {
            var pause = new Random(seed);
            while (!stop.IsCancellationRequested)
            {
                LogHangs(1);
                written++;
                await Task.Delay(pause.Next(1, 8));
            }
        }, CancellationToken.None);
        try
        {
            for (var round = 0; round < 10; round++)
            {
                using var exporter = await StartAsync("--hang.sample-interval=100ms");
                await Task.Delay(random.Next(0, 700), TestContext.Current.CancellationToken);
                await exporter.KillAsync();
            }
        }
        finally
        {
            await stop.CancelAsync();
            await stream;
        }
        using var last = await StartAsync();

        var metrics = await last.ScrapeAsync();

        Assert.True(written > 100, $"only {written} events");
        Assert.Equal(written, AllEvents(metrics));
        Assert.Equal(1, metrics.Sum("nichang_hang_episodes_total"));
        Assert.Equal(0, metrics["nichang_kmsg_records_lost_total"]);
        Assert.Equal(0, metrics["nichang_monitor_failures_total"]);
    }

    [Fact]
    public async Task OrderlyStop_KeepsLiveEventsLive()
    {
        using (var first = await StartAsync())
        {
            LogHangs(4);
            await first.ScrapeUntilAsync("four live events", metrics => Events(metrics, "live") == 4);
            await first.StopAsync();
        }
        using var second = await StartAsync();

        var metrics = await second.ScrapeAsync();

        Assert.Equal(4, Events(metrics, "live"));
        Assert.Equal(0, Events(metrics, "history"));
        Assert.Equal(1, metrics.Sum("nichang_hang_episodes_total"));
    }

    [Fact]
    public async Task Reboot_KeepsTheCountsAndStartsTheLogAgain()
    {
        using (var first = await StartAsync())
        {
            LogHangs(6);
            await first.ScrapeUntilAsync("six live events", metrics => Events(metrics, "live") == 6);
            await first.StopAsync();
        }
        _host.Boot();
        LogHangs(2);
        using var second = await StartAsync();

        var booted = await second.ScrapeAsync();
        Assert.Equal(6, Events(booted, "live"));
        Assert.Equal(2, Events(booted, "history"));
        // The boot ended the first episode, regardless of its shape. The second belongs to the new boot.
        Assert.Equal(2, booted.Sum("nichang_hang_episodes_total"));
        Assert.Equal(1, booted.Sum("nichang_hang_episodes_ended_total"));

        LogHangs(1);
        var metrics = await second.ScrapeUntilAsync("a live event of the new boot", now => Events(now, "live") == 7);
        Assert.Equal(9, AllEvents(metrics));
        Assert.Equal(0, metrics["nichang_kmsg_records_lost_total"]);
    }

    [Fact]
    public async Task RestoredSnapshot_WhoseLogIsBehindThePosition_IsReadOnFromItsEnd()
    {
        for (var i = 0; i < 50; i++)
            _host.Log("ordinary words");
        using (var first = await StartAsync())
            await first.StopAsync();
        // The same boot_id with a shorter log.
        File.WriteAllText(_host.KernelLog, "6,0,1000,-;Linux version\n");
        using var second = await StartAsync();
        await second.LoggedAsync("ahead of the kernel log");

        File.AppendAllText(
            _host.KernelLog,
            $"3,1,2000,-;{KernelSays.ResetAdapter}\n3,2,3000,-;{KernelSays.HardwareUnitHang.Split('\n')[0]}\n");

        await second.ScrapeUntilAsync("the event of the new log", metrics => Events(metrics, "live") == 1);
    }

    [Fact]
    public async Task WithoutAStateDirectory_ARestartCountsTheRingAgainAsHistory()
    {
        using (var first = await ExporterProcess.StartAsync(_host.Paths))
        {
            LogHangs(3);
            var live = await first.ScrapeUntilAsync("three live events", metrics => Events(metrics, "live") == 3);
            Assert.Equal(0, live["nichang_state_up"]);
            await first.KillAsync();
        }
        using var second = await ExporterProcess.StartAsync(_host.Paths);

        var metrics = await second.ScrapeAsync();

        Assert.Equal(3, Events(metrics, "history"));
        Assert.Equal(0, Events(metrics, "live"));
        Assert.Equal(0, metrics["nichang_hang_active", Device]);
        Assert.Empty(second.Complaints);
    }

    private static (string, string) Device => ("device", KernelSays.Device);

    private Task<ExporterProcess> StartAsync(params string[] arguments) =>
        ExporterProcess.StartAsync([.. _host.Paths, $"--state.directory={_host.State}", .. arguments]);

    private void LogHangs(int count)
    {
        for (var i = 0; i < count; i++)
            _host.Log(KernelSays.HardwareUnitHang, KernelSays.Dictionary);
    }

    private static double Events(Scrape metrics, string origin) =>
        metrics["nichang_hang_events_total", Device, ("source", "driver"), ("origin", origin)];

    private static double AllEvents(Scrape metrics) => metrics.Sum("nichang_hang_events_total", Device);
}
