using NicHangExporter.Detection.Episodes;
using static NicHangExporter.Detection.Episodes.HangSource;

namespace NicHangExporter.Tests.Detection;

public sealed class HangEpisodeTests
{
    private static readonly TimeSpan Gap = TimeSpan.FromSeconds(60);

    [Fact]
    public void Shape_ReportEveryTwoSecondsAndNoReset_IsAWedge() =>
        Assert.Equal(HangShape.Wedge, Episode((Driver, 0.5), (Driver, 2.5), (Driver, 4.5)).Shape);

    [Fact]
    public void Shape_OneReport_IsUnknown() => Assert.Equal(HangShape.Unknown, Episode((Driver, 0.5)).Shape);

    [Fact]
    public void Shape_ThreeQueuesInOneMoment_IsNoRepetition() =>
        Assert.Equal(HangShape.Unknown, Episode((Driver, 5.000018), (Driver, 5.000023), (Driver, 5.000038)).Shape);

    [Fact]
    public void Shape_CoreAndDriverReportOneHang_IsNoRepetition() =>
        Assert.Equal(HangShape.Unknown, Episode((Watchdog, 5), (Driver, 5.1)).Shape);

    [Fact]
    public void Shape_DriverResets_IsAFlap() =>
        Assert.Equal(HangShape.Flap, Episode((Driver, 1), (Driver, 3), (Watchdog, 6), (Reset, 6)).Shape);

    [Fact]
    public void Shape_ReportThatAnnouncesTheReset_IsAFlap() =>
        Assert.Equal(HangShape.Flap,
            HangEpisode.Observe(null, Driver, TimeSpan.FromSeconds(1), Gap, resets: true).Shape);

    [Fact]
    public void Shape_NothingLoggedButNothingSent_IsASilentStall() =>
        Assert.Equal(HangShape.SilentStall, Episode((TxStall, 10)).Shape);

    [Fact]
    public void Shape_OneReportAndStillFrozen_IsAWedge() =>
        Assert.Equal(HangShape.Wedge, Episode((Driver, 1), (TxStall, 11)).Shape);

    [Fact]
    public void Shape_WatchdogUnderPauseFrames_IsPaused() =>
        Assert.Equal(HangShape.Paused, Episode((Watchdog, 1), (Paused, 5)).Shape);

    [Fact]
    public void Shape_DriverReportUnderPauseFrames_IsAWedge() =>
        Assert.Equal(HangShape.Wedge, Episode((Paused, 1), (Driver, 5), (Driver, 7)).Shape);

    [Fact]
    public void Observe_WithinTheGap_ContinuesTheEpisode()
    {
        var episode = Episode((Driver, 100), (Driver, 160));

        Assert.Equal(2, episode.DriverReports);
        Assert.Equal(60, episode.Duration.TotalSeconds);
    }

    [Fact]
    public void Observe_AfterTheGap_StartsAnother()
    {
        var episode = Episode((Driver, 100), (Driver, 160.001));

        Assert.Equal(1, episode.DriverReports);
        Assert.Equal(160.001, episode.Start.TotalSeconds);
    }

    [Fact]
    public void Observe_TimestampOfAnotherCpuSlightlyBefore_DoesNotGoBack()
    {
        var episode = Episode((Driver, 100), (Driver, 99.9));

        Assert.Equal(100, episode.Last.TotalSeconds);
        Assert.Equal(0, episode.Duration.TotalSeconds);
    }

    [Fact]
    public void IsOver_AfterTheGapOnly_IsTrue()
    {
        var episode = Episode((Driver, 100));

        Assert.False(episode.IsOver(TimeSpan.FromSeconds(160), Gap));
        Assert.True(episode.IsOver(TimeSpan.FromSeconds(160.001), Gap));
    }

    private static HangEpisode Episode(params (HangSource Source, double Second)[] observations)
    {
        HangEpisode? episode = null;
        foreach (var (source, second) in observations)
            episode = HangEpisode.Observe(episode, source, TimeSpan.FromSeconds(second), Gap);
        return episode!.Value;
    }
}
