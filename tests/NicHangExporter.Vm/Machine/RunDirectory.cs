using System.Diagnostics;

namespace NicHangExporter.Vm.Machine;

/// <summary>
/// The directory of one run of the harness, in which everything lies that is not to outlive it: <c>TMPDIR</c> of this process and of those that it starts. Beside it
/// runs the keeper, which ends what is left and deletes the directory once this process is gone. It learns of that by a lock, which the kernel takes back from
/// whoever ends, even by SIGKILL.
/// </summary>
internal sealed class RunDirectory : IDisposable
{
    /// <summary>By it the directories of runs are known.</summary>
    public const string Prefix = "nichang-vm-";

    private const string PrefixWhileMade = "nichang-new-";
    private const string Lock = "alive";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly FileStream _lock;
    private readonly Process _keeper;

    private RunDirectory(FileStream alive, Process keeper) => (_lock, _keeper) = (alive, keeper);

    /// <summary>Makes one, and has those cleared away whose run and keeper were killed together.</summary>
    public static RunDirectory Open()
    {
        var parent = System.IO.Path.GetTempPath();
        foreach (var old in Directory.GetDirectories(parent, Prefix + "*"))
            Keep(old, "-n").Dispose();
        // It gets its name once it is locked: until then the next run would take it for one that has been left.
        var made = Directory.CreateTempSubdirectory(PrefixWhileMade).FullName;
        var alive = new FileStream(System.IO.Path.Combine(made, Lock), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        var path = System.IO.Path.Combine(parent, Prefix + made[(made.IndexOf(PrefixWhileMade, StringComparison.Ordinal) + PrefixWhileMade.Length)..]);
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

    // A session of its own: what is sent to the terminal's processes, or to all of the group, is not for the keeper. The programs are named in full, whatever PATH is.
    private static Process Keep(string directory, params IEnumerable<string> options) =>
        Process.Start(new ProcessStartInfo("/usr/bin/setsid", ["/bin/sh", System.IO.Path.Combine(AppContext.BaseDirectory, "keeper"), directory, .. options]))!;
}
