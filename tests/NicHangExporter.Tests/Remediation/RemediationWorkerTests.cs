using Microsoft.Extensions.Time.Testing;
using NicHangExporter.Remediation;

namespace NicHangExporter.Tests.Remediation;

public sealed class RemediationWorkerTests
{
    private readonly RemediationWorker _lane = new(new FakeTimeProvider());

    [Fact]
    public void OwnWork_GoesFirst()
    {
        var order = new List<string>();
        _lane.Post(() => order.Add("asked"), isExternal: true);
        _lane.Post(() => order.Add("own 1"));
        _lane.Post(() => order.Add("own 2"));
        _lane.RunPending();

        Assert.Equal(["own 1", "own 2", "asked"], order);
    }

    [Fact]
    public void WhatIsAskedFor_HasItsTurn_HoweverMuchOwnWorkThereIs()
    {
        var own = 0;
        var seen = new List<int>();
        _lane.Post(() => seen.Add(own), isExternal: true);
        _lane.Post(() => seen.Add(own), isExternal: true);
        // As reports of a hang in a flood: each is followed by the next.
        void Next()
        {
            if (++own < 100_000)
                _lane.Post(Next);
        }
        _lane.Post(Next);
        _lane.RunPending();

        Assert.Equal(100_000, own);
        Assert.Equal(2, seen.Count);
        Assert.InRange(seen[0], 1, 100);
        Assert.InRange(seen[1], 1, 200);
    }
}
