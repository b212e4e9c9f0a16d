using NicHangExporter.Detection;

namespace NicHangExporter.Tests.Detection;

public sealed class SyslogClockTests
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    [Fact]
    public void TimeOf_NewestRecordOfTheFirstLook_IsTheLook()
    {
        var clock = new SyslogClock();
        clock.Observe(At(100), At(90));
        Assert.Equal(At(100), clock.TimeOf(At(90)));
        Assert.Equal(At(99.5), clock.TimeOf(At(89.5)));
    }

    [Fact]
    public void TimeOf_AfterALookRightBehindARecord_IsExact()
    {
        var clock = new SyslogClock();
        clock.Observe(At(100), At(40));
        clock.Observe(At(101), At(98.999));
        clock.Observe(At(102), At(99.5));
        Assert.Equal(101.501, clock.TimeOf(At(99.5)).TotalSeconds, 0.002);
    }

    // Two records are never further apart than they were printed, plus the allowed drift. No record is later than its
    // reading, nor earlier than it was printed.
    [Theory]
    [InlineData(0)]
    [InlineData(400e-6)]
    [InlineData(-400e-6)]
    public void TimeOf_OfAnyStream_KeepsDistances(double drift)
    {
        var random = new Random(20);
        var clock = new SyslogClock();
        var now = At(1000);
        // The time of printing, the time in the log, and the computed time.
        (TimeSpan Real, TimeSpan Told) last = (TimeSpan.Zero, TimeSpan.Zero);
        for (var look = 0; look < 20_000; look++)
        {
            var pause = random.Next(500) == 0 ? random.Next(1, 4000) : 1;
            var start = now;
            now += pause * Look;
            if (random.Next(3) == 0)
                continue;
            var printed = Enumerable.Range(0, random.Next(1, 4))
                .Select(_ => start + random.NextDouble() * (now - start)).Order().ToArray();
            TimeSpan Log(TimeSpan real) => real * (1 - drift) - At(7);
            clock.Observe(now, Log(printed[^1]));
            foreach (var real in printed)
            {
                var told = clock.TimeOf(Log(real));
                Assert.InRange(told, real - At(0.01), now + At(0.001));
                if (real - last.Real < At(1))
                    Assert.True(told - last.Told <= real - last.Real + At(0.002),
                        $"{told - last.Told} for {real - last.Real}");
                last = (real, told);
            }
        }
    }

    [Fact]
    public void TimeOf_AfterTheClockOfTheLogWentBack_IsTheLook()
    {
        var clock = new SyslogClock();
        clock.Observe(At(1000), At(1000));
        clock.Observe(At(1001), At(501));
        Assert.Equal(At(1001), clock.TimeOf(At(501)));
    }

    [Fact]
    public void TimeOf_AnyNumber_OverflowsNothing()
    {
        var clock = new SyslogClock();
        foreach (var told in new[] { TimeSpan.MaxValue, TimeSpan.Zero, TimeSpan.MaxValue, At(5) })
        {
            clock.Observe(At(1000), told);
            Assert.InRange(clock.TimeOf(told), TimeSpan.Zero, At(1000));
            Assert.True(clock.TimeOf(TimeSpan.Zero) >= TimeSpan.Zero);
        }
    }

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);
}
