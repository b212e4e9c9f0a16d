using Tmds.Linux;

namespace NicHangExporter.Linux;

/// <summary>Syncs directories. fsync(2) of a file syncs its content but not its entry in the directory.</summary>
public static class DirectorySync
{
    /// <summary>
    /// open(2), fsync(2), close(2) of a directory. Call it after a file in the directory was created, renamed or
    /// deleted. It waits for the disk, which can take seconds and can't be cancelled.
    /// </summary>
    /// <exception cref="LinuxException">The path is not a directory (<see cref="Errno.NotDirectory"/>) or can't be
    /// opened; the disk failed (<see cref="Errno.IO"/>); or the file system can't sync directories
    /// (<see cref="Errno.Invalid"/>).</exception>
    public static void Flush(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var terminated = FileDescriptor.TerminatedPath(path);
        var errno = FileDescriptor.TryOpen(terminated, LibC.O_RDONLY | LibC.O_DIRECTORY, out var directory);
        if (directory is null)
            throw Failure("open", terminated, errno);
        using (directory)
        {
            errno = directory.TrySync();
            if (errno != Errno.None)
                throw Failure("fsync", terminated, errno);
        }
    }

    private static LinuxException Failure(string operation, ReadOnlySpan<byte> path, Errno errno) =>
        new(operation, KernelText.Escape(path[..^1]), errno);
}
