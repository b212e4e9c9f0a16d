using NicHangExporter.Options;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Policy;

namespace NicHangExporter.Tests.Remediation.Faults;

/// <summary>
/// Any number of external requests: the local loop has its turn first, and the journal keeps what was done.
/// </summary>
public sealed class LocalFirstTests : IDisposable
{
    private readonly FaultScene _scene = new FaultScene(options =>
        options with { Remediation = options.Remediation with { Api = RemediationMode.Off } }).Open();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void LocalRequest_GoesAheadOfOneThatIsOnlyAsked()
    {
        var asked = Submit(Api());
        _scene.Hang();
        var local = Submit(_scene.LocalRequest());
        _scene.Live(40);

        Assert.False(local.Joined);
        Assert.Equal(RemediationTrigger.Local, Assert.Single(_scene.Entries(JournalEvent.Intent)).Trigger);
        Assert.Equal(RemediationVerdict.Healed, local.Answer().Verdict);
        // The running remediation is what it has requested, and it gets that outcome.
        Assert.Equal(local.Id, asked.Answer().Id);
    }

    [Fact]
    public void RequestThatFollowsARunningRemediation_IsNotAnsweredThatNothingWasDone()
    {
        var asked = Submit(Api());
        _scene.Hang();
        var local = Submit(_scene.LocalRequest());
        _scene.Host.RemediationWorker.RunPending();
        Assert.False(asked.Outcome.IsCompleted || local.Outcome.IsCompleted);
        // A command of the remediation that exceeds the deadline.
        var late = _scene.Host.Options.Remediation.Deadline + TimeSpan.FromSeconds(1);
        _scene.Host.RemediationWorker.Post(() => _scene.Host.Clock.Advance(late));
        _scene.Host.RemediationWorker.RunPending();

        Assert.Equal(
            "a command to the kernel has not returned for 30s and can't be cancelled;"
            + $" the outcome, that of {local.Id}, will be in the journal", asked.Answer().Explanation);
    }

    [Fact]
    public void LocalRequest_GoesAheadOfOneAboutAnotherDevice()
    {
        var other = _scene.Add("eno2", "0000:02:00.0");
        var asked = Submit(Api() with { Device = other.Interface });
        _scene.Hang();
        var local = Submit(_scene.LocalRequest());
        _scene.Live(40);

        Assert.Equal(DeclineReason.Busy, asked.Answer().Declined);
        Assert.Equal(RemediationVerdict.Healed, local.Answer().Verdict);
    }

    [Fact]
    public void ManyDryRuns_AreLookedAtAfterTheLoop()
    {
        var asked = Enumerable.Range(0, 60).Select(_ => Submit(Api() with { DryRun = true })).ToList();
        _scene.Hang();
        Submit(_scene.LocalRequest());
        var answered = -1;
        _scene.Nic.Before = what => answered = Math.Max(answered, asked.Count(ticket => ticket.Outcome.IsCompleted));
        _scene.Host.RemediationWorker.RunPending();

        Assert.Equal(0, answered);
        Assert.All(asked, ticket => Assert.Equal(RemediationVerdict.DryRun, ticket.Answer().Verdict));
    }

    [Fact]
    public void SameRefusal_IsWrittenDownOnceAMinuteAndCountedEachTime()
    {
        for (var time = 0; time < 100; time++)
            Assert.Equal(DeclineReason.ModeOff, _scene.Ask(Api()).Declined);
        Assert.Single(_scene.Entries(JournalEvent.Outcome));
        _scene.Ask(Api() with { Actor = "somebody else" });
        Assert.Equal(2, _scene.Entries(JournalEvent.Outcome).Count);

        _scene.Live(60);
        _scene.Ask(Api());
        Assert.Equal(3, _scene.Entries(JournalEvent.Outcome).Count);
        Assert.Equal(102, _scene.Host.Metrics.RemediationDeclined.WithLabels("api", "mode_off").Value);
    }

    [Fact]
    public void DryRun_SaysWhatWouldBeRefusedWhereNothingWouldChange()
    {
        foreach (var feature in new[] { "tx-tcp-segmentation", "tx-tcp6-segmentation", "tx-generic-segmentation" })
            _scene.Nic.Request(feature, false);
        var outcome = _scene.Ask(Api() with { Recover = false, Settings = ["tso", "gso"], DryRun = true });

        Assert.Equal((RemediationVerdict.DryRun, DeclineReason.ModeOff), (outcome.Verdict, outcome.Declined));
        Assert.StartsWith("nothing would be done: ", outcome.Explanation, StringComparison.Ordinal);
    }

    private RemediationTicket Submit(RemediationRequest request) => _scene.Host.Remediator.Submit(request);

    private RemediationRequest Api() =>
        _scene.LocalRequest() with { Trigger = RemediationTrigger.Api, Actor = "controller", Episode = null };
}
