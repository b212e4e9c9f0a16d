using Microsoft.Extensions.Time.Testing;
using NicHangExporter.Remediation;

namespace NicHangExporter.Tests.Remediation;

public sealed class RemediationWorkerTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly RemediationWorker _worker;

    public RemediationWorkerTests() => _worker = new RemediationWorker(_clock);

    [Fact]
    public void OwnWork_GoesFirst()
    {
        var order = new List<string>();
        _worker.Post(() => order.Add("asked"), isExternal: true);
        _worker.Post(() => order.Add("own 1"));
        _worker.Post(() => order.Add("own 2"));
        _worker.RunPending();

        Assert.Equal(["own 1", "own 2", "asked"], order);
    }

    [Fact]
    public void WhatIsAskedFor_HasItsTurn_HoweverMuchOwnWorkThereIs()
    {
        var own = 0;
        var seen = new List<int>();
        _worker.Post(() => seen.Add(own), isExternal: true);
        _worker.Post(() => seen.Add(own), isExternal: true);
        // As reports of a hang in a flood: each is followed by the next.
        void Next()
        {
            if (++own < 100_000)
                _worker.Post(Next);
        }
        _worker.Post(Next);
        _worker.RunPending();

        Assert.Equal(100_000, own);
        Assert.Equal(2, seen.Count);
        Assert.InRange(seen[0], 1, 100);
        Assert.InRange(seen[1], 1, 200);
    }

    [Fact]
    public void RepeatedWork_RunsWhenItIsDue_AfterWhatIsQueued()
    {
        var order = new List<string>();
        _worker.Repeat(TimeSpan.Zero, () =>
        {
            order.Add("repeated");
            return TimeSpan.FromSeconds(5);
        });
        _worker.RunPending();
        _clock.Advance(TimeSpan.FromSeconds(4.9));
        _worker.RunPending();
        Assert.Equal(["repeated"], order);

        _clock.Advance(TimeSpan.FromSeconds(0.1));
        _worker.Post(() => order.Add("queued"), isExternal: true);
        _worker.RunPending();
        Assert.Equal(["repeated", "queued", "repeated"], order);
    }

    [Fact]
    public async Task RepeatedWork_DoesNotKeepTheThreadFromItsEnd()
    {
        using var ran = new ManualResetEventSlim();
        _worker.Repeat(TimeSpan.Zero, () =>
        {
            ran.Set();
            return TimeSpan.FromHours(1);
        });
        _worker.Start();
        Assert.True(ran.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));

        await _worker.CloseAsync().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }
}
