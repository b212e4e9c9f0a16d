using System.Diagnostics;

namespace NicHangExporter.Vm.Machine;

/// <summary>
/// The directory that keeps parts of guests between runs: the kernel and the published program. Git ignores it.
/// </summary>
internal static class Workshop
{
    /// <summary>Bytes for a kernel, its modules, an initramfs and the files of a boot.</summary>
    private const long NeededBytes = 1L << 30;

    /// <summary>
    /// EWOULDBLOCK of asm-generic/errno.h: flock(2) returns it for a file that another process has locked.
    /// </summary>
    private const int WouldBlock = 11;

    // A download and a build, each as long as Provision permits.
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(20);

    /// <summary>The directory of the solution.</summary>
    public static string Repository { get; } = Find(AppContext.BaseDirectory);

    /// <summary>The directory for parts that are kept.</summary>
    public static string Path { get; } =
        Directory.CreateDirectory(System.IO.Path.Combine(Repository, "artifacts", "vm")).FullName;

    /// <summary>
    /// Locks the workshop for one guest, also against other runs in the same clone, so that no guest uses an incomplete
    /// part. The kernel releases the lock when the process ends.
    /// </summary>
    public static IDisposable Hold()
    {
        var path = System.IO.Path.Combine(Path, "lock");
        var waiting = Stopwatch.StartNew();
        while (true)
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException error) when (error.HResult == WouldBlock)
            {
                if (waiting.Elapsed > Timeout)
                    throw new CannotBootException(
                        $"another run has kept {path} locked for {Timeout.TotalMinutes:0} minutes");
                Thread.Sleep(100);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw new CannotBootException($"{path} can't be locked: {error.Message}");
            }
    }

    /// <summary>Fails if the disk of a directory has too little space for a guest.</summary>
    public static void RequireSpace(string directory, long bytes = NeededBytes)
    {
        var free = new DriveInfo(directory).AvailableFreeSpace;
        if (free < bytes)
            throw new CannotBootException(
                $"not enough space: {directory} has {free >> 20} MiB left, a guest needs {bytes >> 20} MiB");
    }

    private static string Find(string directory) =>
        File.Exists(System.IO.Path.Combine(directory, "NicHangExporter.sln")) ? directory
        : Find(System.IO.Path.GetDirectoryName(directory)
            ?? throw new DirectoryNotFoundException("no solution above the tests"));
}
