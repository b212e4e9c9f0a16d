using Microsoft.Extensions.Time.Testing;
using NicHangExporter.Remediation;

namespace NicHangExporter.Tests.Remediation.Faults;

/// <summary>No thread of the pool is free, so no timer calls back.</summary>
public sealed class StarvedPoolTests
{
    [Fact]
    public void RunningRemediation_IsVerifiedByTheWorkerItself()
    {
        using var scene = new FaultScene(files: FaultScene.FastDisk, clock: new ClockWithoutCallbacks()).Open();

        var outcome = scene.Ask(scene.Request("tso"));

        Assert.Equal(RemediationVerdict.Applied, outcome.Verdict);
    }

    private sealed class ClockWithoutCallbacks : FakeTimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(static _ => { }, state, dueTime, period);
    }
}
