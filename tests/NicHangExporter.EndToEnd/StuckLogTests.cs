using System.Globalization;
using System.Text.RegularExpressions;

namespace NicHangExporter.EndToEnd;

/// <summary>The reader of the log has stopped, like a stuck journald. Nothing else may stop with it.</summary>
public sealed partial class StuckLogTests : IDisposable
{
    // More than the capacity of the queue of log lines.
    private const int Others = 1200;

    private readonly FakeHost _host = new();
    private readonly StuckLog _log = new();

    public StuckLogTests()
    {
        Requires.Program("mkfifo");
        _host.AddDevice(KernelSays.Device);
        for (var number = 0; number < Others; number++)
            _host.AddDevice(Name(number), Bus(number));
    }

    public void Dispose()
    {
        _log.Dispose();
        _host.Dispose();
    }

    [Fact]
    public async Task Reader_ThatNeverReads_HoldsUpNeitherStartNorWatchNorScrapeNorEnd()
    {
        using var exporter =
            await ExporterProcess.StartAsync(_log.Command([.. _host.Paths, "--log.level=debug", "--device.max=2000"]));

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
        using var exporter =
            await ExporterProcess.StartAsync(_log.Command([.. _host.Paths, "--log.level=debug", "--device.max=2000"]));
        await FloodTheLogAsync(exporter);

        var beginning = await _log.ReadToAsync("were dropped here");
        var dropped = (await exporter.ScrapeAsync())["nichang_log_dropped_total"];
        exporter.Send(Signal.Terminate);
        var whole = await _log.ReadToAsync("msg=Stopping");

        Assert.Equal(0, await exporter.WaitForExitAsync(Eventually.Limit));
        Assert.Contains("Starting nic-hang-exporter", beginning.Split('\n')[0], StringComparison.Ordinal);
        Assert.Equal(
            dropped, Gap().Matches(whole).Sum(gap => double.Parse(gap.Groups[1].Value, CultureInfo.InvariantCulture)));
        Assert.Contains("msg=Stopping", whole.TrimEnd('\n').Split('\n')[^1], StringComparison.Ordinal);
    }

    // Each device has its own log quota, so only many devices that hang at the same time fill the queue.
    private async Task FloodTheLogAsync(ExporterProcess exporter)
    {
        for (var number = 0; number < Others; number++)
            _host.Log($"e1000e {Bus(number)} {Name(number)}: Detected Hardware Unit Hang:");
        await exporter.ScrapeUntilAsync("lines are dropped", metrics => metrics["nichang_log_dropped_total"] > 0);
    }

    private static string Name(int number) => $"nic{number}";

    private static string Bus(int number) =>
        string.Create(CultureInfo.InvariantCulture, $"0000:{1 + number / 32:x2}:{number % 32:x2}.0");

    private static double Reports(Scrape metrics) =>
        metrics["nichang_hang_events_total", ("device", KernelSays.Device), ("source", "driver"), ("origin", "live")];

    [GeneratedRegex(" dropped=([0-9]+) ")]
    private static partial Regex Gap();
}
