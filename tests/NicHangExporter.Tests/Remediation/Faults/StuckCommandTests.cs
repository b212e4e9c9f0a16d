using NicHangExporter.Api;
using NicHangExporter.Hosting;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Policy;
using NicHangExporter.Text;

namespace NicHangExporter.Tests.Remediation.Faults;

/// <summary>
/// A command to the kernel that does not return, on the real worker thread: all callers are answered, and when the
/// kernel gives the thread back, nothing is done for those that were answered as failed.
/// </summary>
public sealed class StuckCommandTests : IDisposable
{
    private const string Step = "tx-tcp-segmentation off";

    private readonly FaultScene _scene = new(options =>
        options with { Remediation = options.Remediation with { Deadline = TimeSpan.FromSeconds(30) } });
    private readonly ManualResetEventSlim _isIn = new();
    private readonly ManualResetEventSlim _returns = new();
    private string _stuckAt = Step;

    public StuckCommandTests() => _scene.Nic.Before = what =>
    {
        if (what != _stuckAt)
            return;
        _isIn.Set();
        _returns.Wait(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
    };

    private FixtureHost Host => _scene.Host;

    public void Dispose()
    {
        _returns.Set();
        _scene.Dispose();
        _isIn.Dispose();
        _returns.Dispose();
    }

    [Fact]
    public async Task Caller_IsAnsweredAfterTheDeadline_WhileEverythingElseAnswers()
    {
        var ticket = Stuck(_scene.Request("tso", "gso"));
        Host.Clock.Advance(TimeSpan.FromSeconds(29));
        Assert.False(ticket.Outcome.IsCompleted);
        Host.Clock.Advance(TimeSpan.FromSeconds(2));

        Assert.True(ticket.Outcome.IsCompleted);
        var told = await ticket.Outcome;
        Assert.Equal(RemediationVerdict.Failed, told.Verdict);
        Assert.Contains("has not returned for 30s", told.Explanation, StringComparison.Ordinal);
        Assert.InRange((await _scene.Metric("nichang_remediation_command_seconds"))!.Value, 30, 32);
        Assert.Equal(1, await _scene.Metric("nichang_remediation_failures_total{device=\"eno1\",reason=\"timeout\"}"));
        var status = Host.Remediator.Status();
        Assert.InRange(status.CommandSeconds, 30, 32);
        Assert.Contains("eno1", status.Running, StringComparison.Ordinal);
        Assert.Equal(1, Host.Log.Count(EventIds.RemediationOverdue));
        // An hour of that is logged once.
        for (var quarter = 0; quarter < 4 * 3600; quarter += 40)
            Host.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(1, Host.Log.Count(EventIds.RemediationOverdue));
    }

    [Fact]
    public void SecondRequest_IsBusyAndDoesNotJoinWhatHasFailed()
    {
        Stuck(_scene.Request("tso"));
        var early = Host.Remediator.Submit(_scene.Request("tso"));
        Assert.True(early.Joined);
        Host.Clock.Advance(TimeSpan.FromSeconds(31));
        Assert.True(early.Outcome.IsCompleted);
        foreach (var request in new[] { _scene.Request("tso"), _scene.Request("gso"), _scene.LocalRequest(),
            _scene.RollbackRequest() })
        {
            var ticket = Host.Remediator.Submit(request);
            Assert.False(ticket.Joined);
            Assert.Equal(DeclineReason.Busy, ticket.Answer().Declined);
        }
    }

    [Fact]
    public void DryRun_BehindIt_IsAnsweredAsWell()
    {
        Stuck(_scene.Request("tso"));
        var ticket = Host.Remediator.Submit(_scene.Request("gso") with { DryRun = true });
        Host.Clock.Advance(TimeSpan.FromSeconds(31));
        Assert.True(ticket.Outcome.IsCompleted);
        Assert.Equal(RemediationVerdict.Failed, ticket.Answer().Verdict);
        Assert.StartsWith("nothing was done", ticket.Answer().Explanation, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(20, "applied")]
    [InlineData(7200, "rolled_back")]
    public void Return_OfTheCommand_GoesOnOnlyWithinTheDeadline(int seconds, string verdict)
    {
        var atFirst = _scene.Nic.Requested;
        Stuck(_scene.Request("tso", "rx"));
        Host.Clock.Advance(TimeSpan.FromSeconds(seconds));
        _returns.Set();
        Settle();
        Live(20);

        // The outcome is in the journal, and the reset that was planned two hours ago is not made now.
        var outcome = Assert.Single(_scene.Entries(JournalEvent.Outcome));
        Assert.Equal(verdict, SnakeCase.Of(outcome.Verdict!.Value));
        Assert.Equal(verdict == "applied" ? 1 : 0, _scene.Operations.Count(what => what == "rx-checksum off"));
        Assert.Single(_scene.Entries(JournalEvent.Intent));
        Assert.Equal(1, _scene.Operations.Count(what => what == Step));
        if (verdict == "rolled_back")
            Assert.Equal(atFirst, _scene.Nic.Requested);
        _scene.AssertSound(atFirst);
        // And requests are handled.
        Assert.NotEqual(DeclineReason.Busy, Ask(_scene.Request("gso")).Declined);
    }

    [Fact]
    public void Return_OfTheLastStep_IsVerifiedAsEver()
    {
        _stuckAt = "reinit";
        _scene.Hang();
        Stuck(_scene.LocalRequest());
        Host.Clock.Advance(TimeSpan.FromSeconds(120));
        _returns.Set();
        Settle();
        Live(60);
        Assert.Equal(RemediationVerdict.Healed, Assert.Single(_scene.Entries(JournalEvent.Outcome)).Verdict);
        Assert.Single(_scene.Operations, "reinit");
    }

    [Fact]
    public void RequestThatWaitedBehindARead_IsNotBegunWhenTheReadReturns()
    {
        Open();
        // Not a remediation: the check for drift, or something else that holds RTNL.
        Host.RemediationWorker.Post(() =>
        {
            _isIn.Set();
            _returns.Wait(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
        });
        Assert.True(_isIn.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        var ticket = Host.Remediator.Submit(_scene.Request("tso"));
        Host.Clock.Advance(TimeSpan.FromSeconds(31));
        Assert.True(ticket.Outcome.IsCompleted);
        Assert.StartsWith("nothing was done", ticket.Answer().Explanation, StringComparison.Ordinal);

        _returns.Set();
        Settle();
        Assert.Empty(_scene.Operations);
        Assert.Empty(_scene.Entries(JournalEvent.Intent));
        _stuckAt = "";
        Assert.Equal(RemediationVerdict.Applied, Ask(_scene.Request("tso")).Verdict);
    }

    [Fact]
    public async Task RequestWhoseOwnReadIsStuck_IsNotBegunWhenTheReadReturns()
    {
        Open();
        Host.Ethtool.Entered.Reset();
        Host.Ethtool.Rtnl.Reset();
        var ticket = Host.Remediator.Submit(_scene.Request("tso"));
        Assert.True(Host.Ethtool.Entered.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Host.Clock.Advance(TimeSpan.FromSeconds(31));
        Assert.StartsWith("nothing was done", ticket.Answer().Explanation, StringComparison.Ordinal);
        // A scrape needs no RTNL.
        Assert.InRange((await _scene.Metric("nichang_remediation_command_seconds"))!.Value, 30, 32);

        Host.Ethtool.Rtnl.Set();
        Settle();
        Assert.Empty(_scene.Operations);
        Assert.Empty(_scene.Entries(JournalEvent.Intent));
    }

    [Fact]
    public void Pause_OfAPerson_CountsAtOnceAndTheAnswerDoesNotWait()
    {
        Stuck(_scene.Request("tso", "gso"));
        var paused = Host.Remediator.SetPausedAsync(true, "root");
        Assert.True(Host.Remediator.Status().Paused);
        Host.Clock.Advance(TimeSpan.FromSeconds(31));
        Assert.True(SpinWait.SpinUntil(() => paused.IsCompleted, TimeSpan.FromSeconds(30)));
        Assert.Equal(AdminErrorKind.NotDurable, paused.Now()?.Kind);
        _returns.Set();
        Settle();
        Assert.DoesNotContain("tx-generic-segmentation off", _scene.Operations);
        Assert.Equal(RemediationVerdict.RolledBack, Assert.Single(_scene.Entries(JournalEvent.Outcome)).Verdict);
    }

    [Fact]
    public void Stop_WhileItIsStuck_ReturnsWithinItsDeadlineAndTheNextStartSettles()
    {
        var atFirst = _scene.Nic.Requested;
        var ticket = Stuck(_scene.Request("tso", "gso"));
        var stopped = Host.Remediator.StopAsync(TimeSpan.FromSeconds(10));
        Host.Clock.Advance(TimeSpan.FromSeconds(9));
        Assert.False(stopped.IsCompleted);
        Host.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(SpinWait.SpinUntil(() => stopped.IsCompleted, TimeSpan.FromSeconds(30)));
        Assert.Equal(RemediationVerdict.Failed, ticket.Answer().Verdict);
        Assert.Equal(DeclineReason.ShuttingDown, Host.Remediator.Submit(_scene.Request("gso")).Answer().Declined);

        _stuckAt = "";
        _scene.Restart();
        Assert.Equal(RemediationVerdict.RolledBack, Assert.Single(_scene.Entries(JournalEvent.Outcome)).Verdict);
        Assert.Equal(atFirst, _scene.Nic.Requested);
        _scene.AssertSound(atFirst);
    }

    private void Open()
    {
        _scene.Open();
        Host.RemediationWorker.Start();
    }

    private RemediationTicket Stuck(RemediationRequest request)
    {
        Open();
        var ticket = Host.Remediator.Submit(request);
        Assert.True(_isIn.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken),
            "the command was not begun");
        return ticket;
    }

    // Until the worker has run everything that is queued so far.
    private void Settle()
    {
        using var done = new ManualResetEventSlim();
        Assert.True(Host.RemediationWorker.Post(done.Set));
        Assert.True(done.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
    }

    private void Live(int seconds)
    {
        for (var quarter = 1; quarter <= 4 * seconds; quarter++)
        {
            Host.Clock.Advance(TimeSpan.FromMilliseconds(250));
            Settle();
            if (quarter % 4 == 0)
                _scene.Nic.Second();
        }
    }

    private RemediationOutcome Ask(RemediationRequest request)
    {
        var ticket = Host.Remediator.Submit(request);
        for (var second = 0; second < 60 && !ticket.Outcome.IsCompleted; second++)
            Live(1);
        return ticket.Answer();
    }
}
