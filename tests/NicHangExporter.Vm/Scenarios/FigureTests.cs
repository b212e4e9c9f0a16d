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
    /// From the confirmation to the first packet sent. About half of it is link negotiation of the emulated NIC; a real
    /// NIC takes longer. This is real time, so a machine may be too slow for it.
    /// </summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(3);

    // Proves: each of ten wedges is healed within three seconds of the exporter's time, without a network.
    [Fact]
    [Trait(Extent.Name, Extent.Whole)]
    public async Task EachOfTenWedges_IsHealedWithinThreeSecondsOfOurTime()
    {
        var guest = await shared.GetAsync();

        var times = await WedgeRun.SeveralAsync(guest, Wedges, TestContext.Current.TestOutputHelper!.WriteLine);

        Assert.Equal(Wedges, times.Count);
        // More than the decision. Otherwise the driver healed itself, and the time is not the exporter's.
        Assert.All(times, wedge => Assert.True(wedge.Ours > wedge.Deciding && wedge.Ours < Bound, $"{wedge}"));
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
