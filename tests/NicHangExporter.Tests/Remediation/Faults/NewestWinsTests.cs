using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;

namespace NicHangExporter.Tests.Remediation.Faults;

/// <summary>
/// What people decide while a command to the kernel does not return: the newest decision wins, in any order in which
/// the remediation thread comes to them.
/// </summary>
public sealed class NewestWinsTests : IDisposable
{
    private StuckScene _stuck;

    // What happens while the journal is written: the moment between what one decision and the next one do.
    private Action _whileWriting = () => { };

    public NewestWinsTests() => _stuck = Scenery();

    private StuckScene Scenery(int deviceBudget = 6) =>
        new StuckScene(new JournalFiles { Sync = (_, _) => _whileWriting(), SyncDirectory = _ => { } },
            deviceBudget).Open();

    private FixtureHost Host => _stuck.Host;

    private FaultScene Scene => _stuck.Scene;

    public void Dispose() => _stuck.Dispose();

    [Fact]
    public void ResumeBeforeAPause_DoesNotUndoIt()
    {
        var other = Scene.Add("eno2", "0000:02:00.0");
        var stuck = _stuck.Stick();
        var resumed = Host.Remediator.SetPausedAsync(false, "eve");
        var paused = Host.Remediator.SetPausedAsync(true, "root");
        // Internal work runs before external requests.
        Host.Clock.Advance(TimeSpan.FromSeconds(31));
        Assert.True(stuck.Outcome.IsCompleted);
        Scene.Hang(other);
        var local = Enumerable.Range(0, 5).Select(_ => Host.Remediator.Submit(Scene.LocalRequest(other))).ToList();
        _stuck.Release();
        Scene.Hang(other);
        local.Add(Host.Remediator.Submit(Scene.LocalRequest(other)));
        _stuck.Live(90);

        Assert.Empty(other.Operations);
        Assert.All(local, ticket => Assert.Equal(RemediationVerdict.Declined, ticket.Answer().Verdict));
        Assert.True(Host.Remediator.Status().Paused);
        Assert.True(Host.Ledger.State.Paused);
        Assert.NotNull(resumed.Now());
        Assert.NotNull(paused.Now());
        Scene.Restart();
        Assert.True(Host.Remediator.Status().Paused);
    }

    [Fact]
    public void HangInTheMiddleOfResumeAndPause_IsNotActedOn()
    {
        _stuck.StickInARead();
        _ = Host.Remediator.SetPausedAsync(false, "eve");
        _ = Host.Remediator.SetPausedAsync(true, "root");
        Scene.Hang();
        // Internal work runs before external requests: between the two of them as well.
        _whileWriting = () => Host.Remediator.Submit(Scene.LocalRequest());
        _stuck.Release();
        _whileWriting = () => { };
        _stuck.Live(60);

        Assert.Empty(Scene.Operations);
        Assert.True(Host.Remediator.Status().Paused);
    }

    [Fact]
    public void ResumeBeforeAPause_WithinTheDeadline_IsAnsweredAsOvertaken()
    {
        _stuck.StickInARead();
        var resumed = Host.Remediator.SetPausedAsync(false, "eve");
        var paused = Host.Remediator.SetPausedAsync(true, "root");
        _stuck.Release();

        Assert.Equal(AdminErrorKind.Overtaken, resumed.Now()?.Kind);
        Assert.Null(paused.Now());
        Assert.True(Host.Remediator.Status().Paused);
        Assert.DoesNotContain(Scene.Journal(), entry => entry.Event == JournalEvent.Resumed);
    }

    [Fact]
    public void ResumeAfterAPause_Resumes()
    {
        _stuck.StickInARead();
        var paused = Host.Remediator.SetPausedAsync(true, "root");
        var resumed = Host.Remediator.SetPausedAsync(false, "root");
        Assert.True(Host.Remediator.Status().Paused);
        _stuck.Release();

        Assert.Null(paused.Now());
        Assert.Null(resumed.Now());
        Assert.False(Host.Remediator.Status().Paused);
        Assert.False(Host.Ledger.State.Paused);
    }

    [Fact]
    public void DriftThatWasFoundBeforeAPause_IsNotCorrectedByAnOlderResume()
    {
        Scene.Nic.Before = _ => { };
        var applied = Host.Remediator.Submit(Scene.Request("gso"));
        for (var second = 0; second < 60 && !applied.Outcome.IsCompleted; second++)
            _stuck.Live(1);
        Assert.Equal(RemediationVerdict.Applied, applied.Answer().Verdict);
        Scene.Nic.Operations.Clear();
        Scene.Nic.Request("tx-generic-segmentation", true);
        _stuck.StickInARead();
        // It is due and found between the two of them.
        _ = Host.Remediator.SetPausedAsync(false, "eve");
        _ = Host.Remediator.SetPausedAsync(true, "root");
        _whileWriting = () => Host.Clock.Advance(TimeSpan.FromSeconds(20));
        _stuck.Release();
        _whileWriting = () => { };
        _stuck.Live(60);

        Assert.Empty(Scene.Operations);
        Assert.True(Scene.Nic.IsRequested("tx-generic-segmentation"));
    }

    [Fact]
    public void ClearBeforeAQuarantine_DoesNotLiftIt()
    {
        _stuck.Dispose();
        _stuck = Scenery(deviceBudget: 1);
        Scene.Nic.Before = _ => { };
        var first = Host.Remediator.Submit(Scene.Request("gso"));
        for (var second = 0; second < 60 && !first.Outcome.IsCompleted; second++)
            _stuck.Live(1);
        Assert.NotEmpty(Scene.Record.Charges);
        _stuck.StickInARead();
        var cleared = Host.Remediator.ClearQuarantineAsync(Scene.Nic.Interface, "eve");
        // The budget is gone by the next request, which the thread comes to before the older clear.
        Scene.Hang();
        Host.Remediator.Submit(Scene.LocalRequest());
        _stuck.Release();

        Assert.True(Scene.Record.Quarantined);
        Assert.Equal(AdminErrorKind.Overtaken, cleared.Now()?.Kind);
        Assert.DoesNotContain(Scene.Journal(), entry => entry.Event == JournalEvent.Cleared);
        // Who has seen it may lift it.
        var seen = Host.Remediator.ClearQuarantineAsync(Scene.Nic.Interface, "root");
        _stuck.Live(1);
        Assert.Null(seen.Now());
        Assert.False(Scene.Record.Quarantined);
    }
}
