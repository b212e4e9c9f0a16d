using System.Collections;
using System.Reflection;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Evidence;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.State;

namespace NicHangExporter.Tests.Remediation;

/// <summary>
/// A month with a hang a day: nothing grows without a bound, neither on the disk nor in memory, and the budget is that
/// of a day.
/// </summary>
public sealed class SoakTests : IDisposable
{
    private const int MaxBytes = 32 << 10;

    private readonly FixtureHost _host;
    private readonly SimulatedNic _nic;

    public SoakTests()
    {
        // Real files, but for the wait for the disk.
        _host = new FixtureHost(LocalLoop.Enforcing, live: true,
            journalFiles: new JournalFiles { MaxBytes = MaxBytes, Sync = (_, _) => { }, SyncDirectory = _ => { } });
        _nic = _host.AddSimulatedNic();
    }

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Month_WithAHangADay_LeavesNothingThatGrows()
    {
        _host.Open();
        _host.Start();
        var sizes = new List<int>();
        for (var day = 1; day <= 60; day++)
        {
            // Two months of days of half the length would be the same to everything but the budget: the first is for
            // that, the second for the bundles.
            _nic.Hang();
            _host.Live(60);
            Assert.False(_nic.IsHung, $"day {day}");
            var record = _host.Ledger.State.Devices.Values.Single();
            if (day <= 30)
                Assert.Equal((1, false), (record.SpentAt(_host.Ledger.Age), record.Quarantined));
            else if (record.Quarantined)
                Assert.Equal("the quarantine is lifted", await ClearAsync());
            Pass(TimeSpan.FromHours(day <= 30 ? 24 : 2));
            sizes.Add(Remembered());
        }

        var files = Directory.GetFiles(_host.Options.Paths.StateDirectory!, "journal.jsonl*");
        Assert.InRange(files.Length, 2, 1 + JournalReader.OlderFiles);
        Assert.All(files, file => Assert.InRange(new FileInfo(file).Length, 1, 2 * MaxBytes));
        var bundles = Directory.GetFiles(Path.Combine(_host.Options.Paths.StateDirectory!, "episodes"));
        Assert.Equal(EpisodeFiles.MaxBundles, bundles.Length);
        Assert.All(bundles, bundle => Assert.EndsWith(".json", bundle, StringComparison.Ordinal));
        // By the second week every stage has had its turn, and there is a record of each; from then on nothing more is
        // remembered.
        Assert.InRange(sizes[^1], 1, sizes[13] + 4);
        Assert.Equal(0, await _host.ValueAsync("nichang_exporter_monitor_failures_total") ?? 0);
        Assert.InRange((await _host.ScrapeAsync()).Length, 1000, 200_000);
    }

    // In strides of two minutes, in which nothing happens but what the clock brings.
    private void Pass(TimeSpan time)
    {
        for (var stride = TimeSpan.FromMinutes(2); time > TimeSpan.Zero; time -= stride)
        {
            _host.Clock.Advance(stride);
            _nic.Second();
            _host.Monitor.Sample();
            _host.RemediationWorker.RunPending();
        }
    }

    private async Task<string> ClearAsync()
    {
        var cleared = _host.Remediator.ClearQuarantineAsync(_nic.Interface, "test");
        _host.RemediationWorker.RunPending();
        return (await cleared)?.Explanation ?? "the quarantine is lifted";
    }

    // The sizes of all collections in which the program remembers something. Found by reflection, so that no later one
    // is forgotten: in the owners, and in every object of the program that they hold.
    private int Remembered()
    {
        object[] owners = [_host.Remediator, _host.Evidence, _host.Ledger, _host.Journal, _host.Monitor, _host.Watcher,
            _host.RemediationWorker];
        var record = _host.Ledger.State.Devices.Values.Single();
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        return owners.Sum(owner => Collections(owner, seen)) + _host.Ledger.State.Devices.Count
            + record.Charges.Count + record.Counts.Count + record.Desired.Count + record.Original.Count;
    }

    private static int Collections(object owner, HashSet<object> seen)
    {
        if (!seen.Add(owner))
            return 0;
        var values = owner.GetType().GetFields(BindingFlags.Instance | BindingFlags.NonPublic)
            .Select(field => field.GetValue(owner)).OfType<object>().ToList();
        return values.Where(value => value is not Array).OfType<ICollection>().Where(seen.Add)
            .Sum(collection => collection.Count)
            + values.Where(IsPart).Sum(part => Collections(part, seen));
    }

    // Immutable values, such as the state of the journal, are no parts that grow by themselves.
    private static bool IsPart(object value) => value.GetType() is { IsClass: true, Namespace: { } place } type
        && place.StartsWith("NicHangExporter.", StringComparison.Ordinal)
            && !place.StartsWith("NicHangExporter.Tests", StringComparison.Ordinal)
        && type.GetMethod("<Clone>$") is null && !typeof(Delegate).IsAssignableFrom(type);
}
