using NicHangExporter.Detection.Episodes;

namespace NicHangExporter.Tests.Detection;

public sealed class TxStallDetectorTests
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PauseInterval = TimeSpan.FromSeconds(15);

    [Fact]
    public void Observe_PacketsQueuedAndNoneSentForTheWindow_IsStalled() =>
        Assert.Equal(TxVerdict.Stalled, Last(Seconds(0, 10), second => new TxSample(second, true, 100, 1500)));

    [Fact]
    public void Observe_OneSecondLessThanTheWindow_IsOnlySuspect() =>
        Assert.Equal(TxVerdict.Suspect, Last(Seconds(0, 9), second => new TxSample(second, true, 100, 1500)));

    [Fact]
    public void Observe_NothingQueued_IsIdle() =>
        Assert.Equal(TxVerdict.Flowing, Last(Seconds(0, 100), second => new TxSample(second, true, 100, 0)));

    [Fact]
    public void Observe_LinkDown_IsNoStall() =>
        Assert.Equal(TxVerdict.Flowing, Last(Seconds(0, 100), second => new TxSample(second, false, 100, 1500)));

    [Fact]
    public void Observe_OnePacketNowAndThen_Flows() =>
        Assert.Equal(TxVerdict.Flowing,
            Last(Seconds(0, 100), second => new TxSample(second, true, 100 + (ulong)second.TotalSeconds, 1500)));

    [Fact]
    public void Observe_QueueEmptiedOnce_StartsTheWindowAgain() =>
        Assert.Equal(TxVerdict.Suspect, Last(Seconds(0, 14),
            second => new TxSample(second, true, 100, second == TimeSpan.FromSeconds(5) ? 0UL : 1500)));

    [Fact]
    public void Observe_PacketSentAfterAStall_FlowsAgain() =>
        Assert.Equal(TxVerdict.Flowing, Last(Seconds(0, 20),
            second => new TxSample(second, true, second == TimeSpan.FromSeconds(20) ? 101UL : 100, 1500)));

    [Fact]
    public void Observe_CounterRestarted_IsNoStall() =>
        Assert.Equal(TxVerdict.Flowing, Last(Seconds(0, 11),
            second => new TxSample(second, true, second < TimeSpan.FromSeconds(11) ? 100UL : 0, 1500)));

    [Fact]
    public void Observe_PauseFramesKeepComing_IsPausedNotStalled() =>
        Assert.Equal(TxVerdict.Paused, Last(Seconds(0, 10),
            second => new TxSample(second, true, 100, 1500, Read(second, (ulong)second.TotalSeconds * 30))));

    [Fact]
    public void Observe_PauseFramesOfLongAgo_IsStalled() =>
        Assert.Equal(TxVerdict.Stalled,
            Last(Seconds(0, 10), second => new TxSample(second, true, 100, 1500, Read(second, 4711))));

    [Fact]
    public void Observe_PauseCounterNotReadSinceTheFreeze_WaitsForIt() =>
        Assert.Equal(TxVerdict.Suspect,
            Last(Seconds(0, 20), second => new TxSample(second, true, 100, 1500, Read(TimeSpan.Zero, 4711))));

    [Fact]
    public void Observe_PauseCounterNeverReadAgain_IsStalledInTheEnd() =>
        Assert.Equal(TxVerdict.Stalled,
            Last(Seconds(0, 30), second => new TxSample(second, true, 100, 1500, Read(TimeSpan.Zero, 4711))));

    [Fact]
    public void Observe_OnePauseFrameAtTheBeginning_DoesNotExcuseTheRest() =>
        Assert.Equal(TxVerdict.Stalled, Last(Seconds(0, 20),
            second => new TxSample(second, true, 100, 1500, Read(second, second < TimeSpan.FromSeconds(3) ? 0UL : 1))));

    [Fact]
    public void Observe_PauseFramesClimbFromReadingToReading_IsPausedInBetweenToo() =>
        Assert.All(Enumerable.Range(16, 100), last =>
            Assert.Equal(TxVerdict.Paused, Last(Seconds(0, last), second => ReadEvery(15, second, at => at * 30))));

    [Fact]
    public void Observe_PauseFramesClimbedButAreReadNoMore_IsStalledInTheEnd()
    {
        var lastReading = TimeSpan.FromSeconds(16);
        TxSample At(TimeSpan second) =>
            ReadEvery(15, second < lastReading ? second : lastReading, at => at * 30) with { At = second };
        Assert.Equal(TxVerdict.Stalled, Last(Seconds(0, 60), At));
    }

    [Fact]
    public void Observe_PauseCounterFirstReadDuringTheFreeze_WaitsForTheSecondReading()
    {
        // The exporter starts during a pause storm.
        static TxSample Sample(TimeSpan second) => second < TimeSpan.FromSeconds(6)
            ? new TxSample(second, true, 100, 1500)
            : ReadEvery(15, second - TimeSpan.FromSeconds(6), at => at * 30 + 4711) with { At = second };

        Assert.Equal(TxVerdict.Suspect, Last(Seconds(0, 20), Sample));
        Assert.Equal(TxVerdict.Paused, Last(Seconds(0, 21), Sample));
    }

    [Theory]
    [InlineData(6, 29, false, false)]
    [InlineData(6, 30, false, true)]
    [InlineData(7, 10, true, false)]
    [InlineData(7, 60, true, false)]
    public void Observe_PauseFramesInFiveSeconds_HoldTheTransmitterIfTheyAreMoreThanOneASecond(
        int frames, int last, bool isPaused, bool isStalled) =>
        Assert.Equal(
            isPaused ? TxVerdict.Paused : isStalled ? TxVerdict.Stalled : TxVerdict.Suspect,
            Last(Seconds(0, last), second => ReadEvery(5, second, at => at / 5 * (ulong)frames)));

    // Some drivers update their counter once a second, so two polls back to back may read the same.
    [Fact]
    public void Observe_PauseCounterReadTwiceAtAlmostTheSameTime_WaitsForAnotherReading()
    {
        static TxSample Sample(TimeSpan second) => new(second, true, 100, 1500, second.TotalSeconds switch
        {
            < 8 => new PauseReading(4711, Time(-6), Time(0)),
            < 16 => new PauseReading(5000, Time(0), Time(8)),
            < 24 => new PauseReading(5000, Time(8.1), Time(16)),
            _ => new PauseReading(5100, Time(16.1), Time(24)),
        });
        static TimeSpan Time(double seconds) => TimeSpan.FromSeconds(seconds);

        Assert.Equal(TxVerdict.Suspect, Last(Seconds(0, 7), Sample));
        Assert.All(Enumerable.Range(10, 20), last => Assert.Equal(TxVerdict.Paused, Last(Seconds(0, last), Sample)));
    }

    // A counter that a slower source reads.
    private static TxSample ReadEvery(int interval, TimeSpan second, Func<ulong, ulong> count)
    {
        var at = (ulong)second.TotalSeconds / (ulong)interval * (ulong)interval;
        return new TxSample(second, true, 100, 1500, Read(TimeSpan.FromSeconds(at), count(at)));
    }

    private static PauseReading Read(TimeSpan at, ulong count) => new(count, at, at);

    private static IEnumerable<TimeSpan> Seconds(int first, int last) =>
        Enumerable.Range(first, last - first + 1).Select(second => TimeSpan.FromSeconds(second));

    private static TxVerdict Last(IEnumerable<TimeSpan> times, Func<TimeSpan, TxSample> sample)
    {
        TxStallDetector? state = null;
        foreach (var time in times)
            state = TxStallDetector.Observe(state, sample(time), Window, PauseInterval);
        return state!.Value.Verdict;
    }
}
