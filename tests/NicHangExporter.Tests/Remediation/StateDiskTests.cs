using NicHangExporter.Hosting;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Policy;
using NicHangExporter.State;

namespace NicHangExporter.Tests.Remediation;

/// <summary>
/// A wedge while the disk of the state directory is full or read-only, on real file systems: nothing is done while it
/// can't be recorded.
/// </summary>
public sealed class StateDiskTests : IDisposable
{
    private readonly Mounts _mounts = new();
    private readonly FixtureHost _host;
    private readonly SimulatedNic _nic;
    private readonly string _state;

    public StateDiskTests()
    {
        // Each entry begins a new file: an open one would still be writable.
        _host = new FixtureHost(LocalLoop.Enforcing, live: true, journalFiles: new JournalFiles { MaxBytes = 1 });
        _nic = _host.AddSimulatedNic();
        _state = _host.Options.Paths.StateDirectory!;
        _mounts.AddMemory(_state);
    }

    public void Dispose()
    {
        // Nothing may be open below when they are unmounted.
        _host.Journal.Dispose();
        _host.StateDirectory.Dispose();
        _mounts.Dispose();
        _host.Dispose();
    }

    [Fact]
    public async Task FullDisk_DuringAWedge_StopsTheHandAndNotTheEyes()
    {
        Begin();
        Mounts.Fill(Path.Combine(_state, "filler"));
        _nic.Hang();
        _host.Live(60);

        Assert.Empty(_nic.Operations);
        Assert.Equal(0, await _host.ValueAsync("nichang_journal_writable"));
        Assert.True(await _host.ValueAsync("nichang_journal_write_failures_total") > 0);
        Assert.Equal(1, await _host.ValueAsync("nichang_hang_active{device=\"eno1\"}"));
        Assert.Equal(1, _host.Log.Count(EventIds.JournalUnavailable));
        Assert.Equal(1, _host.Log.Count(EventIds.BundleUnwritable));
        Assert.Equal(1, _host.Log.Count(EventIds.RemediationDeclined));
        Assert.Equal(DeclineReason.JournalUnavailable,
            _host.Ask(new(_nic.Interface, RemediationTrigger.Cli) { Recover = true }).Declined);
        Assert.Empty(_nic.Operations);

        File.Delete(Path.Combine(_state, "filler"));
        _host.Live(60);

        AssertHealed();
        Assert.Equal(1, await _host.ValueAsync("nichang_journal_writable"));
        Assert.Equal(1, _host.Log.Count(EventIds.JournalRecovered));
    }

    [Fact]
    public async Task ReadOnlyDisk_DuringAWedge_StopsTheHandAndNotTheEyes()
    {
        Begin();
        _mounts.AddReadOnly(_state);
        _nic.Hang();
        _host.Live(60);

        Assert.Empty(_nic.Operations);
        Assert.Equal(0, await _host.ValueAsync("nichang_journal_writable"));
        Assert.Equal(1, await _host.ValueAsync("nichang_hang_active{device=\"eno1\"}"));
        Assert.Equal(1, _host.Log.Count(EventIds.JournalUnavailable));

        _mounts.Remove();
        _host.Live(60);

        AssertHealed();
        Assert.Equal(1, await _host.ValueAsync("nichang_journal_writable"));
    }

    [Fact]
    public async Task ReadOnlyDisk_AtTheStart_IsTakenHoldOfOnceItCanBeWritten()
    {
        Mounts.Remount(_state, "ro");
        Begin();
        _nic.Hang();
        _host.Live(60);

        Assert.Empty(_nic.Operations);
        Assert.Equal(0, await _host.ValueAsync("nichang_journal_writable"));
        Assert.Contains("Read-only file system", _host.StateDirectory.Failure, StringComparison.Ordinal);

        Mounts.Remount(_state, "rw");
        _host.Live(60);

        AssertHealed();
        // What was refused meanwhile is in the journal as well.
        Assert.Contains(Entries(), entry => entry.Declined == DeclineReason.JournalUnavailable);
    }

    [Fact]
    public async Task FullDisk_ExactlyAtTheOutcome_IsRememberedAndWrittenLater()
    {
        Begin();
        _nic.Hang();
        while (_nic.Operations.Count == 0)
            _host.Live(1);
        Mounts.Fill(Path.Combine(_state, "filler"));
        _host.Live(45);

        Assert.False(_nic.IsHung);
        Assert.Equal(0, await _host.ValueAsync("nichang_journal_writable"));
        Assert.Equal(1, await _host.ValueAsync(
            "nichang_remediation_outcomes_total{device=\"eno1\",trigger=\"local\",outcome=\"healed\"}"));
        Assert.DoesNotContain(Entries(), entry => entry.Verdict == RemediationVerdict.Healed);

        File.Delete(Path.Combine(_state, "filler"));
        _host.Live(10);

        Assert.Equal(1, await _host.ValueAsync("nichang_journal_writable"));
        AssertHealed();
    }

    private void Begin()
    {
        _host.Open();
        _host.Start();
        _host.Live(2);
    }

    private void AssertHealed()
    {
        Assert.False(_nic.IsHung);
        var entries = Entries();
        // An intent that could not be written is in the journal later, with an outcome that says so.
        var refused = entries.Where(entry => entry.Declined is not null).Select(entry => entry.Id).ToHashSet();
        var done = entries.Where(entry => entry.Event is JournalEvent.Intent or JournalEvent.Outcome
            && !refused.Contains(entry.Id)).ToList();
        Assert.Equal([JournalEvent.Intent, JournalEvent.Outcome], done.Select(entry => entry.Event));
        Assert.Equal(RemediationVerdict.Healed, done[^1].Verdict);
        Assert.Equal(done[0].Id, done[^1].Id);
    }

    private List<JournalEntry> Entries() =>
        [.. new[] { ".4", ".3", ".2", ".1", "" }.Select(age => Path.Combine(_state, "journal.jsonl" + age))
            .Where(File.Exists).SelectMany(path => JournalWriter.Entries(File.ReadAllBytes(path)))];
}
