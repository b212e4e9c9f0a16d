using NicHangExporter.Api;
using NicHangExporter.Hosting;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;

namespace NicHangExporter.Tests.Remediation.Faults;

/// <summary>
/// An unexpected exception at any place: the caller is answered, the device is resolved as after a crash, and later
/// requests are handled.
/// </summary>
public sealed class OwnFaultTests
{
    [Theory]
    [InlineData(EventIds.RemediationStarted, false)]
    [InlineData(EventIds.RemediationStarted, true)]
    [InlineData(EventIds.RemediationEnded, false)]
    [InlineData(EventIds.RemediationEnded, true)]
    public async Task Error_DuringARemediation_EndsItAndNothingElse(int at, bool bounce)
    {
        using var scene = new FaultScene(options => options with
        {
            Remediation = options.Remediation with { AllowReinit = !bounce },
        }).Open();
        var atFirst = scene.Nic.Requested;
        scene.Hang();
        scene.Host.Log.Fails = id => id == at;

        var outcome = scene.Ask(scene.LocalRequest());

        Assert.Equal(RemediationVerdict.Failed, outcome.Verdict);
        Assert.Contains("unexpected error", outcome.Explanation, StringComparison.Ordinal);
        Assert.True(scene.Nic.IsUp);
        Assert.Equal(1, scene.Host.Log.Count(EventIds.RemediationFailed));
        Assert.Equal(1, await scene.Metric("nichang_monitor_failures_total"));
        Assert.Null(scene.Record.Pending);
        Assert.Equal(at == EventIds.RemediationStarted ? RemediationVerdict.Unverified : RemediationVerdict.Healed,
            Assert.Single(scene.Entries(JournalEvent.Outcome)).Verdict);

        scene.Host.Log.Fails = _ => false;
        scene.Nic.IsHung = false;
        scene.Live(4);
        Assert.Equal(RemediationVerdict.Applied, scene.Ask(scene.RollbackRequest()).Verdict);
        Assert.Equal(atFirst, scene.Nic.Requested);
    }
}
