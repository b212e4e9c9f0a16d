using Microsoft.Extensions.Time.Testing;
using NicHangExporter.Remediation;

namespace NicHangExporter.Tests.Remediation;

public sealed class RemediationWorkerTests
{
    private readonly RemediationWorker _worker = new(new FakeTimeProvider());

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
}
