using Tmds.Linux;

namespace NicHangExporter.Linux.Sysfs;

/// <summary>The open files of this process, from /proc/self/fd (proc(5)).</summary>
public static class OpenFiles
{
    /// <summary>The number of open files. The descriptor that is opened for counting is left out.</summary>
    /// <exception cref="LinuxException">The directory can't be read, for example without a free descriptor
    /// (<see cref="Errno.TooManyOpenFiles"/>).</exception>
    public static int Count()
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
