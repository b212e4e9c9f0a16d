using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;

namespace NicHangExporter.Tests.Remediation.Faults;

/// <summary>
/// A request of a person that was answered as failed, because the remediation thread did not come to it in time, is not
/// carried out later. A pause is: it was in force immediately, and only its journal entry was late.
/// </summary>
public sealed class GivenUpTests : IDisposable
{
    private readonly StuckScene _stuck = new StuckScene().Open();

    private FixtureHost Host => _stuck.Host;

    private FaultScene Scene => _stuck.Scene;

    public void Dispose() => _stuck.Dispose();

    [Fact]
    public void Resume_ThatWasAnsweredAsBusy_DoesNotResumeLater()
    {
        var paused = Host.Remediator.SetPausedAsync(true, "root");
        _stuck.Settle();
        Assert.Null(paused.Now());
        _stuck.StickInARead();
        var resumed = Host.Remediator.SetPausedAsync(false, "eve");
        Host.Clock.Advance(TimeSpan.FromSeconds(31));

        Assert.Equal(AdminErrorKind.Busy, resumed.Now()?.Kind);
        Assert.Contains("nothing was done", resumed.Now()!.Explanation, StringComparison.Ordinal);
        _stuck.Release();
        _stuck.Live(60);

        Assert.True(Host.Remediator.Status().Paused);
        Assert.True(Host.Ledger.State.Paused);
        Assert.DoesNotContain(Scene.Journal(), entry => entry.Event == JournalEvent.Resumed);
    }

    [Fact]
    public void Clear_ThatWasAnsweredAsBusy_DoesNotClearLater()
    {
        Scene.Nic.Before = _ => { };
        var first = Host.Remediator.Submit(Scene.Request("gso"));
        for (var second = 0; second < 60 && !first.Outcome.IsCompleted; second++)
            _stuck.Live(1);
        var charges = Scene.Record.Charges.Count;
        Assert.NotEqual(0, charges);
        _stuck.StickInARead();
        var cleared = Host.Remediator.ClearQuarantineAsync(Scene.Nic.Interface, "eve");
        Host.Clock.Advance(TimeSpan.FromSeconds(31));

        Assert.Equal(AdminErrorKind.Busy, cleared.Now()?.Kind);
        _stuck.Release();
        _stuck.Live(10);

        Assert.Equal(charges, Scene.Record.Charges.Count);
        Assert.DoesNotContain(Scene.Journal(), entry => entry.Event == JournalEvent.Cleared);
    }

    [Fact]
    public void Clear_WhoseOwnReadIsStuck_DoesNotClearWhenTheReadReturns()
    {
        Scene.Nic.Before = _ => { };
        var first = Host.Remediator.Submit(Scene.Request("gso"));
        for (var second = 0; second < 60 && !first.Outcome.IsCompleted; second++)
            _stuck.Live(1);
        var charges = Scene.Record.Charges.Count;
        // Created again by its driver: its hardware address must be read again, which needs RTNL.
        Host.Sysfs.Write(Scene.Nic.Name, "ifindex", "77\n");
        Host.Ethtool.Entered.Reset();
        Host.Ethtool.Rtnl.Reset();
        var cleared = Host.Remediator.ClearQuarantineAsync(Scene.Nic.Interface, "eve");
        Assert.True(Host.Ethtool.Entered.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Host.Clock.Advance(TimeSpan.FromSeconds(31));

        Assert.Equal(AdminErrorKind.Busy, cleared.Now()?.Kind);
        Host.Ethtool.Rtnl.Set();
        _stuck.Settle();
        Assert.Equal(charges, Scene.Record.Charges.Count);
    }

    [Fact]
    public void Pause_ThatWasNotRecordedInTime_IsInForceAndRecordedLater()
    {
        _stuck.StickInARead();
        var paused = Host.Remediator.SetPausedAsync(true, "root");
        Assert.True(Host.Remediator.Status().Paused);
        Host.Clock.Advance(TimeSpan.FromSeconds(31));

        Assert.Equal(AdminErrorKind.NotDurable, paused.Now()?.Kind);
        Assert.Contains("is paused", paused.Now()!.Explanation, StringComparison.Ordinal);
        _stuck.Release();
        Assert.True(Host.Ledger.State.Paused);
        Assert.Single(Scene.Journal(), entry => entry.Event == JournalEvent.Paused);
    }
}
