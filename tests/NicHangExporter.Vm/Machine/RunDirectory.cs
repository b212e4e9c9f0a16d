using System.Diagnostics;

namespace NicHangExporter.Vm.Machine;

/// <summary>
/// The directory of one run of the harness for everything that must not outlive it: <c>TMPDIR</c> of this process and
/// of its children. The keeper runs in parallel. When this process is gone, it ends the remaining processes and deletes
/// the directory. It waits for a lock that the kernel releases when this process ends, even by SIGKILL.
/// </summary>
internal sealed class RunDirectory : IDisposable
{
    /// <summary>The prefix of directories of runs.</summary>
    public const string Prefix = "nichang-vm-";

    private const string PrefixWhileMade = "nichang-new-";
    private const string Lock = "alive";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly FileStream _lock;
    private readonly Process _keeper;

    private RunDirectory(FileStream alive, Process keeper) => (_lock, _keeper) = (alive, keeper);

    /// <summary>Creates one, and has the directories deleted whose run and keeper were both killed.</summary>
    public static RunDirectory Open()
    {
        var parent = System.IO.Path.GetTempPath();
        foreach (var old in Directory.GetDirectories(parent, Prefix + "*"))
            Keep(old, "-n").Dispose();
        // It gets its name after it is locked. Otherwise the next run would treat it as left over.
        var made = Directory.CreateTempSubdirectory(PrefixWhileMade).FullName;
        var alive = new FileStream(System.IO.Path.Combine(made, Lock), FileMode.CreateNew, FileAccess.ReadWrite,
            FileShare.None);
        var path = System.IO.Path.Combine(parent,
            Prefix + made[(made.IndexOf(PrefixWhileMade, StringComparison.Ordinal) + PrefixWhileMade.Length)..]);
        Directory.Move(made, path);
        Environment.SetEnvironmentVariable("TMPDIR", path);
        return new RunDirectory(alive, Keep(path));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _lock.Dispose();
        _keeper.WaitForExit(Limit);
        _keeper.Dispose();
    }

    // In its own session: signals to the terminal's processes or to the group do not reach the keeper. Absolute paths,
    // so that the programs do not depend on PATH.
    private static Process Keep(string directory, params IEnumerable<string> options) =>
        Process.Start(
            new ProcessStartInfo(
                "/usr/bin/setsid",
                ["/bin/sh", System.IO.Path.Combine(AppContext.BaseDirectory, "keeper"), directory, .. options]))!;
}
