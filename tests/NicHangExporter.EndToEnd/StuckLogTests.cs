using System.Globalization;
using System.Text.RegularExpressions;

namespace NicHangExporter.EndToEnd;

/// <summary>Whoever reads the log has stopped, as a stuck journald does: nothing else may stop with it.</summary>
public sealed partial class StuckLogTests : IDisposable
{
    private readonly FakeHost _host = new();
    private readonly StuckLog _log = new();

    public StuckLogTests()
    {
        Requires.Program("mkfifo");
        _host.AddDevice(KernelSays.Device);
    }

    public void Dispose()
    {
        _log.Dispose();
        _host.Dispose();
    }

    [Fact]
    public async Task Reader_ThatNeverReads_HoldsUpNeitherStartNorWatchNorScrapeNorEnd()
    {
        using var exporter = await ExporterProcess.StartAsync(_log.Command([.. _host.Paths, "--log.level=debug"]));

        _host.Log(KernelSays.HardwareUnitHang, KernelSays.Dictionary);
        await exporter.ScrapeUntilAsync("the first report", metrics => Reports(metrics) == 1);
        await FloodTheLogAsync(exporter);
        _host.Log(KernelSays.HardwareUnitHang, KernelSays.Dictionary);
        var after = await exporter.ScrapeUntilAsync("a report after the flood", metrics => Reports(metrics) == 2);

        Assert.Equal(1, after["nichang_hang_active", ("device", KernelSays.Device)]);
        Assert.Equal(0, after["nichang_monitor_failures_total"]);
        exporter.Send(Signal.Terminate);
        Assert.Equal(0, await exporter.WaitForExitAsync(TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public async Task Reader_ThatComesBack_GetsTheLogInOrderWithTheGapSaid()
    {
        using var exporter = await ExporterProcess.StartAsync(_log.Command([.. _host.Paths, "--log.level=debug"]));
        await FloodTheLogAsync(exporter);

        var beginning = await _log.ReadToAsync("were dropped here");
        var dropped = (await exporter.ScrapeAsync())["nichang_log_dropped_total"];
        exporter.Send(Signal.Terminate);
        var whole = await _log.ReadToAsync("msg=Stopping");

        Assert.Equal(0, await exporter.WaitForExitAsync(Eventually.Limit));
        Assert.Contains("Starting nic-hang-exporter", beginning.Split('\n')[0], StringComparison.Ordinal);
        Assert.Equal(dropped, Gap().Matches(whole).Sum(gap => double.Parse(gap.Groups[1].Value, CultureInfo.InvariantCulture)));
        Assert.Contains("msg=Stopping", whole.TrimEnd('\n').Split('\n')[^1], StringComparison.Ordinal);
    }

    // Each time the devices go or come back, three collectors say so.
    private async Task FloodTheLogAsync(ExporterProcess exporter)
    {
        var (there, away) = (Path.Combine(_host.Sysfs, "class"), Path.Combine(_host.Sysfs, "away"));
        Scrape metrics;
        do
        {
            Directory.Move(there, away);
            await exporter.ScrapeAsync();
            Directory.Move(away, there);
            metrics = await exporter.ScrapeAsync();
        }
        while (metrics["nichang_log_dropped_total"] == 0);
    }

    private static double Reports(Scrape metrics) =>
        metrics["nichang_hang_events_total", ("device", KernelSays.Device), ("source", "driver"), ("origin", "live")];

    [GeneratedRegex(" dropped=([0-9]+) ")]
    private static partial Regex Gap();
}
