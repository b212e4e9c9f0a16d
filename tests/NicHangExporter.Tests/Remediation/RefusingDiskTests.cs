using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Policy;

namespace NicHangExporter.Tests.Remediation;

/// <summary>
/// A disk that says EIO at the one moment that matters: the fsync of an intent, or that of an outcome.
/// </summary>
public sealed class RefusingDiskTests : IDisposable
{
    private readonly FixtureHost _host;
    private readonly SimulatedNic _nic;
    private readonly FaultyDisk _disk = new();

    public RefusingDiskTests()
    {
        _host = new FixtureHost(LocalLoop.Enforcing, live: true, journalFiles: Roomy(_disk));
        _nic = _host.AddSimulatedNic();
        _host.Open();
        _host.Start();
        _host.Live(2);
    }

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Intent_ThatIsNotOnTheDisk_IsNotCarriedOutAndComesAgain()
    {
        var refusals = Refuse(1);
        _nic.Hang();
        _host.Live(2);
        while (refusals() == 0)
            _host.Live(1);
        Assert.Empty(_nic.Operations);
        Assert.Null(_host.Ledger.State.Devices.Values.Single().Pending);

        _host.Live(60);

        Assert.False(_nic.IsHung);
        var entries = Entries(_disk, _host);
        var intents = entries.Where(entry => entry.Event == JournalEvent.Intent).ToList();
        Assert.Equal(2, intents.Count);
        Assert.Equal(DeclineReason.JournalUnavailable,
            Assert.Single(entries, entry => entry.Event == JournalEvent.Outcome && entry.Id == intents[0].Id).Declined);
        Assert.Equal(RemediationVerdict.Healed,
            Assert.Single(entries, entry => entry.Event == JournalEvent.Outcome && entry.Id == intents[1].Id).Verdict);
        // What was not done is not paid for.
        Assert.Equal([intents[1].Age], _host.Ledger.State.Devices.Values.Single().Charges);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Outcome_ThatIsNotOnTheDisk_IsRememberedOrSettled(bool restart)
    {
        _nic.Hang();
        while (_nic.Operations.Count == 0)
            _host.Live(1);
        var refusals = Refuse(int.MaxValue);
        while (refusals() == 0)
            _host.Live(1);
        Assert.False(_host.Ledger.IsWritable);
        Assert.Equal(RemediationVerdict.Healed, _host.Ledger.State.Devices.Values.Single().Last!.Verdict);
        var operations = _nic.Operations.Count;

        var (disk, host) = (_disk, _host);
        if (restart)
        {
            disk = _disk.Cut(new Random(3));
            host = _host.Restart(save: false, LocalLoop.Enforcing, Roomy(disk));
            host.Open();
            host.Start();
        }
        else
            _disk.Fate = (_, _) => { };
        host.Live(20);

        Assert.True(host.Ledger.IsWritable);
        var entries = Entries(disk, host);
        var intent = Assert.Single(entries, entry => entry.Event == JournalEvent.Intent);
        var outcome = Assert.Single(entries, entry => entry.Event == JournalEvent.Outcome);
        Assert.Equal((intent.Id, restart ? RemediationVerdict.Unverified : RemediationVerdict.Healed),
            (outcome.Id, outcome.Verdict));
        Assert.Equal(operations, _nic.Operations.Count);
        Assert.Equal([intent.Age], host.Ledger.State.Devices.Values.Single().Charges);
        Assert.Contains("tx-tcp-segmentation", host.Ledger.State.Devices.Values.Single().Desired);
        if (restart)
            host.Dispose();
    }

    // So many of the next fsyncs fail; returns how many have.
    private Func<int> Refuse(int times)
    {
        var refused = 0;
        _disk.Fate = (_, kind) =>
        {
            if (kind == "fsync" && refused < times)
            {
                refused++;
                throw new IOException("Input/output error");
            }
        };
        return () => refused;
    }

    private static JournalFiles Roomy(FaultyDisk disk) => disk.Files with { MaxBytes = 1 << 20 };

    private static List<JournalEntry> Entries(FaultyDisk disk, FixtureHost host) =>
        [.. JournalWriter.Entries(disk[Path.Combine(host.Options.Paths.StateDirectory!, "journal.jsonl")])];
}
