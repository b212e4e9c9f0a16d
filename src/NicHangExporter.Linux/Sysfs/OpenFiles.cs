using Tmds.Linux;

namespace NicHangExporter.Linux.Sysfs;

/// <summary>The open files of this process, from /proc/self/fd (proc(5)).</summary>
public static class OpenFiles
{
    /// <summary>
    /// The number of open files: the size of the directory, which Linux has since 6.2 (proc_fd_getattr() of
    /// fs/proc/fd.c); on older kernels, the number of its entries without the one that is opened for counting.
    /// </summary>
    /// <exception cref="LinuxException">The directory can't be read, for example without a free descriptor
    /// (<see cref="Errno.TooManyOpenFiles"/>).</exception>
    public static unsafe int Count()
    {
        stat status;
        fixed (byte* path = "/proc/self/fd\0"u8)
            if (LibC.fstatat(LibC.AT_FDCWD, path, &status, 0) == 0 && status.st_size > 0)
                return (int)status.st_size;
        return CountEntries();
    }

    /// <summary>Counts the entries of the directory, without the descriptor that is opened for it.</summary>
    internal static int CountEntries()
    {
        var errno = FileDescriptor.TryOpen("/proc/self/fd\0"u8, LibC.O_RDONLY | LibC.O_DIRECTORY, out var directory);
        if (directory is null)
            throw new LinuxException("open", "/proc/self/fd", errno);
        using (directory)
        using (var borrowed = directory.Acquire())
        {
            var count = 0;
            var entries = new DirectoryEntries(borrowed.Number, stackalloc byte[4096]);
            // "." and ".." are not files.
            while (entries.MoveNext())
                if (entries.Name[0] != '.')
                    count++;
            return entries.Error == Errno.None
                ? count - 1
                : throw new LinuxException("getdents64", "/proc/self/fd", entries.Error);
        }
    }
}
