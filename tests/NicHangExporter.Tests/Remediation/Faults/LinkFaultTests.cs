using NicHangExporter.Hosting;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Policy;

namespace NicHangExporter.Tests.Remediation.Faults;

/// <summary>The change makes it worse, and the link is what everything else depends on.</summary>
public sealed class LinkFaultTests
{
    [Fact]
    public void Carrier_FiveSecondsLate_IsWaitedFor()
    {
        using var scene = new FaultScene().Open();
        scene.Nic.CarrierDelay = 5;
        var outcome = scene.Ask(scene.Request("rx"));
        Assert.Equal(RemediationVerdict.Applied, outcome.Verdict);
        Assert.InRange(outcome.Evidence!.CarrierSeconds!.Value, 5, 6.5);
    }

    [Theory]
    [InlineData(11)]
    [InlineData(1e9)]
    public async Task Carrier_TooLate_OfANicThatWorked_IsUndoneAndQuarantined(double delay)
    {
        using var scene = new FaultScene().Open();
        var atFirst = scene.Nic.Requested;
        scene.Nic.CarrierDelay = delay;

        var outcome = scene.Ask(scene.Request("rx", "tso"));

        Assert.Equal(RemediationVerdict.RolledBack, outcome.Verdict);
        Assert.Null(outcome.Evidence!.CarrierSeconds);
        Assert.InRange(outcome.Evidence.Seconds, 10, 11);
        Assert.Equal(atFirst, scene.Nic.Requested);
        Assert.Equal(1, await scene.Metric("nichang_remediation_quarantined{device=\"eno1\"}"));
        Assert.Equal([JournalEvent.Intent, JournalEvent.Outcome, JournalEvent.Quarantined], scene.Journal()
            .Select(entry => entry.Event).Where(what => what is not (JournalEvent.Checkpoint or JournalEvent.Clock)));
        Assert.Equal(DeclineReason.Quarantined, scene.Ask(scene.Request("gso")).Declined);
        scene.AssertSound(atFirst);

        var answer = scene.Host.Remediator.ClearQuarantineAsync(scene.Nic.Interface, "root");
        scene.Host.RemediationWorker.RunPending();
        Assert.Null(answer.Now());
        Assert.Equal(RemediationVerdict.Applied, scene.Ask(scene.Request("gso")).Verdict);
    }

    [Fact]
    public void Carrier_ThatNeverComesBackOnANicThatHung_IsTheNextRungsTurn()
    {
        using var scene = new FaultScene().Open();
        scene.Nic.CarrierDelay = 1e9;
        scene.Hang();
        scene.Submit(scene.LocalRequest());
        scene.Live(60);

        Assert.Equal(
            ["reinit", "bounce"], scene.Entries(JournalEvent.Intent).Select(entry => entry.RecoveryAction).Take(2));
        Assert.True(scene.Nic.IsUp);
        Assert.False(scene.Record.Quarantined);
    }

    [Fact]
    public void Carrier_ThatIsGoneForAMomentLateInTheWindow_IsNoLossOfTheLink()
    {
        using var scene = new FaultScene().Open();
        scene.Hang();
        var ticket = scene.Submit(scene.LocalRequest());
        scene.Live(15);
        scene.Nic.PullCable(3);
        scene.Live(40);
        Assert.Equal(RemediationVerdict.Healed, ticket.Answer().Verdict);
    }

    [Fact]
    public void Link_ThatWasDownBefore_IsNoHarmOfOurs()
    {
        using var scene = new FaultScene().Open();
        (scene.Nic.HasCarrier, scene.Nic.CarrierDelay) = (false, 1e9);
        scene.Live(1);
        var outcome = scene.Ask(scene.Request("rx"));
        Assert.Equal(RemediationVerdict.Applied, outcome.Verdict);
        Assert.False(scene.Record.Quarantined);
    }

    [Fact]
    public async Task Transmitter_FrozenByAChangeOfANicThatWorked_IsUndone()
    {
        using var scene = new FaultScene().Open();
        var atFirst = scene.Nic.Requested;
        (scene.Nic.CarrierDelay, scene.Nic.Resetting) = (0, []);
        scene.Nic.After = what =>
        {
            if (what == "rx-checksum off")
                scene.Nic.Hang();
        };

        var outcome = scene.Ask(scene.Request("rx"));

        Assert.Equal(RemediationVerdict.RolledBack, outcome.Verdict);
        Assert.Contains("packets wait", outcome.Explanation, StringComparison.Ordinal);
        Assert.Equal(atFirst, scene.Nic.Requested);
        Assert.Equal(1, await scene.Outcomes("cli", "rolled_back"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void LinkDown_ThatIsRefusedAndMadeAllTheSame_IsBroughtUpAtOnce(bool hung)
    {
        using var scene = new FaultScene(options => options with
        {
            Remediation = options.Remediation with { AllowReinit = false },
        }).Open();
        scene.Nic.Errors["down"] = Errno.IO;
        scene.Nic.Before = what => scene.Nic.IsUp &= what != "down";
        if (hung)
            scene.Hang();
        var ticket = scene.Submit(scene.Request("tso") with { Recover = true });
        Assert.True(scene.Nic.IsUp);
        Assert.Equal("up", scene.Nic.Operations.Last(operation => operation.What is "down" or "up").What);
        scene.Live(60);
        Assert.Equal(hung ? RemediationVerdict.NotHealed : RemediationVerdict.Applied, ticket.Answer().Verdict);
        Assert.Null(scene.Record.LeftDown);
    }

    [Fact]
    public async Task LinkUp_RefusedForAMinute_IsTriedUntilItIsUp()
    {
        using var scene = new FaultScene(options => options with
        {
            Remediation = options.Remediation with { AllowReinit = false },
        }).Open();
        scene.Nic.Errors["up"] = Errno.IO;
        scene.Hang();

        var outcome = scene.Ask(scene.LocalRequest());

        Assert.Equal(RemediationVerdict.RollbackFailed, outcome.Verdict);
        Assert.Contains("the link is down", outcome.Explanation, StringComparison.Ordinal);
        Assert.Equal(2, scene.Entries(JournalEvent.Outcome)[0].LeftDown);
        Assert.False(scene.Nic.IsUp);
        // Meanwhile nothing else is begun on it, and nothing of its budget is spent.
        Assert.Equal(RemediationVerdict.Failed, scene.Ask(scene.LocalRequest()).Verdict);
        scene.Live(60);
        Assert.Equal(5, await scene.Metric("nichang_remediation_budget_left{device=\"eno1\"}"));

        Assert.Equal(1, scene.Host.Log.Count(EventIds.LinkStillDown));
        scene.Nic.Errors.Clear();
        File.WriteAllText(scene.Host.Options.Remediation.DisableFile, "");
        scene.Live(6);
        Assert.True(scene.Nic.IsUp);
        Assert.Null(scene.Record.LeftDown);
        Assert.Equal("it was brought up", Assert.Single(scene.Entries(JournalEvent.LinkRestored)).Reason);
        Assert.Equal(1, scene.Host.Log.Count(EventIds.LinkRestored));
    }

    [Fact]
    public void LinkLeftDown_ByAProcessThatEnds_IsBroughtUpByTheNext()
    {
        using var scene = LeftDown();
        scene.Restart();
        scene.Live(1);
        Assert.True(scene.Nic.IsUp);
        Assert.Null(scene.Record.LeftDown);
    }

    [Fact]
    public void LinkLeftDown_WhereTheBootHasNoIdentity_IsBroughtUpByTheNextAllTheSame()
    {
        // The record is in the checkpoint of the next file, too: what can't be read back there costs the whole history.
        using var scene = LeftDown(host => File.Delete(host.Directory.File("sys/kernel/random/boot_id")));
        var state = JournalWriter.Text(scene.Host.Ledger.State);
        Assert.NotNull(scene.Record.LeftDown);
        var checkpoint = new JournalEntry(JournalEvent.Checkpoint) { State = scene.Host.Ledger.State };
        Assert.Null(JournalLine.TryParse(JournalLine.Of(checkpoint).Bytes.AsSpan(..^1), out var read));
        Assert.Equal(state, JournalWriter.Text(read.State!));
        scene.Restart();
        scene.Live(1);
        Assert.True(scene.Nic.IsUp);
    }

    [Fact]
    public void LinkLeftDown_ThatIsRenamedMeanwhile_IsBroughtUpUnderItsNewName()
    {
        using var scene = LeftDown();
        scene.Nic.Rename(scene.Host, "lan0");
        scene.Live(6);
        Assert.True(scene.Nic.IsUp);
    }

    [Theory]
    [InlineData("another ifindex")]
    [InlineData("another boot")]
    public void LinkLeftDown_OfADeviceThatIsAnotherByNow_IsNotOursToBringUp(string how)
    {
        using var scene = LeftDown();
        if (how == "another ifindex")
            scene.Nic.MakeAnew(scene.Host, ifindex: 17);
        else
            scene.Host.BootId = "99999999-2222-3333-4444-555555555555";
        scene.Restart();
        scene.Live(10);
        Assert.False(scene.Nic.IsUp);
        Assert.Null(scene.Record.LeftDown);
    }

    [Fact]
    public void LinkThatSomebodyTookDown_IsNotBroughtUpByUs()
    {
        using var scene = new FaultScene(options => options with
        {
            Remediation = options.Remediation with { AllowReinit = false },
        }).Open();
        scene.Hang();
        scene.Nic.After = what => scene.Nic.IsUp &= what != "tx-generic-segmentation off";
        scene.Ask(scene.LocalRequest());
        scene.Live(30);
        Assert.False(scene.Nic.IsUp);
        Assert.DoesNotContain("up", scene.Operations);
        Assert.Null(scene.Record.LeftDown);
    }

    private static FaultScene LeftDown(Action<FixtureHost>? before = null)
    {
        var scene = new FaultScene(options => options with
        {
            Remediation = options.Remediation with { AllowReinit = false },
        });
        before?.Invoke(scene.Host);
        scene.Open();
        scene.Nic.Errors["up"] = Errno.IO;
        scene.Hang();
        Assert.Equal(RemediationVerdict.RollbackFailed, scene.Ask(scene.LocalRequest()).Verdict);
        scene.Nic.Errors.Clear();
        return scene;
    }
}
