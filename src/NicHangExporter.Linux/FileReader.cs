using Tmds.Linux;

namespace NicHangExporter.Linux;

/// <summary>Reads whole files into a buffer of the caller, without an allocation.</summary>
public static class FileReader
{
    /// <summary>
    /// open(2), fstat(2), then read(2) to the end. Returns the status of the file that was read, since the name may
    /// lead to another file afterwards. A file that blocks, such as a FIFO, is read as far as data is available.
    /// </summary>
    /// <param name="path">The path.</param>
    /// <param name="buffer">Receives the bytes. Must be larger than the largest expected content, by at least one
    /// byte.</param>
    /// <param name="length">The number of bytes read.</param>
    /// <param name="status">The status of the file. Set whenever the file could be opened, even if reading
    /// failed.</param>
    /// <returns><see cref="Errno.TooSmall"/> if the content fills the buffer.</returns>
    /// <exception cref="ArgumentException">The path holds a NUL.</exception>
    public static Errno TryRead(string path, Span<byte> buffer, out int length, out FileStatus status)
    {
        ArgumentNullException.ThrowIfNull(path);
        length = 0;
        status = default;
        var errno = FileDescriptor.TryOpen(
            FileDescriptor.TerminatedPath(path), LibC.O_RDONLY | LibC.O_NONBLOCK, out var file);
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

    /// <summary>
    /// openat(2), one read(2), close(2): for attributes in /sys and /proc. Removes one final newline, which older
    /// kernels omit in some attributes.
    /// </summary>
    /// <param name="directory">The descriptor of a directory, or AT_FDCWD.</param>
    /// <param name="path">The path, ending in its only NUL.</param>
    /// <param name="buffer">Receives the bytes.</param>
    /// <param name="length">The number of bytes, without the final newline.</param>
    /// <returns><see cref="Errno.TooSmall"/> if the file holds more than the buffer.</returns>
    internal static Errno TryReadText(int directory, ReadOnlySpan<byte> path, Span<byte> buffer, out int length)
    {
        length = 0;
        // O_NONBLOCK has no effect in /sys. In a directory tree that imitates /sys, it keeps a FIFO from blocking a
        // scrape.
        var errno = FileCalls.TryOpen(directory, path, LibC.O_RDONLY | LibC.O_NONBLOCK, out var file);
        if (errno != Errno.None)
            return errno;
        try
        {
            errno = FileCalls.TryRead(file, buffer, out length);
            if (errno != Errno.None)
                return errno;
            if (length < buffer.Length)
            {
                if (length > 0 && buffer[length - 1] == '\n')
                    length--;
                return Errno.None;
            }
            // The buffer is full. Only the newline may be left to read.
            Span<byte> more = stackalloc byte[2];
            errno = FileCalls.TryRead(file, more, out var left);
            if (errno == Errno.None && left == 0 && length > 0 && buffer[length - 1] == '\n')
                length--;
            return errno != Errno.None ? errno
                : left > 1 || (left == 1 && more[0] != '\n') ? Errno.TooSmall
                : Errno.None;
        }
        finally
        {
            _ = LibC.close(file);
        }
    }
}
