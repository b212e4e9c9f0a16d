using Microsoft.Win32.SafeHandles;
using Tmds.Linux;

namespace NicHangExporter.Linux;

/// <summary>
/// Opens regular files only. A FIFO, a device, a socket or a symbolic link is refused before it is opened, because
/// open(2) of a FIFO blocks and a symbolic link redirects writes of root. The opened file is checked again.
/// </summary>
public static class RegularFile
{
    private const Errno Exists = (Errno)17; // EEXIST, include/uapi/asm-generic/errno-base.h

    /// <summary>Opens a file for reading.</summary>
    /// <returns>Null if the file does not exist.</returns>
    /// <exception cref="FileKindException">It is not a regular file.</exception>
    /// <exception cref="LinuxException">It can't be opened.</exception>
    public static SafeFileHandle? OpenRead(string path) => Open(path, LibC.O_RDONLY);

    /// <summary>Opens a file for reading and writing.</summary>
    /// <inheritdoc cref="OpenRead"/>
    public static SafeFileHandle? OpenWrite(string path) => Open(path, LibC.O_RDWR);

    /// <summary>
    /// Creates a new file for reading and writing (O_EXCL). An existing file of that name is deleted first. An existing
    /// directory is renamed to <c>NAME.corrupt-N</c>, because it may hold data.
    /// </summary>
    /// <exception cref="LinuxException">The file can't be created.</exception>
    /// <exception cref="IOException">The existing file can't be removed.</exception>
    /// <exception cref="UnauthorizedAccessException">This process may not write the directory.</exception>
    public static SafeFileHandle Create(string path, UnixFileMode mode)
    {
        Remove(path);
        var errno = TryOpen(path, LibC.O_RDWR | LibC.O_CREAT | LibC.O_EXCL, mode, out var file);
        return errno == Errno.None ? file! : throw new LinuxException("open", path, errno);
    }

    /// <summary>Opens a file for reading and writing, and creates it if it does not exist.</summary>
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
            // Another process created the file in between.
            if (errno != Exists || attempt > 0)
                throw new LinuxException("open", path, errno);
        }
    }

    /// <summary>Reads the first <paramref name="limit"/> bytes of a file; null if the file does not exist.</summary>
    /// <inheritdoc cref="OpenRead" path="/exception"/>
    public static byte[]? Read(string path, int limit) => Read(path, limit, fromEnd: false);

    /// <summary>Reads the last <paramref name="limit"/> bytes of a file; null if the file does not exist.</summary>
    /// <inheritdoc cref="OpenRead" path="/exception"/>
    public static byte[]? ReadEnd(string path, int limit) => Read(path, limit, fromEnd: true);

    /// <summary>Removes a file of any type. A directory is renamed to <c>NAME.corrupt-N</c>.</summary>
    /// <exception cref="IOException">The file can't be removed.</exception>
    /// <exception cref="UnauthorizedAccessException">This process may not write the directory.</exception>
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
        while (length < content.Length
            && RandomAccess.Read(file, content.AsSpan(length), start + length) is > 0 and var read)
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
        // O_NONBLOCK: open(2) does not block if a FIFO replaced the file after the check.
        var errno = FileCalls.TryOpen(
            LibC.AT_FDCWD, FileDescriptor.TerminatedPath(path), flags | LibC.O_NOFOLLOW | LibC.O_NONBLOCK,
            out var number, (int)mode);
        file = errno == Errno.None ? new SafeFileHandle(number, ownsHandle: true) : null;
        return errno;
    }
}
