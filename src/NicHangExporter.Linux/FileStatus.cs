using Tmds.Linux;

namespace NicHangExporter.Linux;

/// <summary>
/// Who owns a file, who may read it, and which content it had at a moment: what stat(2) tells. Two equal values mean that nobody has replaced or
/// rewritten the file in between, save within one tick of the kernel's clock (some milliseconds): who relies on it reads once more after a change.
/// </summary>
/// <param name="Device">The file system.</param>
/// <param name="Inode">The file in it; a file that was renamed onto this name has another.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Mode">Permission bits.</param>
/// <param name="Owner">The user.</param>
/// <param name="Group">The group.</param>
/// <param name="Modified">st_mtim, in nanoseconds since the epoch. Anybody who may write the file can set it back.</param>
/// <param name="Changed">st_ctim, in nanoseconds since the epoch: the last change of content, mode or owner. Nobody can set it.</param>
public readonly record struct FileStatus(ulong Device, ulong Inode, long Length, UnixFileMode Mode, uint Owner, uint Group, long Modified, long Changed)
{
    private const uint PermissionBits = 0xFFF; // 07777, include/uapi/linux/stat.h

    /// <summary>The effective user of this process: geteuid(2).</summary>
    public static uint EffectiveUser => LibC.geteuid();

    /// <summary>stat(2), following links.</summary>
    /// <returns><see cref="Errno.None"/>, or why it can't be told.</returns>
    /// <exception cref="ArgumentException">The path holds a NUL.</exception>
    public static unsafe Errno TryRead(string path, out FileStatus status)
    {
        ArgumentNullException.ThrowIfNull(path);
        status = default;
        stat found;
        fixed (byte* bytes = FileDescriptor.TerminatedPath(path))
            if (LibC.fstatat(LibC.AT_FDCWD, bytes, &found, 0) != 0)
                return FileDescriptor.LastError;
        status = From(found);
        return Errno.None;
    }

    /// <summary>fstat(2).</summary>
    internal static unsafe Errno TryRead(FileDescriptor file, out FileStatus status)
    {
        status = default;
        using var borrowed = file.Borrow();
        stat found;
        if (LibC.fstat(borrowed.Number, &found) != 0)
            return FileDescriptor.LastError;
        status = From(found);
        return Errno.None;
    }

    private static FileStatus From(in stat found) => new((ulong)found.st_dev, (ulong)found.st_ino, (long)found.st_size, (UnixFileMode)((uint)found.st_mode & PermissionBits),
        (uint)found.st_uid, (uint)found.st_gid, Nanoseconds(found.st_mtim), Nanoseconds(found.st_ctim));

    private static long Nanoseconds(in timespec time) => (long)time.tv_sec * 1_000_000_000 + (long)time.tv_nsec;
}
