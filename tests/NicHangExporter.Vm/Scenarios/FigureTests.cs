using NicHangExporter.Vm.Figures;

namespace NicHangExporter.Vm.Scenarios;

/// <summary>How fast it is, held to a bound; "figures" on the command line prints the same for as many wedges as one likes.</summary>
[Collection(typeof(OneGuest))]
public sealed class FigureTests(SharedGuest shared)
{
    private const int Wedges = 10;

    /// <summary>From the confirmation to the first packet out. Most of it is the link's negotiation, which is the emulated NIC's.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(3);

    // Proves: each of ten wedges is healed within three seconds of our time, with no network.
    [Fact]
    public async Task EachOfTenWedges_IsHealedWithinThreeSecondsOfOurTime()
    {
        var guest = await shared.GetAsync();

        var times = await WedgeRun.SeveralAsync(guest, Wedges, TestContext.Current.TestOutputHelper!.WriteLine);

        Assert.Equal(Wedges, times.Count);
        Assert.All(times, wedge => Assert.True(wedge.Ours < Bound, $"{wedge}"));
    }
}
