using NicHangExporter.Linux;
using NicHangExporter.Options;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;

namespace NicHangExporter.Tests.Remediation;

/// <summary>
/// What the loop does to a NIC that hangs, by stage and recovery action, and what it reports if it may not.
/// </summary>
public sealed class LocalLoopTests : LocalLoop
{
    [Fact]
    public async Task Wedge_HealsAtOnce_OffloadsFirstThenReinitThenProof()
    {
        Begin();
        Nic.Hang();
        Host.Live(60);

        Assert.False(Nic.IsHung);
        Assert.Equal(
            ["tx-generic-segmentation off", "tx-tcp-segmentation off", "tx-tcp6-segmentation off", "reinit"],
            Nic.Operations.Select(operation => operation.What).Order(StringComparer.Ordinal)
                .OrderBy(what => what == "reinit"));
        Assert.Equal("reinit", Nic.Operations[^1].What);
        // Confirmed by the first report and three frozen seconds: not before.
        Assert.InRange(Nic.Operations[0].At - Nic.HungSince, 3, 3.5);
        Assert.Equal([RemediationVerdict.Healed], Verdicts());
        Assert.Equal(1, await Host.ValueAsync(
            "nichang_remediation_outcomes_total{device=\"eno1\",trigger=\"local\",outcome=\"healed\"}"));
        Assert.Equal(1, await Host.ValueAsync("nichang_remediation_attempts_total{device=\"eno1\",trigger=\"local\"}"));
        Assert.Equal(1, await Host.ValueAsync("nichang_remediation_stage{device=\"eno1\"}"));
        Assert.Equal(5, await Host.ValueAsync("nichang_remediation_budget_left{device=\"eno1\"}"));
        var outcome = Host.JournalEntries().Single(entry => entry.Verdict == RemediationVerdict.Healed);
        Assert.Equal(0, outcome.Evidence!.HangReports);
        Assert.True(outcome.Evidence.TxPackets > 0);
        Assert.All(outcome.Before!.Values, value => Assert.Equal("on", value));
        Assert.All(outcome.After!.Values, value => Assert.Equal("off", value));

        Host.Live(330);

        Assert.Contains(Host.JournalEntries(), entry => entry.Event == JournalEvent.Recovered);
        Assert.Contains(Host.JournalEntries(), entry => entry.Event == JournalEvent.Episode);
        Assert.True(await Host.ValueAsync("nichang_hang_last_episode_outage_seconds{device=\"eno1\"}") >= 1);
    }

    [Fact]
    public async Task Wedge_ThatReinitDoesNotHeal_IsHealedByTheSecondRung()
    {
        Nic.CuredBy.Remove("reinit");
        Begin();
        Nic.Hang();
        Host.Live(120);

        Assert.False(Nic.IsHung);
        Assert.Equal([RemediationVerdict.NotHealed, RemediationVerdict.Healed], Verdicts());
        Assert.Equal(["reinit", "bounce"], Intents().Select(intent => intent.RecoveryAction));
        // Between the recovery actions everything was requested as before; the second run turned it off again.
        Assert.All(Outcomes()[0].After!.Values, value => Assert.Equal("on", value));
        Assert.All(Outcomes()[1].After!.Values, value => Assert.Equal("off", value));
        var gap = Intents()[1].Uptime - Intents()[0].Uptime;
        Assert.InRange(gap, 30, 33);
        Assert.True(Nic.IsUp);
        Assert.Equal(2, await Host.ValueAsync("nichang_remediation_attempts_total{device=\"eno1\",trigger=\"local\"}"));
    }

    [Fact]
    public async Task Wedge_ThatComesBackAtOnce_GoesOneStageFurther()
    {
        Nic.HangsWhile = nic => nic.IsRequested("tx-checksum-ip-generic");
        Begin();
        Host.Live(90);

        Assert.False(Nic.IsHung);
        Assert.Equal([RemediationVerdict.DidNotHold, RemediationVerdict.Healed], Verdicts());
        Assert.Equal(["segmentation", "checksum"], Intents().Select(intent => intent.Profile));
        Assert.Equal(["reinit", "reinit"], Intents().Select(intent => intent.RecoveryAction));
        Assert.Equal(1,
            await Host.ValueAsync("nichang_remediation_recurrences_total{device=\"eno1\",profile=\"segmentation\"}"));
        Assert.Equal(2, await Host.ValueAsync("nichang_remediation_stage{device=\"eno1\"}"));
    }

    [Fact]
    public async Task Wedge_ThatComesBackInALaterEpisode_GoesOneStageFurther()
    {
        Begin();
        Nic.Hang();
        Host.Live(400);
        Assert.Equal([RemediationVerdict.Healed], Verdicts());

        Nic.Hang();
        Host.Live(60);

        Assert.False(Nic.IsHung);
        Assert.Equal([RemediationVerdict.Healed, RemediationVerdict.Healed], Verdicts());
        Assert.Equal(["segmentation", "checksum"], Intents().Select(intent => intent.Profile));
        Assert.Equal(["segmentation"], Intents().Select(intent => intent.Recurs).OfType<string>());
        Assert.Equal(1,
            await Host.ValueAsync("nichang_remediation_recurrences_total{device=\"eno1\",profile=\"segmentation\"}"));
        // The cool-down of the first one was not waited for: nothing was being sent.
        Assert.InRange(Nic.Operations[^1].At - Nic.HungSince, 3, 4);
    }

    [Fact]
    public async Task Wedge_ThatNothingHeals_EndsInQuarantineAndReinitWithGrowingPauses()
    {
        Nic.CuredBy.Clear();
        var before = Nic.Requested;
        Begin();
        Nic.Hang();
        Host.Live(600);

        Assert.Equal(1, await Host.ValueAsync("nichang_remediation_quarantined{device=\"eno1\"}"));
        Assert.Equal(0, await Host.ValueAsync("nichang_remediation_budget_left{device=\"eno1\"}"));
        var charged = Intents().Where(intent => intent.Charged == true).ToList();
        Assert.Equal(["reinit", "bounce", "reinit", "bounce", "reinit", "bounce"],
            charged.Select(intent => intent.RecoveryAction));
        Assert.Equal(before, Nic.Requested);

        Host.LiveLong(6);

        var tries = Intents().Where(intent => intent.Charged == false).ToList();
        Assert.All(tries, intent => Assert.Equal(["reinit"], intent.Steps));
        var pauses = tries.Zip(tries.Skip(1), (one, next) => next.Uptime - one.Uptime).ToList();
        Assert.Equal([60.0, 120, 240, 480, 960, 1920, 3600, 3600],
            pauses.Take(8).Select(pause => Math.Round(pause / 60) * 60));
        Assert.Equal(before, Nic.Requested);
        Assert.Equal(6, Intents().Count(intent => intent.Charged == true));

        Nic.CuredBy.Add("reinit");
        Host.LiveLong(1.1);

        Assert.False(Nic.IsHung);
        Assert.Equal(RemediationVerdict.Healed, Verdicts()[^1]);
        Assert.Equal(1, await Host.ValueAsync("nichang_remediation_quarantined{device=\"eno1\"}"));
    }

    [Fact]
    public void BothRungsSwitchedOff_PreventsOnceAndDoesNotClimbTheLadderInOneHang()
    {
        Host.Configure(options => options with
        {
            Remediation = options.Remediation with
            {
                AllowReinit = false,
                AllowBounce = false
            }
        });
        Begin();
        Nic.Hang();
        Host.Live(300);

        Assert.Equal(["segmentation"], Intents().Select(intent => intent.Profile));
        Assert.Equal([RemediationVerdict.Applied, RemediationVerdict.NothingToDo], Verdicts());
    }

    [Fact]
    public void RungsThatTheDriverDoesNotHave_AreNotTriedAllAtOnce()
    {
        Nic.Errors["reinit"] = Errno.Invalid;
        Nic.Errors["down"] = Errno.IO;
        Begin();
        Nic.Hang();
        Host.Live(60);

        Assert.InRange(Intents().Count, 2, 3);
        Assert.Equal("bounce", Intents()[1].RecoveryAction);
        Assert.InRange(Intents()[1].Uptime - Intents()[0].Uptime, 0, 3);
    }

    [Fact]
    public async Task Observe_TouchesNothingAndSaysOnceWhatItWouldHaveDone()
    {
        Host.Configure(options => options with
        {
            Remediation = options.Remediation with { Local = RemediationMode.Observe },
        });
        Begin();
        Nic.Hang();
        Host.Live(120);

        Assert.Empty(Nic.Operations);
        Assert.True(Nic.IsHung);
        var observed = Assert.Single(Host.JournalEntries(), entry => entry.Verdict == RemediationVerdict.Observed);
        Assert.Equal("reinit", observed.RecoveryAction);
        Assert.Contains("tx-tcp-segmentation off", observed.Steps!);
        Assert.Equal(1, await Host.ValueAsync(
            "nichang_remediation_outcomes_total{device=\"eno1\",trigger=\"local\",outcome=\"observed\"}"));
        Assert.Equal(6, await Host.ValueAsync("nichang_remediation_budget_left{device=\"eno1\"}"));
    }

    [Fact]
    public async Task Off_DoesNothingAtAll()
    {
        Host.Configure(options => options with
        {
            Remediation = options.Remediation with { Local = RemediationMode.Off },
        });
        Begin();
        Nic.Hang();
        Host.Live(120);

        Assert.Empty(Nic.Operations);
        Assert.Equal(1, await Host.ValueAsync("nichang_hang_active{device=\"eno1\"}"));
    }
}
