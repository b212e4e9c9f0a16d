using NicHangExporter.Detection.Episodes;

namespace NicHangExporter.Tests.Detection;

/// <summary>Whether pause frames may be why the core's watchdog fired. Its first report is at 100 s.</summary>
public sealed class PauseFramesTests
{
    [Fact]
    public void Climb_FromAReadingBeforeTheReport_ExplainsNothing()
    {
        Assert.True(MayExplain(115, (50, 0), (105, 1)));
        Assert.False(MayExplain(115, (50, 0), (105, 1), (110, 1)));
        // Without a second reading after the report: as long as one is waited for.
        Assert.False(MayExplain(131, (50, 0), (105, 1)));
    }

    [Fact]
    public void Climb_FromAReadingAfterTheReport_Explains() =>
        Assert.True(MayExplain(131, (50, 0), (105, 0), (110, 1), (115, 1)));

    private static bool MayExplain(int now, params (int At, ulong Count)[] readings)
    {
        PauseFrames? frames = null;
        foreach (var (at, count) in readings)
            frames = PauseFrames.Observe(frames, new TxSample(Seconds(at), true, 0, 0, count, Seconds(at), 0));
        return frames!.Value.MayExplain(Seconds(100), Seconds(now), Seconds(now), Seconds(30));
    }

    private static TimeSpan Seconds(int seconds) => TimeSpan.FromSeconds(seconds);
}
