using NicHangExporter.Linux;
using NicHangExporter.Linux.Ethtool;
using NicHangExporter.Remediation;

namespace NicHangExporter.Tests.Remediation;

/// <summary>
/// The whole loop under a fake clock: raw kernel records, as the lab's e1000e made them, through the real reader, to an episode, the door, a device, a
/// verdict, the journal and the metrics.
/// </summary>
public sealed class LocalLoopTests : IDisposable
{
    private readonly FixtureHost _host;
    private readonly SimulatedNic _nic;

    public LocalLoopTests()
    {
        _host = new FixtureHost(Enforcing, live: true);
        _nic = _host.AddSimulatedNic();
    }

    public void Dispose()
    {
        foreach (var (_, level, message) in _host.Log.Entries)
            TestContext.Current.TestOutputHelper?.WriteLine($"{level}: {message}");
        _host.Dispose();
    }

    [Fact]
    public async Task Wedge_HealsAtOnce_OffloadsFirstThenReinitThenProof()
    {
        Begin();
        _nic.Hang();
        _host.Live(60);

        Assert.False(_nic.IsHung);
        Assert.Equal(["tx-generic-segmentation off", "tx-tcp-segmentation off", "tx-tcp6-segmentation off", "reinit"], _nic.Operations.Select(operation => operation.What).Order(StringComparer.Ordinal).OrderBy(what => what == "reinit"));
        Assert.Equal("reinit", _nic.Operations[^1].What);
        // Confirmed by the second report, four seconds after the hang: not before.
        Assert.InRange(_nic.Operations[0].At - _nic.HungSince, 4, 4.5);
        Assert.Equal([RemediationVerdict.Healed], Verdicts());
        Assert.Equal(1, await _host.ValueAsync("nichang_remediation_outcomes_total{device=\"eno1\",trigger=\"local\",outcome=\"healed\"}"));
        Assert.Equal(1, await _host.ValueAsync("nichang_remediation_attempts_total{device=\"eno1\",trigger=\"local\"}"));
        Assert.Equal(1, await _host.ValueAsync("nichang_remediation_stage{device=\"eno1\"}"));
        Assert.Equal(0, await _host.ValueAsync("nichang_remediation_rung{device=\"eno1\"}"));
        Assert.Equal(5, await _host.ValueAsync("nichang_remediation_budget_left{device=\"eno1\"}"));
        var outcome = _host.JournalEntries().Single(entry => entry.Verdict == RemediationVerdict.Healed);
        Assert.Equal(0, outcome.Evidence!.HangReports);
        Assert.True(outcome.Evidence.TxPackets > 0);
        Assert.All(outcome.Before!.Values, value => Assert.Equal("on", value));
        Assert.All(outcome.After!.Values, value => Assert.Equal("off", value));

        _host.Live(330);

        Assert.Contains(_host.JournalEntries(), entry => entry.Event == JournalEvent.Recovered);
        Assert.Contains(_host.JournalEntries(), entry => entry.Event == JournalEvent.Episode);
        Assert.True(await _host.ValueAsync("nichang_hang_last_episode_outage_seconds{device=\"eno1\"}") >= 2);
    }

    [Fact]
    public async Task Wedge_ThatReinitDoesNotHeal_IsHealedByTheSecondRung()
    {
        _nic.CuredBy.Remove("reinit");
        Begin();
        _nic.Hang();
        _host.Live(120);

        Assert.False(_nic.IsHung);
        Assert.Equal([RemediationVerdict.NotHealed, RemediationVerdict.Healed], Verdicts());
        Assert.Equal(["reinit", "bounce"], Intents().Select(intent => intent.Rung));
        // Between the rungs everything was requested again as before; the second pass turned it off again.
        Assert.All(Outcomes()[0].After!.Values, value => Assert.Equal("on", value));
        Assert.All(Outcomes()[1].After!.Values, value => Assert.Equal("off", value));
        var gap = Intents()[1].Uptime - Intents()[0].Uptime;
        Assert.InRange(gap, 30, 33);
        Assert.True(_nic.IsUp);
        Assert.Equal(2, await _host.ValueAsync("nichang_remediation_attempts_total{device=\"eno1\",trigger=\"local\"}"));
    }

    [Fact]
    public async Task Wedge_ThatComesBackAtOnce_GoesOneStageFurther()
    {
        _nic.HangsWhile = nic => nic.IsRequested("tx-checksum-ip-generic");
        Begin();
        _host.Live(90);

        Assert.False(_nic.IsHung);
        Assert.Equal([RemediationVerdict.DidNotHold, RemediationVerdict.Healed], Verdicts());
        Assert.Equal(["segmentation", "checksum"], Intents().Select(intent => intent.Profile));
        Assert.Equal(["reinit", "reinit"], Intents().Select(intent => intent.Rung));
        Assert.Equal(1, await _host.ValueAsync("nichang_remediation_recurrences_total{device=\"eno1\",profile=\"segmentation\"}"));
        Assert.Equal(2, await _host.ValueAsync("nichang_remediation_stage{device=\"eno1\"}"));
    }

    [Fact]
    public async Task Wedge_ThatComesBackInALaterEpisode_GoesOneStageFurther()
    {
        Begin();
        _nic.Hang();
        _host.Live(400);
        Assert.Equal([RemediationVerdict.Healed], Verdicts());

        _nic.Hang();
        _host.Live(60);

        Assert.False(_nic.IsHung);
        Assert.Equal([RemediationVerdict.Healed, RemediationVerdict.Healed], Verdicts());
        Assert.Equal(["segmentation", "checksum"], Intents().Select(intent => intent.Profile));
        Assert.Equal(["segmentation"], Intents().Select(intent => intent.Recurs).OfType<string>());
        Assert.Equal(1, await _host.ValueAsync("nichang_remediation_recurrences_total{device=\"eno1\",profile=\"segmentation\"}"));
        // The cool-down of the first one was not waited for: nothing was being sent.
        Assert.InRange(_nic.Operations[^1].At - _nic.HungSince, 4, 5);
    }

    [Fact]
    public async Task Wedge_ThatNothingHeals_EndsInQuarantineAndReinitWithGrowingPauses()
    {
        _nic.CuredBy.Clear();
        var before = _nic.Requested;
        Begin();
        _nic.Hang();
        _host.Live(600);

        Assert.Equal(1, await _host.ValueAsync("nichang_remediation_quarantined{device=\"eno1\"}"));
        Assert.Equal(0, await _host.ValueAsync("nichang_remediation_budget_left{device=\"eno1\"}"));
        var charged = Intents().Where(intent => intent.Charged == true).ToList();
        Assert.Equal(["reinit", "bounce", "reinit", "bounce", "reinit", "bounce"], charged.Select(intent => intent.Rung));
        Assert.Equal(before, _nic.Requested);

        _host.LiveLong(6);

        var tries = Intents().Where(intent => intent.Charged == false).ToList();
        Assert.All(tries, intent => Assert.Equal(["reinit"], intent.Steps));
        var pauses = tries.Zip(tries.Skip(1), (one, next) => next.Uptime - one.Uptime).ToList();
        Assert.Equal([60.0, 120, 240, 480, 960, 1920, 3600, 3600], pauses.Take(8).Select(pause => Math.Round(pause / 60) * 60));
        Assert.Equal(before, _nic.Requested);
        Assert.Equal(6, Intents().Count(intent => intent.Charged == true));

        _nic.CuredBy.Add("reinit");
        _host.LiveLong(1.1);

        Assert.False(_nic.IsHung);
        Assert.Equal(RemediationVerdict.Healed, Verdicts()[^1]);
        Assert.Equal(1, await _host.ValueAsync("nichang_remediation_quarantined{device=\"eno1\"}"));
    }

    [Fact]
    public void FalseAlarm_OneReportAfterLinkUp_IsNoReasonToAct()
    {
        Begin();
        _host.Print(_host.NextSequence(), "e1000e 0000:00:1f.6 eno1: NIC Link is Up 1000 Mbps Full Duplex, Flow Control: Rx/Tx", priority: 6);
        _host.Print(_host.NextSequence(), SimulatedNic.RecordedHang);
        _host.Live(120);

        Assert.Empty(_nic.Operations);
    }

    [Fact]
    public void OneReport_AndAFrozenTransmitter_IsReasonEnough()
    {
        Begin();
        _nic.Reports = false;
        _nic.Hang();
        _host.Print(_host.NextSequence(), SimulatedNic.RecordedHang);
        _host.Live(15);

        Assert.NotEmpty(_nic.Operations);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(14)]
    public void SwitchThatPauses_WithTheWatchdogFiring_IsNoHang(int phase)
    {
        ulong frames = 100;
        _host.Ethtool.Statistics = _ => [new Statistic("rx_flow_control_xoff", frames)];
        Begin();
        _host.Poller.Poll();
        _host.Live(phase);
        _nic.Reports = false;
        // Nothing that the driver could be told would end it.
        _nic.CuredBy.Clear();
        _nic.Hang();
        var second = phase;
        _host.Live(90, () =>
        {
            frames += 30;
            // The counter is read every fifteen seconds, as by default, in whatever phase to the storm.
            if (++second % 15 == 0)
                _host.Poller.Poll();
            if (second % 5 == phase % 5)
                _host.Print(_host.NextSequence(), "e1000e 0000:00:1f.6 eno1: NETDEV WATCHDOG: CPU: 0: transmit queue 0 timed out 5008 ms", priority: 2);
        });

        Assert.Empty(_nic.Operations);
    }

    [Fact]
    public void Watchdog_AloneAndRepeated_IsAHangWhereNobodyPauses()
    {
        Begin();
        _nic.Reports = false;
        _nic.Hang();
        var second = 0;
        _host.Live(40, () =>
        {
            if (++second % 5 == 0 && _nic.IsHung)
                _host.Print(_host.NextSequence(), "e1000e 0000:00:1f.6 eno1: NETDEV WATCHDOG: CPU: 0: transmit queue 0 timed out 5008 ms", priority: 2);
        });

        Assert.Contains(_nic.Operations, operation => operation.What == "reinit");
    }

    [Fact]
    public void OneFiringOfTheWatchdog_InLogAndCounter_IsOneReport()
    {
        Begin();
        _host.Print(_host.NextSequence(), "e1000e 0000:00:1f.6 eno1: NETDEV WATCHDOG: CPU: 0: transmit queue 0 timed out 5008 ms", priority: 2);
        _host.Live(1);
        _host.Sysfs.Write("eno1", "queues/tx-0/tx_timeout", "1\n");
        _host.Live(30);

        Assert.Empty(_nic.Operations);
    }

    [Fact]
    public void TwoNicsAtOnce_IsAmbiguousAndLeftAlone()
    {
        var other = _host.AddSimulatedNic("eno2", "0000:02:00.0");
        Begin();
        _nic.Hang();
        other.Hang();
        _host.Live(60);

        Assert.Empty(_nic.Operations);
        Assert.Empty(other.Operations);
        Assert.Equal(DeclineReason.Ambiguous, _host.JournalEntries().First(entry => entry.Declined is not null).Declined);

        // One of them gets well: the other one is a NIC's fault after all.
        other.IsHung = false;
        _host.Live(60);

        Assert.False(_nic.IsHung);
        Assert.Empty(other.Operations);
    }

    [Fact]
    public void HangWhileAnOperatorsRequestRuns_WaitsForItAndThenHeals()
    {
        Begin();
        // A driver that takes its time: the request is watched for ten seconds.
        _nic.Resetting.Clear();
        _nic.HangsWhile = nic => !nic.IsRequested("rx-checksum");
        var ticket = _host.Remediator.Submit(new RemediationRequest(_nic.Interface, RemediationTrigger.Cli) { Settings = ["rx"] });
        _host.Lane.RunPending();
        _host.Live(1);
        Assert.True(_nic.IsHung);
        Assert.False(ticket.Outcome.IsCompleted);
        _nic.HangsWhile = _ => false;
        _host.Live(80);

        Assert.True(ticket.Outcome.IsCompleted);
        Assert.False(_nic.IsHung);
        Assert.Equal(["cli", "local"], Intents().Select(intent => SnakeCase.Of(intent.Trigger!.Value)));
        Assert.Equal(RemediationVerdict.Healed, Verdicts()[^1]);
        // Never two at once: the second intent comes after the first outcome.
        var events = _host.JournalEntries().Where(entry => entry.Event is JournalEvent.Intent or JournalEvent.Outcome && entry.Declined is null).Select(entry => entry.Event).ToList();
        Assert.Equal([JournalEvent.Intent, JournalEvent.Outcome, JournalEvent.Intent, JournalEvent.Outcome], events);
    }

    [Fact]
    public void BothRungsSwitchedOff_PreventsOnceAndDoesNotClimbTheLadderInOneHang()
    {
        (_host.Options.AllowReinit, _host.Options.AllowBounce) = (false, false);
        Begin();
        _nic.Hang();
        _host.Live(300);

        Assert.Equal(["segmentation"], Intents().Select(intent => intent.Profile));
        Assert.Equal([RemediationVerdict.Applied, RemediationVerdict.NothingToDo], Verdicts());
    }

    [Fact]
    public void BounceThatWouldLoseTheDefaultRoute_IsLeftOut()
    {
        Directory.CreateDirectory(Path.Combine(_host.Options.ProcfsPath, "net"));
        File.WriteAllText(Path.Combine(_host.Options.ProcfsPath, "net/route"), "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\neno1\t00000000\t0101A8C0\t0003\t0\t0\t0\t00000000\n");
        _nic.CuredBy.Remove("reinit");
        Begin();
        _nic.Hang();
        _host.Live(100);

        Assert.DoesNotContain(_nic.Operations, operation => operation.What == "down");
        Assert.Equal(1, _host.Log.Count(EventIds.BounceLeftOut));
        Assert.True(Intents().Count > 1);

        _host.Options.BounceRoutes = true;
        _host.Live(60);

        Assert.Contains(_nic.Operations, operation => operation.What == "down");
    }

    [Fact]
    public void BounceThatWouldLoseTheRouteOfAVlanOnTheDevice_IsLeftOut()
    {
        _host.Sysfs.Add("eno1.100"u8);
        NicHangExporter.TestSupport.SysfsTree.Link("../eno1.100", default, Path.Combine(_host.Sysfs.Root, "class/net/eno1/"), "upper_eno1.100"u8);
        Directory.CreateDirectory(Path.Combine(_host.Options.ProcfsPath, "net"));
        File.WriteAllText(Path.Combine(_host.Options.ProcfsPath, "net/route"), "Iface\tDestination\tGateway \tFlags\neno1.100\t00000000\t0101A8C0\t0003\n");
        _nic.CuredBy.Remove("reinit");
        Begin();
        _nic.Hang();
        _host.Live(100);

        Assert.DoesNotContain(_nic.Operations, operation => operation.What == "down");
    }

    [Fact]
    public async Task BudgetThatIsGone_WhoAsksForNothingNew_BringsNothingIntoQuarantine()
    {
        _host.Options.DeviceBudget = 1;
        Begin();
        Assert.Equal(RemediationVerdict.Applied, _host.Ask(new(_nic.Interface, RemediationTrigger.Cli) { Settings = ["tso"] }).Verdict);

        Assert.Equal(RemediationVerdict.NothingToDo, _host.Ask(new(_nic.Interface, RemediationTrigger.Cli) { Settings = ["tso"] }).Verdict);
        Assert.Equal(DeclineReason.Cooldown, _host.Ask(new(_nic.Interface, RemediationTrigger.Cli) { Settings = ["tx"] }).Declined);

        Assert.Equal(0, await _host.ValueAsync("nichang_remediation_quarantined{device=\"eno1\"}"));
    }

    [Fact]
    public void BounceCutByDeath_AndADeviceThatCannotBeReadAtTheNextStart_ComesUpAndIsSettledLater()
    {
        _nic.CuredBy.Remove("reinit");
        Begin();
        _nic.Hang();
        for (var second = 0; second < 100 && _nic.IsUp; second++)
            _host.Live(1);
        Assert.False(_nic.IsUp);

        // It has nothing to say to the next process's log.
        (_nic.Reports, _nic.CarrierDelay) = (false, 0);
        using var next = _host.Restart(save: false, configure: Enforcing);
        next.Ethtool.Address = _ => throw new LinuxException("SIOCETHTOOL ETHTOOL_GPERMADDR", "eno1", Errno.NoDevice);
        next.Open();

        Assert.True(_nic.IsUp);
        Assert.NotNull(next.Ledger.State.Devices.Values.Single().Pending);

        next.Ethtool.Address = _ => null;
        next.Live(10);

        Assert.Null(next.Ledger.State.Devices.Values.Single().Pending);
    }

    [Fact]
    public void RungsThatTheDriverDoesNotHave_AreNotTriedAllAtOnce()
    {
        _nic.Errors["reinit"] = Errno.Invalid;
        _nic.Errors["down"] = Errno.IO;
        Begin();
        _nic.Hang();
        _host.Live(60);

        Assert.InRange(Intents().Count, 2, 3);
        Assert.Equal("bounce", Intents()[1].Rung);
        Assert.InRange(Intents()[1].Uptime - Intents()[0].Uptime, 0, 3);
    }

    [Fact]
    public async Task WhoAsksForSomethingElse_DoesNotJoin()
    {
        Begin();
        var first = _host.Remediator.Submit(new RemediationRequest(_nic.Interface, RemediationTrigger.Cli) { Settings = ["tso", "gso"] });
        var other = _host.Remediator.Submit(new RemediationRequest(_nic.Interface, RemediationTrigger.Cli) { Settings = ["eee"] });
        var same = _host.Remediator.Submit(new RemediationRequest(_nic.Interface, RemediationTrigger.Api) { Settings = ["tso"] });

        Assert.Equal(DeclineReason.Busy, (await other.Outcome).Declined);
        Assert.True(same.Joined);
        Assert.Equal(first.Id, same.Id);
    }

    [Fact]
    public async Task Observe_TouchesNothingAndSaysOnceWhatItWouldHaveDone()
    {
        _host.Options.LocalRemediation = RemediationMode.Observe;
        Begin();
        _nic.Hang();
        _host.Live(120);

        Assert.Empty(_nic.Operations);
        Assert.True(_nic.IsHung);
        var observed = Assert.Single(_host.JournalEntries(), entry => entry.Verdict == RemediationVerdict.Observed);
        Assert.Equal("reinit", observed.Rung);
        Assert.Contains("tx-tcp-segmentation off", observed.Steps!);
        Assert.Equal(1, await _host.ValueAsync("nichang_remediation_outcomes_total{device=\"eno1\",trigger=\"local\",outcome=\"observed\"}"));
        Assert.Equal(6, await _host.ValueAsync("nichang_remediation_budget_left{device=\"eno1\"}"));
    }

    [Fact]
    public async Task Off_DoesNothingAtAll()
    {
        _host.Options.LocalRemediation = RemediationMode.Off;
        Begin();
        _nic.Hang();
        _host.Live(120);

        Assert.Empty(_nic.Operations);
        Assert.Equal(1, await _host.ValueAsync("nichang_hang_active{device=\"eno1\"}"));
    }

    [Fact]
    public void History_IsNeverActedOn()
    {
        // What is in the pipe when the reader opens it is what was in the ring.
        _host.Append(1, SimulatedNic.RecordedHang, at: _host.Uptime - 4);
        _host.Append(2, SimulatedNic.RecordedHang, at: _host.Uptime - 2);
        Begin();
        _host.Live(60);

        Assert.Empty(_nic.Operations);
    }

    [Fact]
    public void ForgedReport_OfUserSpace_IsNeverActedOn()
    {
        Begin();
        _host.Live(20, () => _host.Print(_host.NextSequence(), SimulatedNic.RecordedHang, priority: 11, dictionary: null));

        Assert.Empty(_nic.Operations);
    }

    [Fact]
    public void BootGrace_IsWaitedFor()
    {
        _host.Options.BootGrace = TimeSpan.FromSeconds(_host.Uptime + 30);
        Begin();
        _nic.Hang();
        _host.Live(25);
        Assert.Empty(_nic.Operations);
        _host.Live(20);
        Assert.NotEmpty(_nic.Operations);
    }

    internal static void Enforcing(ExporterOptions options)
    {
        options.LocalRemediation = RemediationMode.Enforce;
        options.StateDirectory = Path.Combine(Path.GetDirectoryName(options.KmsgPath)!, "state");
        options.DisableFile = Path.Combine(Path.GetDirectoryName(options.KmsgPath)!, "disable");
    }

    private void Begin()
    {
        _host.Open();
        _host.Start();
        _host.Live(2);
    }

    private List<JournalEntry> Intents() => [.. _host.JournalEntries().Where(entry => entry.Event == JournalEvent.Intent)];

    private List<JournalEntry> Outcomes() => [.. _host.JournalEntries().Where(entry => entry is { Event: JournalEvent.Outcome, Declined: null })];

    private List<RemediationVerdict> Verdicts() => [.. Outcomes().Select(outcome => outcome.Verdict!.Value)];
}
