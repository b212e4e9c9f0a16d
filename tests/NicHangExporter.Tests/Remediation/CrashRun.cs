using NicHangExporter.Api;
using NicHangExporter.Linux;
using NicHangExporter.Options;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.State;

namespace NicHangExporter.Tests.Remediation;

/// <summary>One NIC, one disk and a sequence of processes, with what must hold after each crash.</summary>
internal sealed class CrashRun : IDisposable
{
    private readonly CrashScenario _scenario;
    private readonly int _maxBytes;
    private readonly FixtureHost _first;
    private readonly Dictionary<string, bool> _original;

    public CrashRun(CrashScenario scenario, int maxBytes = 1 << 20)
    {
        (_scenario, _maxBytes) = (scenario, maxBytes);
        Host = _first = new FixtureHost(Configure, journalFiles: Files, live: true, clock: Clock);
        Nic = Host.AddSimulatedNic();
        _original = Features();
        Start();
        scenario.Prepare(this);
    }

    public MachineClock Clock { get; } = new();
    public FixtureHost Host { get; private set; }
    public SimulatedNic Nic { get; }
    public FaultyDisk Disk { get; private set; } = new();

    public DeviceRecord Record => Host.Ledger.State.Devices.Values.SingleOrDefault() ?? new DeviceRecord();

    /// <summary>Submits a request and does not wait.</summary>
    public void Submit(RemediationRequest request) => Host.Remediator.Submit(request);

    /// <summary>Runs the scenario until its end or until the process is dead. Returns the number of steps.</summary>
    public int Run(ProcessDies death)
    {
        death.Watch(Nic, Disk);
        _scenario.Begin(this);
        Host.RemediationWorker.RunPending();
        for (var second = 0; second < _scenario.Seconds && !death.IsDead; second++)
            Host.Live(1);
        ProcessDies.Forget(Nic);
        return death.Steps;
    }

    /// <summary>
    /// Starts the next process on the disk; it may die while it recovers. Asserts what must hold then.
    /// </summary>
    public void Restart(FaultyDisk disk, ProcessDies? death = null, bool powerWasCut = false)
    {
        Disk = disk;
        var path = Path.Combine(Host.Options.Paths.StateDirectory!, "journal.jsonl");
        var remembered = JournalReader.Of(path, Files).History;
        Assert.True(remembered.IsKnown, string.Join("; ", remembered.Problems));
        var before = remembered.State.Devices.Values.SingleOrDefault() ?? new DeviceRecord();
        var (features, operations) = (Features(), Nic.Operations.Count);
        Host = Host.Restart(save: false, Configure, Files);
        death?.Watch(Nic, Disk);
        Host.Open();
        ProcessDies.Forget(Nic);
        if (death is { IsDead: true })
            return;
        AssertSettled(before, features, [.. Nic.Operations.Skip(operations).Select(operation => operation.What)],
            powerWasCut);
        Host.Start();
    }

    /// <summary>Lets the next process run as long as it needs, and asserts what must hold at the end.</summary>
    public void Live()
    {
        Host.Live(_scenario.HealSeconds);
        for (var second = 0; second < 120 && Host.Remediator.Status().Running is not null; second++)
            Host.Live(1);
        Assert.False(Nic.IsHung, "it still hangs");
        Assert.True(Nic.IsUp && Nic.HasCarrier, "the link is down");
        AssertAsDecided();
        AssertJournal();
    }

    public void Dispose()
    {
        if (Host != _first)
            Host.Dispose();
        _first.Dispose();
    }

    private JournalFiles Files => Disk.Files with { MaxBytes = _maxBytes };

    private ExporterOptions Configure(ExporterOptions options) => _scenario.Configure(LocalLoop.Enforcing(options));

    private void Start()
    {
        Host.Open();
        Host.Start();
        Host.Live(2);
    }

    private void AssertSettled(DeviceRecord before, Dictionary<string, bool> features, List<string> settling,
        bool powerWasCut)
    {
        Assert.Null(Record.Pending);
        Assert.True(Nic.IsUp, "the link is down");
        if (before.Pending is not { } intent)
        {
            Assert.Empty(settling);
            return;
        }
        var outcome = Assert.Single(Entries(), entry => entry.Event == JournalEvent.Outcome && entry.Id == intent.Id);
        Assert.Equal(before.Charges, Record.Charges);
        var touched = intent.Before!.Keys.ToList();
        var now = Features();
        if (intent.Rollback == true)
        {
            // A rollback is finished: nothing else is changed, and nothing twice.
            Assert.All(settling, what => Assert.True(what is "up" or "eee on" or "pause"
                || (what.EndsWith(" on", StringComparison.Ordinal) && !features[what.Split(' ')[0]]), what));
            Assert.True(touched.All(name => now[name] == _original[name])
                || touched.All(name => now[name] == (intent.Before[name] != "off")));
            Assert.Equal(touched.All(name => !now[name]), Record.Desired.Count > 0);
            return;
        }
        // Nothing of the plan of the dead process is executed, and only what it had changed is undone.
        Assert.All(settling, what => Assert.True(what is "up" or "eee on" or "pause"
            || (what.EndsWith(" on", StringComparison.Ordinal) && !features[what.Split(' ')[0]]), what));
        var isWhole = touched.All(name => !now[name]);
        Assert.True(isWhole || touched.All(name => now[name] == (intent.Before[name] != "off")),
            $"half of it is left: {string.Join(", ", touched.Where(name => now[name]))}");
        Assert.Equal(isWhole && intent.Trigger != RemediationTrigger.Drift
            ? before.Desired.Union(touched).Order(StringComparer.Ordinal) : before.Desired, Record.Desired);
        Assert.Contains(outcome.Verdict, new RemediationVerdict?[] { RemediationVerdict.Unverified,
            RemediationVerdict.Failed, RemediationVerdict.RolledBack });
        Assert.False(powerWasCut && isWhole && touched.Count > 0, "what was lost with the power is taken for done");
    }

    private void AssertAsDecided()
    {
        // A setting that a boot turned on again and that only a reset turns off waits for a hang or a person.
        var drifted = Host.Remediator.Status().Devices.Single().Drifted;
        Assert.All(drifted, name => Assert.True(name is "eee" or "pause" || Nic.Resetting.Contains(name), name));
        foreach (var (name, on) in Features())
            Assert.True(on == (_original[name] && (!Record.Desired.Contains(name) || drifted.Contains(name))),
                $"{name} is {(on ? "on" : "off")}, decided: {string.Join(", ", Record.Desired)},"
                + $" drifted: {string.Join(", ", drifted)}");
    }

    private void AssertJournal()
    {
        var entries = Entries();
        var intents = entries.Where(entry => entry.Event == JournalEvent.Intent).ToList();
        Assert.Equal(intents.Count, intents.DistinctBy(intent => intent.Id).Count());
        foreach (var intent in intents)
            Assert.Single(entries, entry => entry.Event == JournalEvent.Outcome && entry.Id == intent.Id);
        var refused = entries.Where(entry => entry.Declined is not null).Select(entry => entry.Id).ToHashSet();
        Assert.Equal(intents.Where(intent => intent.Charged == true
            && !refused.Contains(intent.Id)).Select(intent => intent.Age), Record.Charges);
        Assert.Equal(Enumerable.Range(1, entries.Count).Select(number => (long)number),
            entries.Select(entry => entry.Seq));
        // The next process would read the same state.
        var remembered = JournalReader.Of(Path.Combine(Host.Options.Paths.StateDirectory!, "journal.jsonl"),
            Files).History;
        Assert.Equal(JournalWriter.Text(Host.Ledger.State), JournalWriter.Text(remembered.State));
    }

    private List<JournalEntry> Entries()
    {
        var path = Path.Combine(Host.Options.Paths.StateDirectory!, "journal.jsonl");
        return [.. new[] { ".4", ".3", ".2", ".1", "" }.Where(age => Disk.Paths.Contains(path + age))
            .SelectMany(age => JournalWriter.Entries(Disk[path + age]))];
    }

    // Every setting that can be requested, and whether it is.
    private Dictionary<string, bool> Features()
    {
        var requested = Nic.Features().All.Where(feature => feature.Changeable).ToDictionary(feature => feature.Name,
            feature => feature.Requested);
        requested["eee"] = Nic.Eee!.Enabled;
        requested["pause"] = Nic.Pause is { Autonegotiation: true } or { Rx: true } or { Tx: true };
        return requested;
    }
}
