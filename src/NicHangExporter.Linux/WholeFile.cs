using Tmds.Linux;

namespace NicHangExporter.Linux;

/// <summary>A file read to its end, together with the status of the very file that was read: a name may lead to another one a moment later.</summary>
public static class WholeFile
{
    /// <summary>open(2), fstat(2), read(2) to the end, without an allocation. What blocks, such as a FIFO, is read as far as it goes.</summary>
    /// <param name="path">The path.</param>
    /// <param name="buffer">Where the bytes go. It must be larger than the largest content that is wanted, by one byte at least.</param>
    /// <param name="length">How many they are.</param>
    /// <param name="status">The status of what was read; also where reading failed, if the file could be opened.</param>
    /// <returns><see cref="Errno.TooSmall"/> where the content fills the buffer.</returns>
    /// <exception cref="ArgumentException">The path holds a NUL.</exception>
    public static Errno TryRead(string path, Span<byte> buffer, out int length, out FileStatus status)
    {
        ArgumentNullException.ThrowIfNull(path);
        length = 0;
        status = default;
        var errno = FileDescriptor.TryOpen(FileDescriptor.TerminatedPath(path), LibC.O_RDONLY | LibC.O_NONBLOCK, out var file);
        if (file is null)
            return errno;
        using (file)
        {
            errno = FileStatus.TryRead(file, out status);
            while (errno == Errno.None)
            {
                if (length == buffer.Length)
                    return Errno.TooSmall;
                errno = file.TryRead(buffer[length..], out var read);
                if (read == 0)
                    return errno;
                length += read;
            }
            return errno;
        }
    }
}
