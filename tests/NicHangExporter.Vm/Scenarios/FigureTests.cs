using NicHangExporter.Vm.Figures;

namespace NicHangExporter.Vm.Scenarios;

/// <summary>How fast it is, held to a bound; "figures" on the command line prints the same for as many wedges as one likes.</summary>
[Collection(typeof(UndisturbedGuest))]
public sealed class FigureTests(SharedGuest shared)
{
    private const int Wedges = 10;

    /// <summary>From the confirmation to the first packet out. About half of it is the link's negotiation, which is the emulated NIC's; a real one takes longer. It is real time, so a machine may be too slow for it.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(3);

    // Proves: each of ten wedges is healed within three seconds of our time, with no network.
    [Fact]
    [Trait(Extent.Name, Extent.Whole)]
    public async Task EachOfTenWedges_IsHealedWithinThreeSecondsOfOurTime()
    {
        var guest = await shared.GetAsync();

        var times = await WedgeRun.SeveralAsync(guest, Wedges, TestContext.Current.TestOutputHelper!.WriteLine);

        Assert.Equal(Wedges, times.Count);
        // More than the decision: else the driver has healed itself, and the time is not ours.
        Assert.All(times, wedge => Assert.True(wedge.Ours > wedge.Deciding && wedge.Ours < Bound, $"{wedge}"));
    }

    // Proves: each report of the kernel is counted, none is lost and none is counted twice.
    [Fact]
    public async Task EachReport_IsCountedOnce()
    {
        var guest = await shared.GetAsync();

        var run = await CountingRun.RunAsync(guest, 5, TestContext.Current.TestOutputHelper!.WriteLine);

        Assert.True(run.Reported >= 5, $"{run}");
        // By clocks that can be trusted: nothing is counted before it was written, but for the hundredth of a second to which they are compared.
        Assert.All(run.Latencies, latency => Assert.True(latency > TimeSpan.FromMilliseconds(-20), $"{latency}"));
        Assert.True(run.Latencies.Count >= 5, $"{run}");
        Assert.Equal((run.Reported, 0), (run.Counted, run.Lost));
    }
}
