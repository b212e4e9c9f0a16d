using Tmds.Linux;

namespace NicHangExporter.Linux.Sysfs;

/// <summary>The files that this process has open, as /proc/self/fd lists them (proc(5)).</summary>
public static class OpenFiles
{
    /// <summary>How many there are, without the one that the count itself needs.</summary>
    /// <exception cref="LinuxException">The directory can't be read, as where no descriptor is left (<see cref="Errno.TooManyOpenFiles"/>).</exception>
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
            // "." and ".." are no files.
            while (entries.MoveNext())
                if (entries.Name[0] != '.')
                    count++;
            return entries.Error == Errno.None ? count - 1 : throw new LinuxException("getdents64", "/proc/self/fd", entries.Error);
        }
    }
}
