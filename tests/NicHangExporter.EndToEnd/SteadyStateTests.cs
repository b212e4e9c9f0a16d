namespace NicHangExporter.EndToEnd;

/// <summary>Many scrapes leave no resources behind.</summary>
public sealed class SteadyStateTests
{
    private const int Scrapes = 100;

    [Fact]
    public async Task HundredScrapes_AfterAWarmUp_LeaveDescriptorsAndThreadsAsTheyWere()
    {
        using var exporter = await ExporterProcess.StartAsync("--ethtool.interval=1s", "--collector.virtual");
        for (var i = 0; i < 50; i++)
            await exporter.ScrapeAsync();
        var descriptors = ProcStatus.Of(exporter.Id).Descriptors;
        // Concurrent scrapes, to start every thread that starts on demand.
        using (var clients = new HttpClient { BaseAddress = exporter.BaseAddress })
            await Task.WhenAll(
                Enumerable.Range(0, 40)
                .Select(_ =>
                    clients.GetStringAsync(
                        new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken)));
        var threads = ProcStatus.Of(exporter.Id).Threads;

        for (var i = 0; i < Scrapes; i++)
            await exporter.ScrapeAsync();

        // A leak never goes away, and would be one for each scrape. A poll may be reading at this moment. The size of
        // the thread pool does not matter, as long as sequential scrapes do not add a thread each.
        await Eventually.HoldsAsync(
            $"no more than {descriptors} descriptors and {threads} threads, and far fewer than {Scrapes} in the pool",
            () => ProcStatus.Of(exporter.Id),
            now => now.Descriptors <= descriptors && now.Threads <= threads
            && now.Breathing < Scrapes / 4, TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Scrapes_OnOneConnection_RunOnTheThreadOfTheSocket()
    {
        using var exporter = await ExporterProcess.StartAsync();
        await ScrapeAsync();
        var before = CpuTimes();

        await ScrapeAsync();

        var after = CpuTimes();
        var (socket, pool) = (after.Socket - before.Socket, after.Pool - before.Pool);
        Assert.True(socket > 4 * pool, $"{socket} ns on the thread of the socket, {pool} ns in the pool");

        async Task ScrapeAsync()
        {
            for (var i = 0; i < Scrapes; i++)
                await exporter.ScrapeAsync();
        }

        (long Socket, long Pool) CpuTimes() => (
            ProcStatus.CpuTime(exporter.Id, ".NET Sockets"), ProcStatus.CpuTime(exporter.Id, ".NET TP Worker"));
    }

    [Fact]
    public async Task Descriptors_OfARunningExporter_HoldNoFileWatch()
    {
        using var exporter = await ExporterProcess.StartAsync();
        await exporter.ScrapeAsync();

        var files = ProcStatus.OpenFiles(exporter.Id);

        Assert.Contains(files, file => file.StartsWith("socket:", StringComparison.Ordinal));
        // The host of ASP.NET by default watches its content root for settings. Below / that is every directory of the
        // machine.
        Assert.DoesNotContain(files, file => file.Contains("inotify", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ManyScrapesAtOnce_EachGetsAWholeAnswer()
    {
        using var exporter = await ExporterProcess.StartAsync("--collector.virtual");

        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => exporter.ScrapeAsync()));

        Assert.All(answers, answer => Assert.Equal(1, answer["nichang_exporter_build_info"]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("GET /metrics HTTP/1.1\r\nX: ")]
    [InlineData("GET /-/healthy HTTP/1.1\r\nHost: localhost\r\n\r\n")]
    public async Task SilentConnections_DoNotLockOutAScrape(string sent)
    {
        using var exporter = await ExporterProcess.StartAsync();
        var connections = Enumerable.Range(0, 200).Select(_ => new System.Net.Sockets.TcpClient()).ToList();
        try
        {
            foreach (var connection in connections)
            {
                await connection.ConnectAsync(
                    exporter.BaseAddress.Host, exporter.BaseAddress.Port, TestContext.Current.CancellationToken);
                await connection.GetStream()
                    .WriteAsync(System.Text.Encoding.ASCII.GetBytes(sent), TestContext.Current.CancellationToken);
            }

            await Eventually.HoldsAsync("a scrape is answered", TryScrapeAsync, answered => answered);
        }
        finally
        {
            connections.ForEach(connection => connection.Dispose());
        }

        async Task<bool> TryScrapeAsync()
        {
            try
            {
                return (await exporter.ScrapeAsync()).Samples.Count > 0;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }
    }
}
