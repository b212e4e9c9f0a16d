using Microsoft.Extensions.Time.Testing;
using NicHangExporter.Remediation;

namespace NicHangExporter.Tests.Remediation;

public sealed class PacedLoopTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly SemaphoreSlim _stepped = new(0);
    private int _work;

    public void Dispose() => _stepped.Dispose();

    [Fact]
    public async Task Loop_StepsWhileThereIsWork_AndThenWaitsToBeWoken()
    {
        using var stop = new CancellationTokenSource();
        var loop = new PacedLoop(
            () => Volatile.Read(ref _work) > 0, Step, TimeSpan.FromSeconds(1), _clock);
        var running = loop.RunAsync(stop.Token);
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(0, _stepped.CurrentCount);
        // A wake without work has no effect.
        loop.Wake();

        _work = 2;
        loop.Wake();
        await StepsAsync(2);
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(0, _stepped.CurrentCount);

        _work = 1;
        loop.Wake();
        await StepsAsync(1);
        await stop.CancelAsync();
        await running.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    private Task Step(CancellationToken stop)
    {
        Interlocked.Decrement(ref _work);
        _stepped.Release();
        return Task.CompletedTask;
    }

    // The loop runs on the pool, so the clock goes on until it has stepped.
    private async Task StepsAsync(int steps)
    {
        for (var step = 0; step < steps; step++)
            while (!await _stepped.WaitAsync(5, TestContext.Current.CancellationToken))
                _clock.Advance(TimeSpan.FromSeconds(1));
    }
}
