using NicHangExporter.Vm.Figures;

namespace NicHangExporter.Vm.Scenarios;

/// <summary>
/// Holds the speed of the exporter to a bound. "figures" on the command line prints the same numbers for any number of
/// wedges.
/// </summary>
[Collection(typeof(UndisturbedGuest))]
public sealed class FigureTests(SharedGuest shared)
{
    private const int Wedges = 10;

    /// <summary>
    /// From the kernel's first line to the first packet sent. Half a second of it is link negotiation of the emulated
    /// NIC; a real NIC takes longer. This is real time, so a machine may be too slow for it. If it misses samples, only
    /// the second line confirms the hang.
    /// </summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(6);

    // Proves: each of ten wedges is healed within six seconds, most of them before the kernel's second line, without a
    // network.
    [Fact]
    [Trait(Extent.Name, Extent.Whole)]
    public async Task EachOfTenWedges_IsHealedSoon_MostBeforeTheSecondReport()
    {
        var guest = await shared.GetAsync();

        var times = await WedgeRun.SeveralAsync(guest, Wedges, TestContext.Current.TestOutputHelper!.WriteLine);

        Assert.Equal(Wedges, times.Count);
        // After the decision. Otherwise the driver healed itself, and the time is not the exporter's.
        Assert.All(times, wedge => Assert.True(wedge.Acting > TimeSpan.Zero && wedge.Outage < Bound, $"{wedge}"));
        Assert.True(times.Count(wedge => wedge.SecondReport is null) > Wedges / 2, string.Join('\n', times));
    }

    // Proves: each report of the kernel is counted exactly once.
    [Fact]
    public async Task EachReport_IsCountedOnce()
    {
        var guest = await shared.GetAsync();

        var run = await CountingRun.RunAsync(guest, 5, TestContext.Current.TestOutputHelper!.WriteLine);

        Assert.True(run.Reported >= 5, $"{run}");
        // Checks the clocks: nothing is counted before it was written, within the 10 ms of the clock comparison.
        Assert.All(run.Latencies, latency => Assert.True(latency > TimeSpan.FromMilliseconds(-20), $"{latency}"));
        Assert.True(run.Latencies.Count >= 5, $"{run}");
        Assert.Equal((run.Reported, 0), (run.Counted, run.Lost));
    }
}
