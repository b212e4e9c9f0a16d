using NicHangExporter.Api;
using NicHangExporter.Linux;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Text;

namespace NicHangExporter.Tests.Remediation.Faults;

/// <summary>Drivers that say yes and mean something else: what reads back decides.</summary>
public sealed class SettingFaultTests
{
    [Fact]
    public async Task SilentRefusal_OfANicThatWorks_IsFoundByReadingBackAndUndone()
    {
        using var scene = new FaultScene().Open();
        var atFirst = scene.Nic.Requested;
        scene.Nic.SilentlyKept.Add("tx-generic-segmentation");

        var outcome = scene.Ask(scene.Request("tso", "gso"));

        Assert.Equal(RemediationVerdict.RolledBack, outcome.Verdict);
        Assert.Contains("tx-generic-segmentation is on", outcome.Explanation, StringComparison.Ordinal);
        Assert.Equal(atFirst, scene.Nic.Requested);
        Assert.Equal(1, await scene.Outcomes("cli", "rolled_back"));
        scene.AssertSound(atFirst);
        // Only the request failed: that is no reason for a quarantine.
        Assert.False(scene.Record.Quarantined);
    }

    [Fact]
    public void SilentRefusal_OfANicWithoutCable_IsNoLossOfItsLink()
    {
        using var scene = new FaultScene().Open();
        (scene.Nic.HasCarrier, scene.Nic.CarrierDelay) = (false, 1e9);
        scene.Live(1);
        scene.Nic.SilentlyKept.Add("rx-checksum");
        Assert.Equal(RemediationVerdict.RolledBack, scene.Ask(scene.Request("rx")).Verdict);
        Assert.False(scene.Record.Quarantined);
    }

    [Fact]
    public void SilentRefusal_OfANicThatHangs_KeepsWhatTookAndTheWayBack()
    {
        using var scene = new FaultScene().Open();
        var atFirst = scene.Nic.Requested;
        scene.Nic.SilentlyKept.Add("tx-generic-segmentation");
        scene.Hang();

        var outcome = scene.Ask(scene.LocalRequest());

        Assert.Equal(RemediationVerdict.Healed, outcome.Verdict);
        Assert.Equal("on", outcome.After!["tx-generic-segmentation"]);
        Assert.Equal(["tx-tcp-segmentation", "tx-tcp6-segmentation"], scene.Record.Desired);
        scene.AssertSound(atFirst);
        scene.Nic.SilentlyKept.Clear();
        Assert.Equal(RemediationVerdict.Applied, scene.Ask(scene.RollbackRequest()).Verdict);
        Assert.Equal(atFirst, scene.Nic.Requested);
    }

    [Theory]
    [InlineData(3, "applied")]
    [InlineData(9, "rolled_back")]
    public void LateApplication_IsWaitedForFiveSeconds(int seconds, string verdict)
    {
        using var scene = new FaultScene().Open();
        var atFirst = scene.Nic.Requested;
        scene.Nic.SilentlyKept.Add("tx-generic-segmentation");
        var due = scene.Host.Uptime + seconds;

        var outcome = scene.Ask(scene.Request("gso"), () =>
        {
            if (scene.Host.Uptime >= due && scene.Nic.SilentlyKept.Remove("tx-generic-segmentation"))
                scene.Nic.Request("tx-generic-segmentation", on: false);
        });

        Assert.Equal(verdict, SnakeCase.Of(outcome.Verdict));
        Assert.InRange(outcome.Evidence!.Seconds, Math.Min(seconds, 5), 6);
        if (verdict == "applied")
            scene.AssertSound(atFirst);
    }

    [Fact]
    public void Setting_ThatIsWithheldByAnother_IsRememberedAsRequested()
    {
        // Checksums are off already, so that tso is withheld: requested, not active. Off must still be requested, and a
        // rollback restores the request.
        using var scene = new FaultScene().Open();
        scene.Nic.Request("tx-checksum-ip-generic", on: false);
        var atFirst = scene.Nic.Requested;
        Assert.False(scene.Nic.IsActive("tx-tcp-segmentation"));

        var outcome = scene.Ask(scene.Request("tso"));

        Assert.Equal(RemediationVerdict.Applied, outcome.Verdict);
        Assert.False(scene.Nic.IsRequested("tx-tcp-segmentation"));
        Assert.Equal("on", outcome.Before!["tx-tcp-segmentation"]);
        Assert.Equal(RemediationVerdict.Applied, scene.Ask(scene.RollbackRequest()).Verdict);
        Assert.Equal(atFirst, scene.Nic.Requested);
    }

    [Fact]
    public void Setting_ThatAnotherHoldsOn_IsNotKeptOffButItsOriginalIsKept()
    {
        // Intel's drivers keep rxvlan and txvlan alike: txvlan off alone is granted only on paper.
        using var scene = new FaultScene().Open();
        var atFirst = scene.Nic.Requested;
        scene.Nic.HeldOn.Add("tx-vlan-hw-insert");
        scene.Hang();

        var outcome = scene.Ask(scene.Request("tso", "txvlan") with { Recover = true });

        Assert.Equal(RemediationVerdict.Healed, outcome.Verdict);
        Assert.Equal("on, requested off", outcome.After!["tx-vlan-hw-insert"]);
        Assert.DoesNotContain("tx-vlan-hw-insert", scene.Record.Desired);
        scene.AssertSound(atFirst);
        scene.Ask(scene.RollbackRequest());
        Assert.Equal(atFirst, scene.Nic.Requested);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void SilentRevert_AtLinkUpWithinTheWindow_IsReasserted(bool hung)
    {
        using var scene = new FaultScene().Open();
        scene.Nic.TurnedOnAtLinkUp.Add("tx-tcp-segmentation");
        if (hung)
            scene.Hang();

        var outcome = scene.Ask(scene.Request("tso", "rx") with { Recover = hung });

        Assert.Equal(hung ? RemediationVerdict.Healed : RemediationVerdict.Applied, outcome.Verdict);
        Assert.Equal(2, scene.Operations.Count(what => what == "tx-tcp-segmentation off"));
        Assert.False(scene.Nic.IsRequested("tx-tcp-segmentation"));
        Assert.Contains("tx-tcp-segmentation", scene.Record.Desired);
    }

    [Fact]
    public void SilentRevert_OfWhatNeedsAReset_IsNotReasserted()
    {
        using var scene = new FaultScene().Open();
        scene.Nic.TurnedOnAtLinkUp.Add("rx-checksum");
        var outcome = scene.Ask(scene.Request("rx"));
        Assert.Equal(RemediationVerdict.RolledBack, outcome.Verdict);
        Assert.Single(scene.Operations, what => what == "rx-checksum off");
    }

    [Theory]
    [InlineData(false, "rollback_failed")]
    [InlineData(true, "healed")]
    public void ReadBack_ThatFails_ProvesNothing(bool hung, string verdict)
    {
        using var scene = new FaultScene().Open();
        var atFirst = scene.Nic.Requested;
        if (hung)
            scene.Hang();
        scene.Nic.After = what =>
        {
            if (what == "tx-tcp-segmentation off")
                scene.Host.Ethtool.Address = _ => throw new LinuxException("SIOCETHTOOL ETHTOOL_GPERMADDR", "eno1",
                    Errno.IO);
        };

        var outcome = scene.Ask(scene.Request("tso") with { Recover = hung });
        scene.Host.Ethtool.Address = _ => null;

        Assert.Equal(verdict, SnakeCase.Of(outcome.Verdict));
        Assert.Contains("Input/output error", outcome.Evidence!.Error, StringComparison.Ordinal);
        scene.AssertSound(atFirst);
        Assert.Equal(RemediationVerdict.Applied, scene.Ask(scene.RollbackRequest()).Verdict);
        Assert.Equal(atFirst, scene.Nic.Requested);
    }

    [Fact]
    public async Task Undo_ThatIsRefusedForOneFeature_UndoesTheOthersAndKeepsTheWayBack()
    {
        using var scene = new FaultScene().Open();
        var atFirst = scene.Nic.Requested;
        scene.Nic.SilentlyKept.Add("tx-generic-segmentation");
        scene.Nic.Errors["tx-tcp-segmentation on"] = Errno.Busy;

        var outcome = scene.Ask(scene.Request("tso", "gso"));

        Assert.Equal(RemediationVerdict.RollbackFailed, outcome.Verdict);
        Assert.Contains("tx-tcp-segmentation is off", outcome.Explanation, StringComparison.Ordinal);
        Assert.True(scene.Nic.IsRequested("tx-tcp6-segmentation"));
        Assert.False(scene.Nic.IsRequested("tx-tcp-segmentation"));
        Assert.Empty(scene.Record.Desired);
        Assert.Equal(["tx-tcp-segmentation"], scene.Record.Original.Keys);
        Assert.Equal(1,
            await scene.Metric("nichang_remediation_failures_total{device=\"eno1\",reason=\"rollback_failed\"}"));

        scene.Nic.Errors.Clear();
        Assert.Equal(RemediationVerdict.Applied, scene.Ask(scene.RollbackRequest()).Verdict);
        Assert.Equal(atFirst, scene.Nic.Requested);
    }

    [Fact]
    public void Undo_ThatIsRefusedOnANicThatHangs_DoesNotKeepTheNextActionAway()
    {
        using var scene = new FaultScene().Open();
        var atFirst = scene.Nic.Requested;
        scene.Nic.CuredBy.Remove("reinit");
        scene.Nic.Errors["tx-generic-segmentation on"] = Errno.Busy;
        scene.Hang();
        scene.Submit(scene.LocalRequest());
        scene.Live(75);

        Assert.Equal([RemediationVerdict.RollbackFailed, RemediationVerdict.Healed],
            scene.Entries(JournalEvent.Outcome).Select(entry => entry.Verdict!.Value));
        Assert.Equal(["reinit", "bounce"], scene.Entries(JournalEvent.Intent).Select(entry => entry.RecoveryAction));
        scene.AssertSound(atFirst);
    }

    [Fact]
    public void Rollback_ThatIsRefusedForOneFeature_ForgetsNothing()
    {
        using var scene = new FaultScene().Open();
        var atFirst = scene.Nic.Requested;
        scene.Ask(scene.Request("tso", "gso"));
        scene.Nic.Errors["tx-generic-segmentation on"] = Errno.Busy;

        Assert.Equal(RemediationVerdict.RollbackFailed, scene.Ask(scene.RollbackRequest()).Verdict);
        Assert.Contains("tx-generic-segmentation", scene.Record.Original.Keys);

        scene.Nic.Errors.Clear();
        Assert.Equal(RemediationVerdict.Applied, scene.Ask(scene.RollbackRequest()).Verdict);
        Assert.Equal(atFirst, scene.Nic.Requested);
        Assert.Empty(scene.Record.Original);
    }
}
