using Microsoft.Extensions.Time.Testing;
using NicHangExporter.Remediation;

namespace NicHangExporter.Tests.Remediation;

public sealed class TickTimerTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly TickTimer _timer;
    private TimeSpan? _interval;
    private int _ticks;

    public TickTimerTests()
    {
        _timer = new TickTimer(() => _interval, () => _ticks++, _clock);
        _timer.Start();
    }

    public void Dispose() => _timer.Dispose();

    [Fact]
    public void WithNothingInProgress_ItNeverTicks()
    {
        _clock.Advance(TimeSpan.FromDays(1));

        Assert.Equal(0, _ticks);
    }

    [Fact]
    public void Interval_IsFollowedWhenItChanges()
    {
        Follow(TickTimer.Fast);
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(8, _ticks);

        Follow(TickTimer.Slow);
        _clock.Advance(TimeSpan.FromSeconds(2.25));
        Assert.Equal(11, _ticks);

        Follow(null);
        _clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(11, _ticks);
    }

    [Fact]
    public void FrequentAdjustments_DoNotPutATickOff()
    {
        for (var i = 0; i < 20; i++)
        {
            Follow(TickTimer.Fast);
            _clock.Advance(TimeSpan.FromMilliseconds(100));
        }

        Assert.Equal(8, _ticks);
    }

    private void Follow(TimeSpan? interval)
    {
        _interval = interval;
        _timer.Adjust();
    }
}
