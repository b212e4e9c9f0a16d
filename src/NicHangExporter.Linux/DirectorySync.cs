using Tmds.Linux;

namespace NicHangExporter.Linux;

/// <summary>
/// Makes the names in a directory outlive a power cut: fsync(2) of a file keeps what is in it, but not its entry in the directory.
/// </summary>
public static class DirectorySync
{
    /// <summary>
    /// open(2), fsync(2), close(2) of a directory: to be called after a file in it was created, renamed or deleted. Waits for the disk, which
    /// can take seconds and can't be cancelled.
    /// </summary>
    /// <exception cref="LinuxException">The directory can't be opened (<see cref="Errno.NotDirectory"/> for what is none), or the disk
    /// failed (<see cref="Errno.IO"/>), or the file system can't do that with directories (<see cref="Errno.Invalid"/>).</exception>
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
