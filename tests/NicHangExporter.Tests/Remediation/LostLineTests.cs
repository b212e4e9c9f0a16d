using NicHangExporter.Hosting;
using NicHangExporter.Linux;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Policy;

namespace NicHangExporter.Tests.Remediation;

/// <summary>
/// One line of the journal is lost, and with it perhaps what a person decided: what the next process settles all the
/// same, what it leaves to a person, and how that ends.
/// </summary>
public sealed class LostLineTests : IDisposable
{
    private static readonly string[] TurnedOff = ["tx-tcp-segmentation", "tx-tcp6-segmentation",
        "tx-generic-segmentation"];

    private readonly List<FixtureHost> _hosts = [];
    private readonly SimulatedNic _nic;
    private int _maxDevices = 256;

    public LostLineTests()
    {
        var first = new FixtureHost(LocalLoop.Enforcing, live: true);
        _nic = first.AddSimulatedNic();
        _hosts.Add(first);
        first.Open();
        first.Start();
        first.Live(2);
        Assert.Equal(RemediationVerdict.Applied,
            first.Ask(new(_nic.Interface, RemediationTrigger.Cli) { Settings = ["segmentation"] }).Verdict);
        _nic.Operations.Clear();
    }

    private FixtureHost Host => _hosts[^1];

    private DeviceRecord Record => Host.Ledger.State.Devices.Values.Single(record => record.Device == "eno1");

    private string Journal => Path.Combine(_hosts[0].Options.Paths.StateDirectory!, "journal.jsonl");

    public void Dispose()
    {
        for (var last = _hosts.Count - 1; last >= 0; last--)
            _hosts[last].Dispose();
    }

    [Fact]
    public async Task Rollback_WhoseOutcomeIsLost_KeepsTheWayBack()
    {
        // It died half-way: one setting is restored, two are not.
        _nic.Request("tx-tcp-segmentation", true);
        Lose(Intent() with
        {
            Rollback = true,
            Trigger = RemediationTrigger.Cli,
            Before = TurnedOff.ToDictionary(name => name, _ => "off")
        });

        Assert.Empty(_nic.Operations);
        Assert.Equal(RemediationVerdict.RollbackFailed, Record.Last!.Verdict);
        Assert.Equal(TurnedOff[1..].Order(), Record.Original.Keys.Order());
        Assert.Equal(TurnedOff[1..].Order(), Record.Desired.Order());

        Assert.Null(await ClearAsync(_nic.Interface));
        Assert.Equal(RemediationVerdict.Applied,
            Host.Ask(new(_nic.Interface, RemediationTrigger.Cli) { Rollback = true }).Verdict);
        Assert.All(TurnedOff, name => Assert.True(_nic.IsRequested(name)));
    }

    // docs/decisions/0024: the one thing that is done without a person.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void LinkThatOurBounceLeftDown_IsBroughtUpAllTheSame(bool hasOutcome)
    {
        _nic.IsUp = false;
        var intent = Intent() with { RecoveryAction = "bounce", WasUp = true };
        if (hasOutcome)
            Lose(intent, intent with
            {
                Event = JournalEvent.Outcome,
                Verdict = RemediationVerdict.NotHealed,
                LeftDown = Index()
            });
        else
            Lose(intent);
        Host.Live(10);

        Assert.True(Record is { HistoryUnknown: true, Pending: null, LeftDown: null });
        Assert.True(_nic.IsUp);
        Assert.Equal(["up"], _nic.Operations.Select(operation => operation.What));
    }

    [Fact]
    public void LinkThatSomebodyElseHasSwitchedOff_StaysDown()
    {
        _nic.IsUp = false;
        Lose(Intent() with { RecoveryAction = "reinit", WasUp = true });
        Host.Live(10);

        Assert.Empty(_nic.Operations);
        Assert.False(_nic.IsUp);
    }

    [Fact]
    public async Task QuarantineOfTheHost_EndsWhenEveryWatchedDeviceIsCleared()
    {
        var other = Host.AddSimulatedNic("eno2", "0000:02:00.0");
        Lose(new JournalEntry(JournalEvent.Clock));
        Assert.Null(await ClearAsync(_nic.Interface));
        Assert.True(Host.Ledger.State.HistoryUnknown);
        Assert.Equal(DeclineReason.Quarantined,
            Host.Ask(new(other.Interface, RemediationTrigger.Cli) { Settings = ["eee"] }).Declined);

        Assert.Null(await ClearAsync(other.Interface));
        Assert.False(Host.Ledger.State.HistoryUnknown);
        Assert.Equal(1, Host.Log.Count(EventIds.HistoryAccepted));
        Next();
        Assert.Equal(0, Host.Log.Count(EventIds.HistoryUnknown));
        // One that comes later has no history that could be lost.
        Host.AddSimulatedNic("eno3", "0000:03:00.0");
        Assert.False(Host.Ledger.State.Device("0000:03:00.0|").Quarantined);
    }

    // The second device is beyond device.max, so it is unknown whether it was cleared.
    [Fact]
    public async Task QuarantineOfTheHost_GoesOn_WhileADeviceIsNotLookedAt()
    {
        Host.AddSimulatedNic("eno2", "0000:02:00.0");
        _maxDevices = 1;
        Lose(new JournalEntry(JournalEvent.Clock));

        Assert.Null(await ClearAsync(_nic.Interface));
        Assert.True(Host.Ledger.State.HistoryUnknown);
        Assert.Equal(0, Host.Log.Count(EventIds.HistoryAccepted));
    }

    [Fact]
    public void QuarantineOfTheHost_IsSaidAtEachStart_ForAsLongAsItLasts()
    {
        Lose(new JournalEntry(JournalEvent.Clock));
        Host.Live(1300);
        Assert.True(Host.Ledger.State.UnknownUntil < Host.Ledger.Age);
        Next();
        Assert.Equal(1, Host.Log.Count(EventIds.HistoryUnknown));
    }

    private JournalEntry Intent() => new(JournalEvent.Intent)
    {
        Id = "r1-1",
        Key = Host.Ledger.State.Devices.Keys.Single(),
        Device = "eno1",
        Driver = "e1000e",
        Trigger = RemediationTrigger.Local,
    };

    private long Index() => long.Parse(File.ReadAllText(Path.Combine(Host.Sysfs.Root, "class/net/eno1/ifindex")),
        System.Globalization.CultureInfo.InvariantCulture);

    // The line before these is gone when the next process starts.
    private void Lose(params JournalEntry[] entries)
    {
        Host.Ledger.Record(new JournalEntry(JournalEvent.Clock) { Reason = "lost" });
        foreach (var entry in entries)
            Host.Ledger.Record(entry);
        Next(() => File.WriteAllLines(Journal,
            File.ReadAllLines(Journal).Where(line => !line.Contains("\"lost\"", StringComparison.Ordinal))));
        Assert.True(Host.Ledger.State.HistoryUnknown);
    }

    private void Next(Action? between = null)
    {
        var host = Host.Restart(save: true, options =>
            LocalLoop.Enforcing(options) with { Detection = options.Detection with { MaxDevices = _maxDevices } });
        _hosts.Add(host);
        between?.Invoke();
        host.Open();
        host.Start();
    }

    private async Task<AdminError?> ClearAsync(InterfaceName device)
    {
        var cleared = Host.Remediator.ClearQuarantineAsync(device, "root");
        Host.RemediationWorker.RunPending();
        return await cleared;
    }
}
