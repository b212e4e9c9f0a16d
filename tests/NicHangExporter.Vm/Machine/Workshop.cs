using System.Diagnostics;

namespace NicHangExporter.Vm.Machine;

/// <summary>Where the parts of guests are kept from one run to the next: the kernel and the published program. Git ignores it.</summary>
internal static class Workshop
{
    /// <summary>A kernel, its modules, an initramfs and what a boot leaves behind.</summary>
    private const long NeededBytes = 1L << 30;

    /// <summary>EWOULDBLOCK of asm-generic/errno.h, which flock(2) says of a file that somebody else has locked.</summary>
    private const int WouldBlock = 11;

    // A download and a build, each as long as Provision lets them be.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(20);

    /// <summary>The directory of the solution.</summary>
    public static string Repository { get; } = Find(AppContext.BaseDirectory);

    /// <summary>The directory for what is kept.</summary>
    public static string Path { get; } = Directory.CreateDirectory(System.IO.Path.Combine(Repository, "artifacts", "vm")).FullName;

    /// <summary>
    /// Makes it one guest's at a time, of this run and of others in the same clone: whoever makes a part finds none that is half made. The kernel takes the lock back
    /// from whoever ends.
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
                if (waiting.Elapsed > Patience)
                    throw new CannotBootException($"another run has kept {path} locked for {Patience.TotalMinutes:0} minutes");
                Thread.Sleep(100);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw new CannotBootException($"{path} can't be locked: {error.Message}");
            }
    }

    /// <summary>Fails where the disk that holds a directory is too full for a guest.</summary>
    public static void RequireRoom(string directory, long bytes = NeededBytes)
    {
        var free = new DriveInfo(directory).AvailableFreeSpace;
        if (free < bytes)
            throw new CannotBootException($"no room: {directory} has {free >> 20} MiB left, a guest needs {bytes >> 20} MiB");
    }

    private static string Find(string directory) =>
        File.Exists(System.IO.Path.Combine(directory, "NicHangExporter.sln")) ? directory : Find(System.IO.Path.GetDirectoryName(directory) ?? throw new DirectoryNotFoundException("no solution above the tests"));
}
