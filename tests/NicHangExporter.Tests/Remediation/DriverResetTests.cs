using NicHangExporter.Options;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Policy;
using NicHangExporter.Text;

namespace NicHangExporter.Tests.Remediation;

/// <summary>
/// Drivers that reset their adapter by themselves, now and then or because of what we do: who is left alone, for how
/// long, and who is healed.
/// </summary>
public sealed class DriverResetTests : LocalLoop
{
    private const string Watchdog =
        "e1000e 0000:00:1f.6 eno1: NETDEV WATCHDOG: CPU: 0: transmit queue 0 timed out 5008 ms";
    private const string Reset = "e1000e 0000:00:1f.6 eno1: Reset adapter unexpectedly";

    [Fact]
    public void Flap_DriverResetsItself_IsPreventedAndNeverReset()
    {
        Nic.ResetsItselfAfter = 2.5;
        Begin();
        for (var flap = 0; flap < 3; flap++)
        {
            Nic.Hang();
            Host.Live(20);
        }

        Assert.False(Nic.IsHung);
        Assert.DoesNotContain(Nic.Operations, operation => operation.What is "reinit" or "down");
        Assert.Contains(Nic.Operations, operation => operation.What == "tx-tcp-segmentation off");
        Assert.Single(Intents());
    }

    [Fact]
    public async Task Wedge_AfterOneThatTheDriverHasReset_IsHealedByTheFirstPassAndTheFirstStage()
    {
        Begin();
        DriverResets();
        Host.Live(20);
        Assert.Empty(Nic.Operations);

        Nic.Hang();
        Host.Live(60);

        Assert.False(Nic.IsHung);
        var intent = Assert.Single(Intents());
        Assert.Equal(("segmentation", "reinit", true), (intent.Profile, intent.RecoveryAction, intent.Hung));
        // The driver had as long as it needs, and no longer.
        Assert.InRange(Nic.Operations[0].At - Nic.HungSince, 10, 13);
        Assert.Equal(0,
            await Host.ValueAsync("nichang_remediation_recurrences_total{device=\"eno1\",profile=\"segmentation\"}"));
    }

    [Fact]
    public void Wedge_AfterAFlap_IsHealedThoughTheDriverUsedToDoIt()
    {
        Nic.ResetsItselfAfter = 2.5;
        Begin();
        Nic.Hang();
        Host.Live(20);
        Assert.Single(Intents());

        Nic.ResetsItselfAfter = null;
        Nic.Hang();
        Host.Live(60);

        Assert.False(Nic.IsHung);
        Assert.Equal([null, "reinit"], Intents().Select(intent => intent.RecoveryAction));
        // It hung again although the first stage was in force.
        Assert.Equal(["segmentation", "checksum"], Intents().Select(intent => intent.Profile));
    }

    [Fact]
    public void Wedge_InTheEpisodeAfterAFlap_IsHealedWhenTheDriverDoesNotDoIt()
    {
        Nic.ResetsItselfAfter = 2.5;
        Begin();
        Nic.Hang();
        Host.Live(120);
        Nic.ResetsItselfAfter = null;
        Nic.Hang();
        Host.Live(60);

        Assert.False(Nic.IsHung);
        Assert.Equal([null, "reinit"], Intents().Select(intent => intent.RecoveryAction));
    }

    [Fact]
    public void DriverThatOnlyFallsSilent_AfterAFlap_IsPreventedWithoutAReset()
    {
        Begin();
        DriverResets();
        Host.Live(3);
        Host.Print(Host.NextSequence(), SimulatedNic.RecordedHang);
        Host.Live(2);
        Host.Print(Host.NextSequence(), SimulatedNic.RecordedHang);
        Host.Live(4);
        Assert.Empty(Nic.Operations);
        Host.Live(10);

        var intent = Assert.Single(Intents());
        Assert.Equal(("segmentation", null), (intent.Profile, intent.RecoveryAction));
    }

    [Fact]
    public async Task ResetThatOursBringsAbout_CountsAndIsNotTheDriversOwnHealing()
    {
        Nic.After = what =>
        {
            if (what == "reinit")
                Host.Print(Host.NextSequence(), Reset);
        };
        Begin();
        Nic.Hang();
        Host.Live(50);

        Assert.Equal(1, await Host.ValueAsync("nichang_driver_resets_total{device=\"eno1\",origin=\"live\"}"));
        Assert.Equal(1, await Host.ValueAsync("nichang_hang_active_shape{device=\"eno1\",shape=\"wedge\"}"));

        // Still in the same episode: this one is healed as the first one was, and not left to the driver.
        Nic.Hang();
        Host.Live(20);

        Assert.Equal(["reinit", "reinit"], Intents().Select(intent => intent.RecoveryAction));
        Assert.InRange(Nic.Operations[^1].At - Nic.HungSince, 3, 4);
    }

    [Fact]
    public void ResetOfTheDriver_SoonAfterOurPrevention_IsTheDriversOwn()
    {
        Nic.ResetsItselfAfter = 2.5;
        Nic.CarrierDelay = 0;
        Begin();
        Nic.Hang();
        Host.Live(3);
        Nic.Hang();
        for (var flap = 0; flap < 6; flap++)
        {
            Host.Live(11);
            Nic.Hang();
        }

        Assert.DoesNotContain(Nic.Operations, operation => operation.What is "reinit" or "down");
    }

    [Fact]
    public void FlapAfterOurHealing_InTheSameEpisode_IsLeftToTheDriver()
    {
        Begin();
        DriverResets();
        Host.Live(20);
        Nic.Hang();
        Host.Live(55);
        Assert.False(Nic.IsHung);
        Assert.Single(Nic.Operations, operation => operation.What == "reinit");

        Nic.ResetsItselfAfter = 5;
        Nic.Hang();
        Host.Live(30);

        Assert.Single(Nic.Operations, operation => operation.What == "reinit");
    }

    [Theory]
    [InlineData(6, 2)]
    [InlineData(8, 0)]
    [InlineData(9, 3)]
    public void DriverThatResetsAgainAndAgain_WithNothingSentInBetween_IsHelped(int period, int carrier)
    {
        // Only the recovery action heals it.
        Nic.Resetting = [];
        Begin();
        DriverResets();
        Host.Live(20);
        Nic.Hang();
        var resets = 0;
        while (Nic.IsHung && resets < 10)
        {
            Host.Live(period);
            if (!Nic.IsHung)
                break;
            resets++;
            DriverResets();
            if (carrier > 0)
                Nic.PullCable(carrier);
        }

        Assert.False(Nic.IsHung);
        Assert.Contains(Nic.Operations, operation => operation.What == "reinit");
        Assert.InRange(resets, 1, 5);
    }

    [Fact]
    public void DriverThatOnlyFallsSilent_WithoutTheStallCollector_IsPreventedAllTheSame()
    {
        Host.Configure(options => options with { Collectors = options.Collectors.Without(Collector.Stall) });
        Begin();
        DriverResets();
        Host.Live(3);
        Host.Print(Host.NextSequence(), SimulatedNic.RecordedHang);
        Host.Live(2);
        Host.Print(Host.NextSequence(), SimulatedNic.RecordedHang);
        Host.Live(15);

        Assert.Equal(("segmentation", null), (Assert.Single(Intents()).Profile, Intents()[0].RecoveryAction));
    }

    [Fact]
    public async Task WedgeHealedAfterOneReport_EndsAsAWedge()
    {
        Begin();
        Nic.Reports = false;
        Nic.Hang();
        Host.Print(Host.NextSequence(), SimulatedNic.RecordedHang);
        Host.Live(200);

        Assert.NotEmpty(Nic.Operations);
        Assert.Equal(1, await Host.ValueAsync("nichang_hang_episodes_ended_total{device=\"eno1\",shape=\"wedge\"}"));
        Assert.Equal(0, await Host.ValueAsync("nichang_hang_episodes_ended_total{device=\"eno1\",shape=\"unknown\"}"));
    }

    [Fact]
    public async Task HangThatIsHealed_IsAskedForNoMore()
    {
        Host.Configure(options => options with
        {
            Remediation = options.Remediation with { VerifyWindow = TimeSpan.FromSeconds(10) },
        });
        Begin();
        Nic.Hang();
        Host.Live(120);

        Assert.Equal(RemediationVerdict.Healed,
            Assert.Single(Host.JournalEntries(), entry => entry.Event == JournalEvent.Outcome).Verdict);
        foreach (var reason in Enum.GetValues<DeclineReason>())
        {
            var labels = $"trigger=\"local\",reason=\"{SnakeCase.Of(reason)}\"";
            Assert.Equal(0, await Host.ValueAsync($"nichang_remediation_declined_total{{{labels}}}"));
        }
    }

    [Fact]
    public void HangAfterOneThatWasHealed_IsConfirmedAnew()
    {
        Host.Configure(options => options with
        {
            Remediation = options.Remediation with { VerifyWindow = TimeSpan.FromSeconds(10) },
        });
        Host.Configure(options => options with
        {
            Remediation = options.Remediation with { ConfirmWindow = TimeSpan.FromMinutes(1) },
        });
        Begin();
        Nic.Hang();
        Host.Live(20);
        Assert.Single(Intents());

        Host.Print(Host.NextSequence(), SimulatedNic.RecordedHang);
        Host.Live(30);

        Assert.Single(Intents());
    }

    private void DriverResets()
    {
        Host.Print(Host.NextSequence(), Watchdog, priority: 2);
        Host.Print(Host.NextSequence(), Reset);
    }
}
