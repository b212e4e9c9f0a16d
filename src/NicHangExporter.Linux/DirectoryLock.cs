using System.Runtime.InteropServices;
using Tmds.Linux;

namespace NicHangExporter.Linux;

/// <summary>
/// An exclusive flock(2) of a directory. It needs only the right to read the directory, works on a read-only file
/// system, leaves no file behind and ends with the process.
/// </summary>
public sealed partial class DirectoryLock : IDisposable
{
    private const int Exclusive = 2; // LOCK_EX, include/uapi/asm-generic/fcntl.h
    private const int NoWait = 4; // LOCK_NB

    private readonly FileDescriptor _directory;

    private DirectoryLock(FileDescriptor directory) => _directory = directory;

    /// <summary>Takes the lock if nobody has it.</summary>
    /// <returns>Null if another process, or another part of this one, has it.</returns>
    /// <exception cref="LinuxException">The directory can't be opened, or its file system has no locks, such as NFS for
    /// a directory (EBADF).</exception>
    public static DirectoryLock? TryTake(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var errno = FileDescriptor.TryOpen(
            FileDescriptor.TerminatedPath(path), LibC.O_RDONLY | LibC.O_DIRECTORY, out var directory);
        if (directory is null)
            throw new LinuxException("open", path, errno);
        using (var borrowed = directory.Acquire())
            errno = Lock(borrowed.Number, Exclusive | NoWait) == 0 ? Errno.None : FileDescriptor.LastError;
        if (errno == Errno.None)
            return new DirectoryLock(directory);
        directory.Dispose();
        return errno == Errno.Again ? null : throw new LinuxException("flock", path, errno);
    }

    /// <inheritdoc/>
    public void Dispose() => _directory.Dispose();

    [LibraryImport("libc.so.6", EntryPoint = "flock", SetLastError = true)]
    private static partial int Lock(int file, int operation);
}
