using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.State;
using NicHangExporter.Tests.Remediation;

namespace NicHangExporter.Tests.Baselines;

/// <summary>What a run of the daemon under a fake clock leaves in its state directory.</summary>
/// <param name="Name">The folder below <c>golden/run</c>.</param>
/// <param name="MaxBytes">How long the journal's file may be, before one with a checkpoint follows it.</param>
/// <param name="Act">The run.</param>
internal sealed record RecordedRun(string Name, int MaxBytes, Action<FixtureHost, SimulatedNic> Act)
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>A hang that the first pass heals; the episode ends.</summary>
    public static RecordedRun Healed { get; } = new("healed", 1 << 20, (host, nic) =>
    {
        nic.Hang();
        host.Live(400);
    });

    /// <summary>
    /// A hang that the first pass does not heal, so that it is undone; the second heals it, and a person rolls
    /// it back.
    /// </summary>
    public static RecordedRun RolledBack { get; } = new("rolled-back", 4500, (host, nic) =>
    {
        nic.CuredBy.Remove("reinit");
        nic.Hang();
        host.Live(420);
        host.Ask(new RemediationRequest(nic.Interface, RemediationTrigger.Cli)
        {
            Rollback = true,
            Actor = "root",
            Reason = "golden run",
        });
        host.Live(5);
    });

    /// <summary>A hang that nothing heals, so that the device is in quarantine; a person pauses remediation.</summary>
    public static RecordedRun Quarantined { get; } = new("quarantined", 8000, (host, nic) =>
    {
        nic.CuredBy.Clear();
        nic.Hang();
        host.Live(500);
        var paused = host.Remediator.SetPausedAsync(paused: true, "root");
        host.Live(1);
        Assert.True(paused.Wait(TimeSpan.FromSeconds(30)) && paused.Result is null, "the pause was refused");
    });

    /// <summary>A hang whose episode and first pass are still open: what a power cut leaves.</summary>
    public static RecordedRun Interrupted { get; } = new("interrupted", 1 << 20, (host, nic) =>
    {
        nic.CuredBy.Clear();
        nic.Hang();
        host.Live(12);
    });

    /// <summary>All of them.</summary>
    public static IReadOnlyList<RecordedRun> All { get; } = [Healed, RolledBack, Quarantined, Interrupted];

    /// <summary>
    /// Carries it out, and hands over the host, still running, and the files that it has written, by name.
    /// </summary>
    public void Carry(Action<FixtureHost, SortedDictionary<string, string>> look)
    {
        var journal = new JournalFiles { MaxBytes = MaxBytes };
        using var host = new FixtureHost(LocalLoop.Enforcing, live: true, journalFiles: journal);
        var nic = host.AddSimulatedNic();
        host.Open();
        host.Start();
        host.Live(2);
        Act(host, nic);
        host.Store.Save(host.Monitor.State());
        look(host, Files(host.Options.Paths.StateDirectory!));
    }

    /// <summary>Puts golden files into a state directory, as an earlier version left them.</summary>
    public void Leave(string directory)
    {
        var golden = GoldenFile.PathOf($"run/{Name}");
        foreach (var file in Directory.GetFiles(golden, "*", SearchOption.AllDirectories))
        {
            var path = Path.Combine(directory, Path.GetRelativePath(golden, file));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!, Owner | UnixFileMode.UserExecute);
            File.Copy(file, path);
            File.SetUnixFileMode(path, Owner);
        }
    }

    private static SortedDictionary<string, string> Files(string directory)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var path in Directory.GetFiles(directory, "*", SearchOption.AllDirectories))
            if (new FileInfo(path).Length > 0)
                files[Path.GetRelativePath(directory, path)] = File.ReadAllText(path);
        return files;
    }
}
