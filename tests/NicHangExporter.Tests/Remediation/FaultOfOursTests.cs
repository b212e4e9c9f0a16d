using NicHangExporter.Hosting;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Policy;

namespace NicHangExporter.Tests.Remediation;

/// <summary>
/// An unexpected exception during a remediation: callers are answered, the device is resolved, and later requests are
/// handled.
/// </summary>
public sealed class FaultOfOursTests : IDisposable
{
    private readonly FixtureHost _host = new(LocalLoop.Enforcing, live: true);
    private readonly SimulatedNic _nic;

    public FaultOfOursTests()
    {
        _nic = _host.AddSimulatedNic();
        _host.Open();
        _host.Start();
    }

    public void Dispose() => _host.Dispose();

    [Theory]
    [InlineData("tx-tcp-segmentation off")]
    [InlineData("reinit")]
    public void Fault_WhileStepsAreCarriedOut_IsSettledAtOnce(string what)
    {
        _nic.Before = step => Throw(step == what);
        var failed = Ask(recover: true);
        _nic.Before = _ => { };

        AssertSettled(failed);
    }

    [Fact]
    public void Fault_WhileTheResultIsWatched_IsSettledAtOnce()
    {
        var ticket = _host.Remediator.Submit(new(_nic.Interface, RemediationTrigger.Cli) { Recover = true });
        _host.RemediationWorker.RunPending();
        _host.Ethtool.Address = _ => throw new InvalidOperationException("a fault made by the test");
        for (var second = 0; second < 10 && !ticket.Outcome.IsCompleted; second++)
            _host.Live(1);
        _host.Ethtool.Address = _ => null;

        // It could not even be resolved; the remediator tries again later.
        var failed = Answer(ticket);
        _host.Live(1);
        AssertSettled(failed);
    }

    [Fact]
    public void Fault_OfADryRun_LeavesTheRunningRemediationAlone()
    {
        var ticket = _host.Remediator.Submit(new(_nic.Interface, RemediationTrigger.Cli) { Recover = true });
        _host.RemediationWorker.RunPending();
        _host.Ethtool.Address = _ => throw new InvalidOperationException("a fault made by the test");
        var dry = _host.Remediator.Submit(new(_nic.Interface, RemediationTrigger.Cli) { DryRun = true });
        _host.RemediationWorker.RunPending();
        _host.Ethtool.Address = _ => null;
        _host.Live(10);

        Assert.Equal(RemediationVerdict.Failed, Answer(dry).Verdict);
        Assert.Equal(RemediationVerdict.Applied, Answer(ticket).Verdict);
    }

    private RemediationOutcome Ask(bool recover) =>
        _host.Ask(new(_nic.Interface, RemediationTrigger.Cli) { Recover = recover, Settings = recover ? [] : ["eee"] });

    private void AssertSettled(RemediationOutcome failed)
    {
        Assert.Equal(RemediationVerdict.Failed, failed.Verdict);
        var record = _host.Ledger.State.Devices.Values.Single();
        Assert.Null(record.Pending);
        Assert.Contains(_host.JournalEntries(), entry => entry.Event == JournalEvent.Outcome && entry.Id == failed.Id);
        foreach (var name in new[] { "tx-tcp-segmentation", "tx-tcp6-segmentation", "tx-generic-segmentation" })
            Assert.Equal(record.Desired.Contains(name), !_nic.IsRequested(name));
        Assert.InRange(_host.Log.Count(EventIds.RemediationFailed), 1, 10);
        // Requests are handled: the device passes traffic and cools down.
        Assert.Equal(DeclineReason.Cooldown, Ask(recover: false).Declined);
    }

    private static RemediationOutcome Answer(RemediationTicket ticket)
    {
        Assert.True(ticket.Outcome.IsCompletedSuccessfully);
        return ticket.Outcome.GetAwaiter().GetResult();
    }

    private static void Throw(bool now)
    {
        if (now)
            throw new InvalidOperationException("a fault made by the test");
    }
}
