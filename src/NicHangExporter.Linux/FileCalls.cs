using Tmds.Linux;

namespace NicHangExporter.Linux;

/// <summary>
/// System calls on files that take a descriptor as a number. The wrappers repeat a call after EINTR, return the error
/// number and allocate nothing.
/// </summary>
internal static unsafe class FileCalls
{
    /// <summary>PATH_MAX (include/uapi/linux/limits.h): the maximum length of a link's target.</summary>
    internal const int MaxLinkLength = 4096;

    /// <summary>openat(2) with O_CLOEXEC.</summary>
    /// <param name="directory">The descriptor of a directory, or AT_FDCWD.</param>
    /// <param name="path">The path, ending in its only NUL.</param>
    /// <param name="flags">O_RDONLY and the like.</param>
    /// <param name="file">The descriptor.</param>
    /// <param name="mode">The permissions of a created file (O_CREAT).</param>
    /// <exception cref="ArgumentException">The path does not end in its only NUL. The kernel would read beyond
    /// it.</exception>
    internal static Errno TryOpen(int directory, ReadOnlySpan<byte> path, int flags, out int file, int mode = 0)
    {
        RequireTerminated(path);
        fixed (byte* bytes = path)
            do
                file = LibC.openat(directory, bytes, flags | LibC.O_CLOEXEC, (mode_t)mode);
            while (file < 0 && FileDescriptor.LastError == Errno.Interrupted);
        return file < 0 ? FileDescriptor.LastError : Errno.None;
    }

    /// <summary>read(2).</summary>
    internal static Errno TryRead(int file, Span<byte> buffer, out int length)
    {
        fixed (byte* bytes = buffer)
            do
                length = (int)LibC.read(file, bytes, buffer.Length);
            while (length < 0 && FileDescriptor.LastError == Errno.Interrupted);
        if (length >= 0)
            return Errno.None;
        length = 0;
        return FileDescriptor.LastError;
    }

    /// <summary>pread(2).</summary>
    internal static Errno TryReadAt(int file, Span<byte> buffer, long offset, out int length)
    {
        fixed (byte* bytes = buffer)
            do
                length = (int)LibC.pread(file, bytes, buffer.Length, offset);
            while (length < 0 && FileDescriptor.LastError == Errno.Interrupted);
        if (length >= 0)
            return Errno.None;
        length = 0;
        return FileDescriptor.LastError;
    }

    /// <summary>readlinkat(2): the part of the target after its last slash.</summary>
    /// <returns>
    /// <see cref="Errno.Invalid"/> for a file that is not a link, <see cref="Errno.TooSmall"/> for a target that fills
    /// the buffer.
    /// </returns>
    internal static Errno TryReadLinkName(
        int directory, ReadOnlySpan<byte> path, Span<byte> buffer, out ReadOnlySpan<byte> name)
    {
        name = default;
        RequireTerminated(path);
        int length;
        fixed (byte* link = path)
        fixed (byte* target = buffer)
            length = (int)LibC.readlinkat(directory, link, target, buffer.Length);
        if (length < 0)
            return FileDescriptor.LastError;
        // readlink(2) truncates without an error. A target that fills the buffer may lack its end.
        if (length == buffer.Length)
            return Errno.TooSmall;
        var whole = buffer[..length];
        name = whole[(whole.LastIndexOf((byte)'/') + 1)..];
        return Errno.None;
    }

    /// <summary>fstatat(2), following links.</summary>
    /// <returns>
    /// <see cref="Errno.None"/> for a directory; <see cref="Errno.NotDirectory"/> for anything else that is there.
    /// </returns>
    internal static Errno TryFindDirectory(int directory, ReadOnlySpan<byte> path)
    {
        RequireTerminated(path);
        stat status;
        fixed (byte* bytes = path)
            if (LibC.fstatat(directory, bytes, &status, 0) != 0)
                return FileDescriptor.LastError;
        return (status.st_mode & LibC.S_IFMT) == LibC.S_IFDIR ? Errno.None : Errno.NotDirectory;
    }

    private static void RequireTerminated(ReadOnlySpan<byte> path)
    {
        if (path.IsEmpty || path.IndexOf((byte)0) != path.Length - 1)
            throw new ArgumentException("A path must end in its only NUL, as in \"mtu\\0\"u8", nameof(path));
    }
}
