using NicHangExporter.Detection.Episodes;

namespace NicHangExporter.Tests.Detection;

/// <summary>Whether pause frames may be why the core's watchdog fired. Its first report is at 100 s.</summary>
public sealed class PauseFramesTests
{
    private const int First = 100;

    [Fact]
    public void Climb_FromAReadingBeforeTheReport_ExplainsNothing()
    {
        Assert.True(MayExplain(last: 107, now: 107, (50, 0), (105, 1)));
        Assert.False(MayExplain(last: 110, now: 110, (50, 0), (105, 1), (110, 1)));
    }

    [Fact]
    public void Climb_FromAReadingAfterTheReport_Explains() =>
        Assert.True(MayExplain(last: 131, now: 131, (50, 0), (105, 0), (110, 1), (115, 1)));

    [Fact]
    public void Readings_ThatStop_AreNotWaitedForWithoutEnd()
    {
        Assert.True(MayExplain(last: 134, now: 134, (50, 0), (105, 1)));
        Assert.False(MayExplain(last: 135, now: 135, (50, 0), (105, 1)));
    }

    // The watchdog fires when nothing was sent for five seconds.
    [Theory]
    [InlineData(112, false)]
    [InlineData(114, true)]
    public void Calm_ThatEndsBeforeTheLastReport_CountsOnlyIfItReachesIntoTheWatchdogsTime(int last, bool expected) =>
        Assert.Equal(expected, MayExplain(last, now: last, (105, 3), (110, 3)));

    [Theory]
    [InlineData(107, false)]
    [InlineData(106, true)]
    public void Calm_ThatBeginsBeforeTheLastReport_CountsOnlyIfItReachesIntoTheWatchdogsTime(int last, bool expected) =>
        Assert.Equal(expected, MayExplain(last, now: 110, (50, 0), (105, 3), (110, 3)));

    [Fact]
    public void EqualReadings_WhileTheLinkIsDown_SayNothing()
    {
        // A reset by the driver at 101 s: no pause frame can come until the link is back.
        Assert.True(MayExplain(last: 107, now: 107, [(102, 3), (107, 3)], down: (101, 106), unseen: default));
        Assert.False(MayExplain(last: 107, now: 107, [(102, 3), (107, 3)], down: (101, 104), unseen: default));
    }

    // A driver that resets: the link is back before the next reading, and the decision waits for the driver.
    [Fact]
    public void EqualReadings_AroundAShortLossOfTheLink_CountAlsoLater()
    {
        (int, ulong)[] readings = [(104, 3), (109, 3), (114, 3), (119, 3), (124, 3)];
        Assert.True(MayExplain(last: 113, now: 113, readings, down: (113, 114), unseen: default));
        Assert.False(MayExplain(last: 113, now: 115, readings, down: (113, 114), unseen: default));
        Assert.False(MayExplain(last: 113, now: 125, readings, down: (113, 114), unseen: default));
    }

    [Fact]
    public void EqualReadings_AcrossAGapOfTheSamples_SayNothing() =>
        Assert.True(MayExplain(
            last: 112, now: 112, [(103, 3), (111, 3)], down: default, unseen: (104, 110), maxGap: 2));

    [Fact]
    public void EqualReadings_OfSamplesFarApart_Count()
    {
        Assert.False(MayExplain(last: 107, now: 110, [(95, 3), (110, 3)], down: default, unseen: default, interval: 5));
        Assert.True(MayExplain(
            last: 107, now: 110, [(95, 3), (110, 3)], down: default, unseen: default, interval: 5, maxGap: 4));
    }

    // Another device delays the poll: this one's counter may have been read when it began.
    [Fact]
    public void EqualReadings_OfAPollThatWaited_CountOnlyUntilItBegan()
    {
        Assert.True(MayExplain(last: 107, now: 111, [(95, 7), (103, 7)], down: default, unseen: default, wait: 8));
        Assert.False(MayExplain(last: 107, now: 113, [(95, 7), (105, 7)], down: default, unseen: default, wait: 8));
    }

    // Polls that take 14 s each: the readings never reach the last report, but one of the earlier ones.
    [Fact]
    public void EqualReadings_OfPollsThatAlwaysWait_CountForAnEarlierReport()
    {
        (int, ulong)[] readings = [(95, 1), (109, 2), (123, 2), (137, 2)];
        Assert.True(MayExplain(reports: [100, 105, 125, 130, 150], now: 150, readings, wait: 14));
        Assert.False(MayExplain(reports: [100, 105, 125, 130, 150], now: 151, readings, wait: 14));
        Assert.True(MayExplain(reports: [100, 105, 145, 150], now: 151, readings, wait: 14));
    }

    [Fact]
    public void Readings_OfPollsThatTakeLong_AreWaitedForLonger()
    {
        (int, ulong)[] readings = [(95, 1), (102, 2)];
        Assert.True(MayExplain(reports: [100, 145], now: 145, readings, wait: 10));
        Assert.True(MayExplain(reports: [100, 150], now: 151, readings, wait: 10));
        Assert.False(MayExplain(reports: [100, 150], now: 152, readings, wait: 10));
    }

    // The process was stopped from 107 s to 140 s. The reading of 105 s is old, but nothing was waited for.
    [Fact]
    public void Time_WithoutSamples_IsNoWait()
    {
        (int, ulong)[] readings = [(50, 0), (105, 1)];
        Assert.True(MayExplain(reports: [100, 140], now: 140, readings, unseen: (107, 140)));
        Assert.True(MayExplain(reports: [100, 140], now: 169, readings, unseen: (107, 140)));
        Assert.False(MayExplain(reports: [100, 140], now: 170, readings, unseen: (107, 140)));
    }

    // A link that flaps all the time: there is never a calm time.
    [Fact]
    public void Readings_ThatNeverTell_AreNotWaitedForWithoutEnd()
    {
        (int, ulong)[] readings = [.. Enumerable.Range(18, 40).Select(reading => (reading * 5, 3ul))];
        Assert.True(MayExplain(reports: [100, 185], now: 189, readings, down: (93, 300)));
        Assert.False(MayExplain(reports: [100, 185], now: 190, readings, down: (93, 300)));
    }

    // A report that was no effect of pause frames does not make a later one credible.
    [Fact]
    public void Calm_BeforeAReportThatIsAlone_SaysNothingAboutLaterOnes()
    {
        (int, ulong)[] readings = [(95, 0), (101, 0), (120, 0), (125, 40), (130, 90)];
        Assert.True(MayExplain(reports: [100, 127], now: 131, readings));
        Assert.False(MayExplain(reports: [100, 106], now: 111, [.. readings.Take(2)]));
        // Nor does it with slow polls.
        Assert.True(MayExplain(reports: [100, 140, 148], now: 150, [(80, 0), (104, 0), (124, 0)], wait: 20));
    }

    [Fact]
    public void Climb_OfPollsThatTakeLong_CountsLonger()
    {
        (int, ulong)[] readings = [(80, 0), (100, 60), (120, 120)];
        Assert.True(MayExplain(reports: [100, 155, 160], now: 161, readings, wait: 20));
        Assert.True(MayExplain(reports: [100, 184, 189], now: 189, readings, wait: 20));
        Assert.False(MayExplain(reports: [100, 185, 190], now: 190, readings, wait: 20));
    }

    // A pause of which the last poll was quick, and the next one takes long.
    [Fact]
    public void Readings_AfterAClimb_AreWaitedForAgain()
    {
        (int, ulong)[] readings = [(95, 0), (150, 900), (170, 1200), (185, 1201)];
        Assert.True(MayExplain(reports: [100, 195, 201], now: 201, readings));
        Assert.True(MayExplain(reports: [100, 195, 201], now: 214, readings));
        Assert.False(MayExplain(reports: [100, 195, 201], now: 215, readings));
    }

    [Fact]
    public void FrameASecond_IsNoClimb()
    {
        static (int, ulong)[] Readings(ulong frames) =>
            [.. Enumerable.Range(0, 20).Select(reading => (95 + reading * 5, (ulong)reading * frames))];
        Assert.True(MayExplain(reports: [100, 180, 185], now: 189, Readings(frames: 6)));
        Assert.False(MayExplain(reports: [100, 180, 185], now: 190, Readings(frames: 6)));
        Assert.True(MayExplain(reports: [100, 180, 185], now: 190, Readings(frames: 7)));
        // Nor is one between two readings in a row.
        Assert.False(MayExplain(reports: [100, 180, 185], now: 190, [(95, 0), (150, 1), (151, 2), (160, 3)]));
    }

    // Ordinary flow control: one frame from time to time holds nothing for five seconds.
    [Fact]
    public void Climb_NextToACalmBeforeAReport_ExplainsNothing()
    {
        (int, ulong)[] readings = [(95, 0), (101, 0), (106, 1), (111, 1), (116, 1)];
        Assert.False(MayExplain(reports: [100, 114], now: 116, readings));
    }

    // tx_timeout is read some time after the watchdog fired.
    [Theory]
    [InlineData(112, false)]
    [InlineData(106, true)]
    public void Calm_BeforeACounterWasRead_CountsOnlyIfTheWatchdogCannotHaveFiredBefore(int readBefore, bool expected)
    {
        var frames = Observe(115, [(100, 0), (105, 1), (110, 1), (115, 1)]);
        Assert.Equal(expected, frames.MayExplain(
            Seconds(First), [(Seconds(readBefore), Seconds(114))], Seconds(30), Seconds(10)));
    }

    [Fact]
    public void NoReading_ExplainsNothing() => Assert.False(MayExplain(last: 100, now: 100));

    private static bool MayExplain(int last, int now, params (int At, ulong Count)[] readings) =>
        MayExplain([last], now, readings);

    private static bool MayExplain(
        int last, int now, (int At, ulong Count)[] readings, (int From, int To) down, (int From, int To) unseen,
        int interval = 1, int maxGap = 10, int wait = 0) =>
        MayExplain([last], now, readings, down, unseen, interval, maxGap, wait);

    private static bool MayExplain(
        int[] reports, int now, (int At, ulong Count)[] readings, (int From, int To) down = default,
        (int From, int To) unseen = default, int interval = 1, int maxGap = 10, int wait = 0) =>
        Observe(now, readings, down, unseen, interval, maxGap, wait).MayExplain(
            Seconds(First), [.. reports.Select(at => (Seconds(at), Seconds(at)))], Seconds(30), Seconds(10));

    // Samples from 40 s on, but for those that are unseen. A reading shows when its poll has ended.
    private static PauseFrames Observe(
        int now, (int At, ulong Count)[] readings, (int From, int To) down = default,
        (int From, int To) unseen = default, int interval = 1, int maxGap = 10, int wait = 0)
    {
        PauseFrames frames = default;
        for (var at = 40; at <= now; at += interval)
        {
            if (at > unseen.From && at < unseen.To)
                continue;
            var reading = readings.LastOrDefault(reading => reading.At + wait <= at);
            frames = PauseFrames.Observe(frames, new TxSample(
                Seconds(at), !(at >= down.From && at < down.To), 0, 0, reading.At == 0 ? null
                    : new PauseReading(reading.Count, Seconds(reading.At), Seconds(reading.At + wait))),
                Seconds(maxGap));
        }
        return frames;
    }

    private static TimeSpan Seconds(int seconds) => TimeSpan.FromSeconds(seconds);
}
