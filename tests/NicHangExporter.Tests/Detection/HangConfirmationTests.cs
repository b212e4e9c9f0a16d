using NicHangExporter.Detection.Episodes;

namespace NicHangExporter.Tests.Detection;

/// <summary>What one report and a frozen transmitter confirm. All times are seconds.</summary>
public sealed class HangConfirmationTests
{
    [Theory]
    [InlineData(10, 7.0, 10.2, false, "frozen for three seconds before, but not looked at since")]
    [InlineData(10, 7.0, 10.25, true, "frozen for three seconds before, and still")]
    [InlineData(10, 7.5, 10.25, false, "frozen for less than three seconds in all")]
    [InlineData(10, 7.5, 10.5, true, "frozen for three seconds in all")]
    [InlineData(10, 9.0, 12.0, true, "frozen for a second before")]
    [InlineData(10, 9.1, 12.9, false, "frozen for less than a second before, and not three after")]
    [InlineData(10, null, 13.0, false, "no freeze")]
    public void IsFrozen_DriverHasLookedAtItsHardware_CountsFromTheFreeze(
        double report, double? start, double now, bool expected, string why)
    {
        var confirmation = Add(default, report, isStuck: true);
        TxFreeze? freeze = start is { } begin ? new TxFreeze(Seconds(begin), Seconds(now)) : null;

        Assert.True(expected == confirmation.IsFrozen(Seconds(now), freeze, freeze), why);
        if (freeze is not null)
            Assert.True(expected == confirmation.FrozenAt(freeze, freeze) <= Seconds(now), why);
    }

    [Theory]
    [InlineData(10, 2.0, 12.9, false, "not three seconds after")]
    [InlineData(10, 2.0, 13.0, true, "three seconds after")]
    [InlineData(10, 10.8, 13.7, false, "sent until shortly after, not three seconds yet")]
    [InlineData(10, 10.8, 13.8, true, "sent until shortly after, then three seconds")]
    [InlineData(10, 15.0, 20.0, false, "sent long after the report: it freezes for another reason")]
    [InlineData(10, 2.0, 41.0, false, "the report is old")]
    public void IsFrozen_AnyReport_CountsFromTheReport(
        double report, double since, double now, bool expected, string why)
    {
        var confirmation = Add(default, report);
        var freeze = new TxFreeze(Seconds(since), Seconds(now));

        Assert.True(expected == confirmation.IsFrozen(Seconds(now), freeze, freeze), why);
    }

    [Fact]
    public void IsFrozen_NoSampleSinceThreeSecondsAfter_WaitsForOne()
    {
        var freeze = new TxFreeze(Seconds(2), Seconds(12.9));

        Assert.False(Add(default, 10).IsFrozen(Seconds(14), freeze, null));
    }

    // Seconds of the driver's reports, the reset and the present.
    [Theory]
    [InlineData(10, 10.0, 10, true, "the report says that the driver resets")]
    [InlineData(10, 20.0, 25, true, "the core's watchdog calls the driver after its report")]
    [InlineData(10, 20.1, 25, false, "a reset for another reason")]
    [InlineData(10, 9.0, 10, false, "a reset before the report")]
    [InlineData(10, 15.0, 40.1, false, "the report is old")]
    [InlineData(10, null, 20, false, "no reset")]
    public void IsAnswered_ByAResetBecauseOfTheReport(
        double report, double? reset, double now, bool expected, string why) =>
        Assert.True(expected == Add(default, report).IsAnswered(
            Seconds(now), reset is { } at ? Seconds(at) : null), why);

    [Fact]
    public void IsByOwnCheck_OfAReportThatCanConfirm()
    {
        Assert.True(Add(default, 10).IsByOwnCheck(Seconds(10)));
        Assert.False(Watchdog(default, 10).IsByOwnCheck(Seconds(10)));
        Assert.True(Watchdog(Add(default, 10), 20).IsByOwnCheck(Seconds(10)));
        Assert.False(Watchdog(Add(default, 10), 20.1).IsByOwnCheck(Seconds(10)));
        Assert.False(Watchdog(Watchdog(Add(default, 10), 15), 18).IsByOwnCheck(Seconds(10)));

        static HangConfirmation Watchdog(HangConfirmation to, double at) =>
            to.Observe(new HangObservation(HangSource.Watchdog, Seconds(at)), Seconds(at));
    }

    [Fact]
    public void IsRepeated_TwoReports_IfFromTwoMomentsWithinTheWindow()
    {
        Assert.False(Reports(10).IsRepeated(Seconds(12), Seconds(10)));
        Assert.False(Reports(10, 10.9).IsRepeated(Seconds(12), Seconds(10)));
        Assert.True(Reports(10, 12).IsRepeated(Seconds(12), Seconds(10)));
        Assert.False(Reports(10, 20.1).IsRepeated(Seconds(21), Seconds(10)));
        Assert.False(Reports(10, 12).IsRepeated(Seconds(43), Seconds(10)));
    }

    private static HangConfirmation Reports(params double[] times) =>
        times.Aggregate(default(HangConfirmation), (all, at) => Add(all, at));

    private static HangConfirmation Add(HangConfirmation to, double at, bool isStuck = false) =>
        to.Observe(
            new HangObservation(HangSource.Driver, Seconds(at)) { IsOwnCheck = true, ShowsStuckHardware = isStuck },
            Seconds(at));

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}
