using Microsoft.Win32.SafeHandles;
using Tmds.Linux;

namespace NicHangExporter.Linux;

/// <summary>
/// Opens regular files and nothing else. A FIFO, a device, a socket or a symbolic link of the name is refused before it is opened, and what was opened is
/// looked at once more: open(2) of a FIFO waits for its other end for ever, and a symbolic link makes root write where somebody else wants it.
/// </summary>
public static class RegularFile
{
    private const Errno Exists = (Errno)17; // EEXIST, include/uapi/asm-generic/errno-base.h

    /// <summary>Opens a file for reading.</summary>
    /// <returns>Null where there is none of the name.</returns>
    /// <exception cref="FileKindException">It is no regular file.</exception>
    /// <exception cref="LinuxException">It can't be opened.</exception>
    public static SafeFileHandle? OpenRead(string path) => Open(path, LibC.O_RDONLY);

    /// <summary>Opens a file for reading and writing.</summary>
    /// <inheritdoc cref="OpenRead"/>
    public static SafeFileHandle? OpenWrite(string path) => Open(path, LibC.O_RDWR);

    /// <summary>
    /// Makes a file that was not there before, for writing (O_EXCL). A file of the name is deleted first; a directory is not, but renamed to
    /// <c>NAME.corrupt-N</c>: there may be something in it.
    /// </summary>
    /// <exception cref="LinuxException">It can't be made.</exception>
    /// <exception cref="IOException">The name can't be made free.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory is not for this process to write.</exception>
    public static SafeFileHandle Create(string path, UnixFileMode mode)
    {
        Remove(path);
        var errno = TryOpen(path, LibC.O_RDWR | LibC.O_CREAT | LibC.O_EXCL, mode, out var file);
        return errno == Errno.None ? file! : throw new LinuxException("open", path, errno);
    }

    /// <summary>Opens a file for reading and writing, and makes it where there is none.</summary>
    /// <inheritdoc cref="OpenRead" path="/exception"/>
    public static SafeFileHandle OpenOrCreate(string path, UnixFileMode mode)
    {
        for (var attempt = 0; ; attempt++)
        {
            if (OpenWrite(path) is { } file)
                return file;
            var errno = TryOpen(path, LibC.O_RDWR | LibC.O_CREAT | LibC.O_EXCL, mode, out var made);
            if (errno == Errno.None)
                return made!;
            // Somebody else was faster: then it is there now.
            if (errno != Exists || attempt > 0)
                throw new LinuxException("open", path, errno);
        }
    }

    /// <summary>The beginning of a file, at most <paramref name="limit"/> bytes; null where there is none.</summary>
    /// <inheritdoc cref="OpenRead" path="/exception"/>
    public static byte[]? Read(string path, int limit) => Read(path, limit, fromEnd: false);

    /// <summary>The last <paramref name="limit"/> bytes of a file; null where there is none.</summary>
    /// <inheritdoc cref="OpenRead" path="/exception"/>
    public static byte[]? ReadEnd(string path, int limit) => Read(path, limit, fromEnd: true);

    /// <summary>Makes a name free: deletes what has it, save a directory, which is renamed to <c>NAME.corrupt-N</c>.</summary>
    /// <exception cref="IOException">It can't be.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory is not for this process to write.</exception>
    public static void Remove(string path)
    {
        if (FileStatus.TryReadUnfollowed(path, out var status) != Errno.None)
            return;
        if (status.Kind != FileKind.Directory)
        {
            File.Delete(path);
            return;
        }
        var number = 1;
        while (FileStatus.TryReadUnfollowed($"{path}.corrupt-{number}", out _) == Errno.None)
            number++;
        Directory.Move(path, $"{path}.corrupt-{number}");
    }

    private static byte[]? Read(string path, int limit, bool fromEnd)
    {
        using var file = OpenRead(path);
        if (file is null)
            return null;
        var whole = RandomAccess.GetLength(file);
        var content = new byte[Math.Min(whole, limit)];
        var start = fromEnd ? whole - content.Length : 0;
        var length = 0;
        while (length < content.Length && RandomAccess.Read(file, content.AsSpan(length), start + length) is > 0 and var read)
            length += read;
        return content[..length];
    }

    private static SafeFileHandle? Open(string path, int flags)
    {
        var errno = FileStatus.TryReadUnfollowed(path, out var status);
        if (errno == Errno.None && status.Kind != FileKind.Regular)
            throw new FileKindException(path, status.Kind);
        SafeFileHandle? file = null;
        if (errno == Errno.None)
            errno = TryOpen(path, flags, 0, out file);
        if (errno is Errno.NoEntry or Errno.NotDirectory)
            return null;
        if (errno == Errno.None)
            errno = FileStatus.TryRead(file!, out status);
        if (errno == Errno.None && status.Kind == FileKind.Regular)
            return file;
        file?.Dispose();
        throw errno == Errno.None ? new FileKindException(path, status.Kind) : new LinuxException("open", path, errno);
    }

    private static Errno TryOpen(string path, int flags, UnixFileMode mode, out SafeFileHandle? file)
    {
        // O_NONBLOCK: whatever has taken the place of the file since, the call returns.
        var errno = FileCalls.TryOpen(LibC.AT_FDCWD, FileDescriptor.TerminatedPath(path), flags | LibC.O_NOFOLLOW | LibC.O_NONBLOCK, out var number, (int)mode);
        file = errno == Errno.None ? new SafeFileHandle(number, ownsHandle: true) : null;
        return errno;
    }
}
