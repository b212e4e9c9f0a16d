using NicHangExporter.Hosting;
using NicHangExporter.Options;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Policy;
using NicHangExporter.Text;

namespace NicHangExporter.Tests.Remediation.Faults;

/// <summary>
/// Any number of requests that change nothing: each kind of answer is recorded once a minute for each credential and
/// device, and counted after that, so that the journal keeps what was done.
/// </summary>
public sealed class UnchangingRequestTests
{
    [Theory]
    [InlineData("api", "nothing_to_do")]
    [InlineData("api", "observed")]
    [InlineData("webhook", "nothing_to_do")]
    [InlineData("webhook", "observed")]
    [InlineData("cli", "nothing_to_do")]
    public async Task SameAnswer_IsWrittenDownOnceAMinuteAndCountedEachTime(string trigger, string verdict)
    {
        var isObserved = verdict == "observed";
        using var scene = new FaultScene(options => isObserved
            ? options with
            {
                Remediation = options.Remediation with
                {
                    Api = RemediationMode.Observe,
                    Webhook = RemediationMode.Observe
                }
            }
            : options).Open();
        if (!isObserved)
            foreach (var feature in new[] { "tx-tcp-segmentation", "tx-tcp6-segmentation", "tx-generic-segmentation" })
                scene.Nic.Request(feature, false);
        var request = scene.Request("tso") with
        {
            Trigger = Enum.Parse<RemediationTrigger>(trigger, ignoreCase: true),
            Actor = "controller"
        };

        for (var time = 0; time < 50; time++)
        {
            Assert.Equal(verdict, SnakeCase.Of(scene.Ask(request).Verdict));
            // Alternating requests make no difference.
            Assert.Equal(verdict, SnakeCase.Of(scene.Ask(request with
            {
                Settings = ["gso"],
                RequestKey = $"key {time}"
            }).Verdict));
        }
        Assert.Single(scene.Entries(JournalEvent.Outcome));
        scene.Ask(request with { Actor = "somebody else" });
        Assert.Equal(2, scene.Entries(JournalEvent.Outcome).Count);

        scene.Live(60);
        scene.Ask(request);
        Assert.Equal(3, scene.Entries(JournalEvent.Outcome).Count);
        // The counts of the journal are shown every few seconds.
        scene.Live(6);
        Assert.Equal(99,
            await scene.Metric($"nichang_remediation_repeats_total{{trigger=\"{trigger}\",outcome=\"{verdict}\"}}"));
        // The console has series of outcomes only where it has tried something.
        Assert.Equal(trigger == "cli" ? null : 3, await scene.Outcomes(trigger, verdict));
        Assert.Equal(isObserved ? 3 : 0, scene.Host.Log.Count(EventIds.RemediationObserved));
    }

    [Fact]
    public void DryRun_ThatWouldBeDeclined_KeepsNoRealRequestOutOfTheJournal()
    {
        using var scene = new FaultScene().Open();
        var request = scene.Request("nonsense") with { Trigger = RemediationTrigger.Api, Actor = "controller" };

        scene.Ask(request with { DryRun = true });
        Assert.Empty(scene.Entries(JournalEvent.Outcome));
        scene.Ask(request);

        Assert.Single(scene.Entries(JournalEvent.Outcome));
    }

    [Fact]
    public void AnotherAnswer_OfTheSameCredential_IsWrittenDown()
    {
        using var scene = new FaultScene().Open();
        foreach (var feature in new[] { "tx-tcp-segmentation", "tx-tcp6-segmentation" })
            scene.Nic.Request(feature, false);
        var request = scene.Request("tso") with { Trigger = RemediationTrigger.Api };

        Assert.Equal(RemediationVerdict.NothingToDo, scene.Ask(request).Verdict);
        Assert.Equal(DeclineReason.UnknownSetting, scene.Ask(request with { Settings = ["nonsense"] }).Declined);
        Assert.Equal(RemediationVerdict.Applied, scene.Ask(request with { Settings = ["gso"] }).Verdict);
        Assert.Equal(3, scene.Entries(JournalEvent.Outcome).Count);
    }

    [Fact]
    public void PauseAndResume_ThatChangeNothing_AreNotWrittenDown()
    {
        using var scene = new FaultScene().Open();
        Assert.Null(Set(scene, false));
        for (var time = 0; time < 100; time++)
            Assert.Null(Set(scene, true));
        Assert.Single(scene.Entries(JournalEvent.Paused));
        Assert.Equal(1, scene.Host.Log.Count(EventIds.KillSwitchChanged));
        for (var time = 0; time < 100; time++)
            Assert.Null(Set(scene, false));
        Assert.Single(scene.Entries(JournalEvent.Resumed));
        Assert.Equal(2, scene.Host.Log.Count(EventIds.KillSwitchChanged));
        scene.Restart();
        Assert.False(scene.Host.Remediator.Status().Paused);
    }

    private static AdminError? Set(FaultScene scene, bool paused)
    {
        var answer = scene.Host.Remediator.SetPausedAsync(paused, "ops");
        scene.Host.RemediationWorker.RunPending();
        return answer.Now();
    }
}
