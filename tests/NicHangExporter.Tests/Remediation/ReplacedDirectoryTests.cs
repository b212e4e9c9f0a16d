using NicHangExporter.Hosting;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Policy;

namespace NicHangExporter.Tests.Remediation;

/// <summary>A state directory that is deleted, replaced, or used by a running process.</summary>
public sealed class ReplacedDirectoryTests : LostJournalFixture
{
    [Fact]
    public void Directory_NeverUsedBefore_HasLostNothing()
    {
        Assert.Equal(0, _first.Log.Count(EventIds.HistoryUnknown));
        Assert.Equal(RemediationVerdict.Applied,
            _first.Ask(new(_nic.Interface, RemediationTrigger.Cli) { Settings = ["eee"] }).Verdict);
    }

    [Fact]
    public void Intent_OfAProcessThatLivesInAReplacedDirectory_IsNotSettled()
    {
        // The directory was restored from a backup while the daemon is in the middle of a remediation: its lock is
        // another file now.
        Identity(100);
        var daemon = Restart();
        _nic.Hang();
        while (_nic.Operations.Count == 0)
            daemon.Live(1);
        var operations = _nic.Operations.Count;
        Replace();
        // The console does not read the kernel log.
        _nic.IsQuiet = true;
        Identity(200);
        using (var console = new FixtureHost(Configure, daemon))
        {
            console.Open();
            Assert.True(console.Ledger.IsOpen);
            Assert.NotNull(Record(console).Pending);
            var answer = console.Ask(new(_nic.Interface, RemediationTrigger.Cli) { Settings = ["eee"] });
            Assert.Contains("the process that carries it out lives", answer.Explanation, StringComparison.Ordinal);
            Assert.Equal(operations, _nic.Operations.Count);

            // It has ended.
            File.Delete(_first.Directory.File("100/stat"));
            console.Live(10);
            Assert.Null(Record(console).Pending);
        }
    }

    [Fact]
    public async Task Directory_DeletedWhileInUse_StopsTheHandAndIsSaidOnce()
    {
        var state = _first.Options.Paths.StateDirectory!;
        Directory.Move(state, state + ".old");
        _first.Live(10);
        Assert.Equal(0, await _first.ValueAsync("nichang_journal_writable"));
        _first.Store.Save(_first.Monitor.State());
        Assert.Equal(0, await _first.ValueAsync("nichang_state_up"));
        _nic.Hang();
        _first.Live(60);
        Assert.Empty(_nic.Operations);
        Assert.Equal(1, _first.Log.Count(EventIds.JournalUnavailable));
        Assert.Equal(1, _first.Log.Count(EventIds.StateUnavailable));
        Assert.Contains("was deleted or replaced",
            _first.Log.Entries.First(entry => entry.Event == EventIds.JournalUnavailable).Message,
            StringComparison.Ordinal);
        // It is not created again: what another process has done meanwhile is unknown here.
        Assert.False(Directory.Exists(state));

        // Another process's directory is not taken either.
        Directory.CreateDirectory(state);
        File.WriteAllText(Path.Combine(state, "lock"), "");
        _first.Live(20);
        Assert.Empty(_nic.Operations);
        Assert.Equal(["lock"], Directory.GetFileSystemEntries(state).Select(Path.GetFileName));

        // Nor is it when it is put back: a pause may be recorded in the other one meanwhile.
        Directory.Delete(state, recursive: true);
        Directory.Move(state + ".old", state);
        _first.Live(60);
        Assert.Equal(0, await _first.ValueAsync("nichang_journal_writable"));
        Assert.Empty(_nic.Operations);
        // The next process takes what is there.
        var next = Restart();
        next.Live(60);
        Assert.Equal(1, await next.ValueAsync("nichang_journal_writable"));
        Assert.False(_nic.IsHung);
    }

    [Fact]
    public async Task Pause_InADirectoryThatIsAnotherOneByNow_IsNotUndoneByPuttingTheFirstBack()
    {
        var state = _first.Options.Paths.StateDirectory!;
        Directory.Move(state, state + ".old");
        using (var console = new FixtureHost(Configure, _first))
        {
            console.Open();
            var paused = console.Remediator.SetPausedAsync(true, "root");
            console.RemediationWorker.RunPending();
            Assert.Null(await paused);
        }
        _nic.Host = _first;
        _first.Live(6);
        Directory.Move(state, state + ".new");
        Directory.Move(state + ".old", state);
        _nic.Hang();
        _first.Live(60);

        Assert.Empty(_nic.Operations);
        Assert.Equal(NotProtected.JournalUnavailable, Assert.Single(_first.Remediator.Status().Devices).NotProtected);
    }

    [Theory]
    [InlineData("lock")]
    [InlineData("lock", "journal.jsonl.new")]
    public void Directory_OfAFirstStartThatEndedAtOnce_HasLostNothing(params string[] left)
    {
        using var host = new FixtureHost(Configure, live: true);
        host.AddSimulatedNic();
        Directory.CreateDirectory(host.Options.Paths.StateDirectory!,
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var name in left)
            File.WriteAllText(Path.Combine(host.Options.Paths.StateDirectory!, name), "");
        host.Open();
        host.Start();
        host.Live(2);

        Assert.Equal(0, host.Log.Count(EventIds.HistoryUnknown));
        Assert.False(host.Ledger.State.HistoryUnknown);
    }

    [Fact]
    public async Task Intent_OfAProcessThatLives_IsNotSettledByAnother()
    {
        _nic.Hang();
        while (_nic.Operations.Count == 0)
            _first.Live(1);
        var operations = _nic.Operations.Count;
        // The lock is the first one's still.
        using (var other = new FixtureHost(Configure, _first))
        {
            other.Open();
            other.RemediationWorker.RunPending();
            Assert.False(other.Ledger.IsOpen);
            Assert.NotNull(Record(other).Pending);
            var ticket = other.Remediator.Submit(new(_nic.Interface, RemediationTrigger.Cli) { Recover = true });
            other.RemediationWorker.RunPending();
            Assert.Equal(DeclineReason.JournalUnavailable, (await ticket.Outcome).Declined);
        }
        _nic.Host = _first;

        Assert.Equal(operations, _nic.Operations.Count);
        _first.Live(40);
        Assert.Equal(RemediationVerdict.Healed, Record(_first).Last!.Verdict);
    }

    private void Identity(int pid)
    {
        foreach (var process in new[] { "self", pid.ToString(System.Globalization.CultureInfo.InvariantCulture) })
        {
            Directory.CreateDirectory(_first.Directory.File(process));
            File.WriteAllText(_first.Directory.File($"{process}/stat"),
                $"{pid} (nic) S 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 4711 23 24\n");
        }
    }

    private void Replace()
    {
        var state = _first.Options.Paths.StateDirectory!;
        Directory.Move(state, state + ".old");
        Directory.CreateDirectory(state);
        File.WriteAllText(Path.Combine(state, "lock"), "");
        foreach (var file in Directory.GetFiles(state + ".old").Where(file => Path.GetFileName(file) != "lock"))
            File.Copy(file, Path.Combine(state, Path.GetFileName(file)));
    }
}
