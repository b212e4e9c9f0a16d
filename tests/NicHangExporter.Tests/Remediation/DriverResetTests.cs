using NicHangExporter.Remediation;

namespace NicHangExporter.Tests.Remediation;

/// <summary>Drivers that reset their adapter by themselves, now and then or because of what we do: who is left alone, for how long, and who is healed.</summary>
public sealed class DriverResetTests : IDisposable
{
    private const string Watchdog = "e1000e 0000:00:1f.6 eno1: NETDEV WATCHDOG: CPU: 0: transmit queue 0 timed out 5008 ms";
    private const string Reset = "e1000e 0000:00:1f.6 eno1: Reset adapter unexpectedly";

    private readonly FixtureHost _host;
    private readonly SimulatedNic _nic;

    public DriverResetTests()
    {
        _host = new FixtureHost(LocalLoopTests.Enforcing, live: true);
        _nic = _host.AddSimulatedNic();
    }

    public void Dispose()
    {
        foreach (var (_, level, message) in _host.Log.Entries)
            TestContext.Current.TestOutputHelper?.WriteLine($"{level}: {message}");
        _host.Dispose();
    }

    [Fact]
    public void Flap_DriverResetsItself_IsPreventedAndNeverReset()
    {
        _nic.ResetsItselfAfter = 2.5;
        Begin();
        for (var flap = 0; flap < 3; flap++)
        {
            _nic.Hang();
            _host.Live(20);
        }

        Assert.False(_nic.IsHung);
        Assert.DoesNotContain(_nic.Operations, operation => operation.What is "reinit" or "down");
        Assert.Contains(_nic.Operations, operation => operation.What == "tx-tcp-segmentation off");
        Assert.Single(Intents());
    }

    [Fact]
    public async Task Wedge_AfterOneThatTheDriverHasReset_IsHealedByTheFirstPassAndTheFirstStage()
    {
        Begin();
        _host.Print(_host.NextSequence(), Watchdog, priority: 2);
        _host.Print(_host.NextSequence(), Reset);
        _host.Live(20);
        Assert.Empty(_nic.Operations);

        _nic.Hang();
        _host.Live(60);

        Assert.False(_nic.IsHung);
        var intent = Assert.Single(Intents());
        Assert.Equal(("segmentation", "reinit", true), (intent.Profile, intent.Rung, intent.Hung));
        // The driver had as long as it needs, and no longer.
        Assert.InRange(_nic.Operations[0].At - _nic.HungSince, 10, 13);
        Assert.Equal(0, await _host.ValueAsync("nichang_remediation_recurrences_total{device=\"eno1\",profile=\"segmentation\"}"));
    }

    [Fact]
    public void Wedge_AfterAFlap_IsHealedThoughTheDriverUsedToDoIt()
    {
        _nic.ResetsItselfAfter = 2.5;
        Begin();
        _nic.Hang();
        _host.Live(20);
        Assert.Single(Intents());

        _nic.ResetsItselfAfter = null;
        _nic.Hang();
        _host.Live(60);

        Assert.False(_nic.IsHung);
        Assert.Equal([null, "reinit"], Intents().Select(intent => intent.Rung));
        // It hung again although the first stage was in force.
        Assert.Equal(["segmentation", "checksum"], Intents().Select(intent => intent.Profile));
    }

    [Fact]
    public void Wedge_InTheEpisodeAfterAFlap_IsHealedWhenTheDriverDoesNotDoIt()
    {
        _nic.ResetsItselfAfter = 2.5;
        Begin();
        _nic.Hang();
        _host.Live(120);
        _nic.ResetsItselfAfter = null;
        _nic.Hang();
        _host.Live(60);

        Assert.False(_nic.IsHung);
        Assert.Equal([null, "reinit"], Intents().Select(intent => intent.Rung));
    }

    [Fact]
    public void DriverThatOnlyFallsSilent_AfterAFlap_IsPreventedWithoutAReset()
    {
        Begin();
        _host.Print(_host.NextSequence(), Watchdog, priority: 2);
        _host.Print(_host.NextSequence(), Reset);
        _host.Live(3);
        _host.Print(_host.NextSequence(), SimulatedNic.RecordedHang);
        _host.Live(2);
        _host.Print(_host.NextSequence(), SimulatedNic.RecordedHang);
        _host.Live(4);
        Assert.Empty(_nic.Operations);
        _host.Live(10);

        var intent = Assert.Single(Intents());
        Assert.Equal(("segmentation", null), (intent.Profile, intent.Rung));
    }

    [Fact]
    public async Task ResetThatOursBringsAbout_CountsAndIsNotTheDriversOwnHealing()
    {
        _nic.After = what =>
        {
            if (what == "reinit")
                _host.Print(_host.NextSequence(), Reset);
        };
        Begin();
        _nic.Hang();
        _host.Live(50);

        Assert.Equal(1, await _host.ValueAsync("nichang_driver_resets_total{device=\"eno1\",origin=\"live\"}"));
        Assert.Equal(1, await _host.ValueAsync("nichang_hang_active_shape{device=\"eno1\",shape=\"wedge\"}"));

        // Still in the same episode: this one is healed as the first one was, and not left to the driver.
        _nic.Hang();
        _host.Live(20);

        Assert.Equal(["reinit", "reinit"], Intents().Select(intent => intent.Rung));
        Assert.InRange(_nic.Operations[^1].At - _nic.HungSince, 4, 5);
    }

    [Fact]
    public void ResetOfTheDriver_SoonAfterOurPrevention_IsTheDriversOwn()
    {
        _nic.ResetsItselfAfter = 2.5;
        _nic.CarrierDelay = 0;
        Begin();
        _nic.Hang();
        _host.Live(3);
        _nic.Hang();
        for (var flap = 0; flap < 6; flap++)
        {
            _host.Live(11);
            _nic.Hang();
        }

        Assert.DoesNotContain(_nic.Operations, operation => operation.What is "reinit" or "down");
    }

    [Fact]
    public void FlapAfterOurHealing_InTheSameEpisode_IsLeftToTheDriver()
    {
        Begin();
        _host.Print(_host.NextSequence(), Watchdog, priority: 2);
        _host.Print(_host.NextSequence(), Reset);
        _host.Live(20);
        _nic.Hang();
        _host.Live(55);
        Assert.False(_nic.IsHung);
        Assert.Single(_nic.Operations, operation => operation.What == "reinit");

        _nic.ResetsItselfAfter = 5;
        _nic.Hang();
        _host.Live(30);

        Assert.Single(_nic.Operations, operation => operation.What == "reinit");
    }

    [Theory]
    [InlineData(6, 2)]
    [InlineData(8, 0)]
    [InlineData(9, 3)]
    public void DriverThatResetsAgainAndAgain_WithNothingSentInBetween_IsHelped(int period, int carrier)
    {
        // Nothing but the rung heals it.
        _nic.Resetting = [];
        Begin();
        _host.Print(_host.NextSequence(), Watchdog, priority: 2);
        _host.Print(_host.NextSequence(), Reset);
        _host.Live(20);
        _nic.Hang();
        var resets = 0;
        while (_nic.IsHung && resets < 10)
        {
            _host.Live(period);
            if (!_nic.IsHung)
                break;
            resets++;
            _host.Print(_host.NextSequence(), Watchdog, priority: 2);
            _host.Print(_host.NextSequence(), Reset);
            if (carrier > 0)
                _nic.PullCable(carrier);
        }

        Assert.False(_nic.IsHung);
        Assert.Contains(_nic.Operations, operation => operation.What == "reinit");
        Assert.InRange(resets, 1, 5);
    }

    [Fact]
    public void DriverThatOnlyFallsSilent_WithoutTheStallCollector_IsPreventedAllTheSame()
    {
        _host.Options.Collectors.Remove(Collector.Stall);
        Begin();
        _host.Print(_host.NextSequence(), Watchdog, priority: 2);
        _host.Print(_host.NextSequence(), Reset);
        _host.Live(3);
        _host.Print(_host.NextSequence(), SimulatedNic.RecordedHang);
        _host.Live(2);
        _host.Print(_host.NextSequence(), SimulatedNic.RecordedHang);
        _host.Live(15);

        Assert.Equal(("segmentation", null), (Assert.Single(Intents()).Profile, Intents()[0].Rung));
    }

    [Fact]
    public async Task WedgeHealedAfterOneReport_EndsAsAWedge()
    {
        Begin();
        _nic.Reports = false;
        _nic.Hang();
        _host.Print(_host.NextSequence(), SimulatedNic.RecordedHang);
        _host.Live(200);

        Assert.NotEmpty(_nic.Operations);
        Assert.Equal(1, await _host.ValueAsync("nichang_hang_episodes_ended_total{device=\"eno1\",shape=\"wedge\"}"));
        Assert.Equal(0, await _host.ValueAsync("nichang_hang_episodes_ended_total{device=\"eno1\",shape=\"unknown\"}"));
    }

    [Fact]
    public async Task HangThatIsHealed_IsAskedForNoMore()
    {
        _host.Options.VerifyWindow = TimeSpan.FromSeconds(10);
        Begin();
        _nic.Hang();
        _host.Live(120);

        Assert.Equal(RemediationVerdict.Healed, Assert.Single(_host.JournalEntries(), entry => entry.Event == JournalEvent.Outcome).Verdict);
        foreach (var reason in Enum.GetValues<DeclineReason>())
            Assert.Equal(0, await _host.ValueAsync($"nichang_remediation_declined_total{{trigger=\"local\",reason=\"{SnakeCase.Of(reason)}\"}}"));
    }

    [Fact]
    public void HangAfterOneThatWasHealed_IsConfirmedAnew()
    {
        _host.Options.VerifyWindow = TimeSpan.FromSeconds(10);
        _host.Options.ConfirmWindow = TimeSpan.FromMinutes(1);
        Begin();
        _nic.Hang();
        _host.Live(20);
        Assert.Single(Intents());

        _host.Print(_host.NextSequence(), SimulatedNic.RecordedHang);
        _host.Live(30);

        Assert.Single(Intents());
    }

    private void Begin()
    {
        _host.Open();
        _host.Start();
        _host.Live(2);
    }

    private List<JournalEntry> Intents() => [.. _host.JournalEntries().Where(entry => entry.Event == JournalEvent.Intent)];
}
