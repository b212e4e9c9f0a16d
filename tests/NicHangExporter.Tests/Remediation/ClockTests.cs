using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Options;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Policy;

namespace NicHangExporter.Tests.Remediation;

/// <summary>
/// Cool-downs, budgets and pauses count the time observed on the monotonic clock only: no step of the wall clock, no
/// sleep, no boot and no restored snapshot makes one of them shorter, and none makes it last for ever.
/// </summary>
public sealed class ClockTests : IDisposable
{
    private readonly MachineClock _clock = new();
    private readonly List<FixtureHost> _hosts = [];
    private readonly SimulatedNic _nic;
    private int _boots;
    private int _deviceBudget = new RemediationOptions().DeviceBudget;

    public ClockTests()
    {
        _hosts.Add(new FixtureHost(Configure, live: true, clock: _clock));
        _nic = Host.AddSimulatedNic();
        Begin();
        Assert.Equal(RemediationVerdict.Applied,
            Host.Ask(new(_nic.Interface, RemediationTrigger.Cli) { Settings = ["tso"] }).Verdict);
    }

    private FixtureHost Host => _hosts[^1];

    public void Dispose()
    {
        for (var last = _hosts.Count - 1; last >= 0; last--)
            _hosts[last].Dispose();
    }

    public static TheoryData<double> Days => [1, -1, 3653, -3653, 0.001, -0.001];

    [Theory]
    [MemberData(nameof(Days))]
    public void WallClock_Steps_ChangeNothing(double days)
    {
        Host.Live(200);
        var left = Cooldown();
        _clock.Step(TimeSpan.FromDays(days));
        Assert.Equal(left, Cooldown());
        Host.Live(100);
        Assert.Equal(left - 100, Cooldown(), 0.5);
        Assert.Equal(1, Spent());

        // Nor for the next process, which knows the former one's times by the journal alone.
        Restart();
        Assert.Equal(left - 100, Cooldown(), 0.5);
        _clock.Step(TimeSpan.FromDays(-2 * days));
        Host.Live(100);
        Assert.Equal(left - 200, Cooldown(), 0.5);
        AssertDeclinedThenApplied(left - 200);
        // Entries are in the order of the events, independent of the wall clock.
        Assert.Equal(Host.JournalEntries().Select(entry => entry.Seq).Order(),
            Host.JournalEntries().Select(entry => entry.Seq));
        Assert.Equal(Host.JournalEntries().Select(entry => entry.Age).Order(),
            Host.JournalEntries().Select(entry => entry.Age));
    }

    [Fact]
    public void WallClock_StepsDuringAHang_ChangeNothingOfItsCure()
    {
        _nic.Hang();
        var luck = new Random(1);
        Host.Live(60, () => _clock.Step(TimeSpan.FromDays(luck.Next(-3653, 3653))));

        Assert.False(_nic.IsHung);
        Assert.Equal(RemediationVerdict.Healed, Record().Last!.Verdict);
        Assert.InRange(Record().Last!.Evidence!.Seconds, 30, 32);
    }

    [Fact]
    public void Sleep_IsNoTime()
    {
        Host.Live(100);
        var left = Cooldown();
        for (var night = 0; night < 10; night++)
        {
            _clock.Suspend(TimeSpan.FromHours(9));
            Host.Live(1);
        }
        Assert.Equal(left - 10, Cooldown(), 0.5);
        AssertDeclinedThenApplied(left - 10);
    }

    [Fact]
    public void Boot_WithinACooldown_GoesOnFromTheLastMomentThatWasWitnessed()
    {
        var witnessed = Cooldown();
        Host.Live(300);
        Boot(uptime: 20);
        // The time since the last entry is unknown; the seconds since the boot are known again.
        Assert.Equal(witnessed - 20, Cooldown(), 1.5);
        Assert.Equal(1, Spent());
        AssertDeclinedThenApplied(Cooldown());
    }

    [Fact]
    public void Boots_ThirtyInARow_NeverShortenIt()
    {
        var witnessed = Cooldown();
        for (var boot = 0; boot < 30; boot++)
        {
            // Its settings survive, so that there is nothing to correct and no entry that records the time.
            Boot(uptime: 15, powerOn: false);
            Host.Live(120);
            Assert.InRange(Cooldown(), witnessed - 137, witnessed);
        }
        // One that stays up is free in time.
        AssertDeclinedThenApplied(Cooldown());
    }

    [Fact]
    public void Budget_AcrossBoots_IsOfTheLastDayThatWasWitnessed()
    {
        Host.LiveLong(2);
        Assert.Equal(RemediationVerdict.Applied,
            Host.Ask(new(_nic.Interface, RemediationTrigger.Cli) { Settings = ["gso"] }).Verdict);
        for (var boot = 0; boot < 5; boot++)
        {
            Boot(uptime: 30);
            Host.LiveLong(4);
            Assert.Equal(2, Spent());
        }
        // 22 hours and the loss of at most ten minutes a boot: both of them are a day old after four more and that.
        Host.LiveLong(5.2);
        Assert.Equal(0, Spent());
    }

    [Fact]
    public void Quarantine_AcrossBoots_StaysWithItsPauses()
    {
        _deviceBudget = 1;
        Restart();
        _nic.CuredBy.Clear();
        _nic.Hang();
        Host.Live(600);
        Assert.True(Record().Quarantined);
        var (tries, rest) = (Record().QuarantineTries, Record().QuarantineNext - Host.Ledger.Age);
        Assert.True(tries >= 3 && rest > 60, $"{tries} tries, {rest} s");

        Boot(uptime: 70);

        Assert.True(Record().Quarantined);
        Assert.Equal(tries, Record().QuarantineTries);
        Assert.True(Record().QuarantineNext - Host.Ledger.Age >= rest - 71);
        _nic.CuredBy.Add("reinit");
        _nic.Hang();
        Host.Live(500);
        Assert.False(_nic.IsHung);
    }

    [Fact]
    public void Snapshot_ThatSetsTheMonotonicClockBack_NeitherFreesNorFreezes()
    {
        Host.LiveLong(3);
        Assert.Equal(RemediationVerdict.Applied,
            Host.Ask(new(_nic.Interface, RemediationTrigger.Cli) { Settings = ["gso"] }).Verdict);
        var left = Cooldown();
        // An hour and a half after boot once more, within the same boot as far as is known.
        for (var restored = 0; restored < 3; restored++)
        {
            _clock.SetUptime(TimeSpan.FromMinutes(90));
            Restart();
            // The time after the last entry was not observed and counts again.
            Assert.InRange(Cooldown(), left - 1, left + 2);
            Assert.Equal(2, Spent());
            Host.Live(60);
            left -= 60;
            Assert.InRange(Cooldown(), left - 10, left + 1);
            // Observed and recorded, so that the next process knows it.
            Assert.Equal(DeclineReason.Cooldown,
                Host.Ask(new(_nic.Interface, RemediationTrigger.Cli) { Settings = ["rx"] }).Declined);
            left = Cooldown();
        }
        AssertDeclinedThenApplied(Cooldown());

        // A hang after it is a recurrence, though the clock shows less than at the last success.
        _clock.SetUptime(TimeSpan.FromMinutes(90));
        Restart();
        _nic.Hang();
        Host.Live(60);
        Assert.False(_nic.IsHung);
    }

    [Fact]
    public void Stage_AfterARestoredSnapshot_IsTheNextOneWhereItHangsAgain()
    {
        _nic.Hang();
        Host.Live(60);
        Assert.Equal("segmentation", Record().Profile);
        _clock.SetUptime(TimeSpan.FromMinutes(61));
        Restart();
        _nic.Hang();
        Host.Live(60);

        Assert.False(_nic.IsHung);
        Assert.Equal("checksum", Record().Profile);
    }

    [Fact]
    public void Boot_WithoutAnIdentity_DoesNotFreeAnything()
    {
        File.Delete(Host.Directory.File("sys/kernel/random/boot_id"));
        Restart();
        var left = Cooldown();
        Host.Live(100);
        Restart();
        // Whether the machine was booted in between is unknown: no time has passed.
        Assert.InRange(Cooldown(), left - 101, left);
        AssertDeclinedThenApplied(Cooldown());
    }

    // Refused until it is over, allowed a moment later.
    private void AssertDeclinedThenApplied(double left)
    {
        Assert.True(left > 0);
        Host.Live(left - 3);
        var answer = Host.Ask(new(_nic.Interface, RemediationTrigger.Cli) { Settings = ["rx"] });
        Assert.Equal(DeclineReason.Cooldown, answer.Declined);
        Assert.InRange(answer.RetryAfter!.Value, 0, 6);
        Host.Live(6);
        Assert.Equal(RemediationVerdict.Applied,
            Host.Ask(new(_nic.Interface, RemediationTrigger.Cli) { Settings = ["rx"] }).Verdict);
    }

    private void Boot(double uptime, bool powerOn = true)
    {
        if (powerOn)
            _nic.PowerOn();
        Host.BootId = $"22222222-3333-4444-5555-{++_boots:d12}";
        _clock.SetUptime(TimeSpan.FromSeconds(uptime));
        Restart();
    }

    private void Restart()
    {
        _hosts.Add(Host.Restart(save: true, Configure));
        Begin();
    }

    private void Begin()
    {
        Host.Open();
        Host.Start();
    }

    private DeviceRecord Record() => Host.Ledger.State.Devices.Values.Single();

    private double Cooldown() => Record().CooldownUntil - Host.Ledger.Age;

    private int Spent() => Record().SpentAt(Host.Ledger.Age);

    private ExporterOptions Configure(ExporterOptions options)
    {
        options = LocalLoop.Enforcing(options);
        return options with
        {
            Remediation = options.Remediation with
            {
                BootGrace = TimeSpan.Zero,
                DeviceBudget = _deviceBudget
            }
        };
    }
}
