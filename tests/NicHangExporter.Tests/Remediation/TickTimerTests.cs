using Microsoft.Extensions.Time.Testing;
using NicHangExporter.Remediation;

namespace NicHangExporter.Tests.Remediation;

public sealed class TickTimerTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly TickTimer _timer;
    private bool _isRunning;
    private int _ticks;

    public TickTimerTests()
    {
        _timer = new TickTimer(() => _isRunning, () => _ticks++, _clock);
        _timer.Start();
    }

    public void Dispose() => _timer.Dispose();

    [Fact]
    public void WithoutARemediation_ItTicksOnceASecond()
    {
        _clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(10, _ticks);
    }

    [Fact]
    public void WhileOneRuns_ItTicksFourTimesASecond_AndAfterItOnceAgain()
    {
        _isRunning = true;
        _timer.Adjust();
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(8, _ticks);

        _isRunning = false;
        _timer.Adjust();
        _clock.Advance(TimeSpan.FromSeconds(2));
        // The remediation does not count for the idle interval.
        Assert.Equal(10, _ticks);
    }

    [Fact]
    public void FrequentAdjustments_DoNotPutATickOff()
    {
        _isRunning = true;
        for (var i = 0; i < 20; i++)
        {
            _timer.Adjust();
            _clock.Advance(TimeSpan.FromMilliseconds(100));
        }

        Assert.Equal(8, _ticks);
    }
}
