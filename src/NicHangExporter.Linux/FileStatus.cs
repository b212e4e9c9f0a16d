using Microsoft.Win32.SafeHandles;
using Tmds.Linux;

namespace NicHangExporter.Linux;

/// <summary>
/// The status of a file at one moment (stat(2)): owner, permissions, size and times. If two values are equal, the file
/// was not replaced or written in between, except within one tick of the kernel's clock (some milliseconds). To be
/// sure, read the file once more after a change.
/// </summary>
/// <param name="Device">The file system.</param>
/// <param name="Inode">The file in the file system. A file that is renamed onto the name has another inode.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Mode">Permission bits.</param>
/// <param name="Owner">The owning user.</param>
/// <param name="Group">The owning group.</param>
/// <param name="Modified">st_mtim, in nanoseconds since the epoch. Every process that may write the file can set it
/// back.</param>
/// <param name="Changed">st_ctim, in nanoseconds since the epoch: the last change of content, mode or owner. No process
/// can set it.</param>
/// <param name="Kind">The type of the file.</param>
public readonly record struct FileStatus(
    ulong Device, ulong Inode, long Length, UnixFileMode Mode, uint Owner, uint Group, long Modified, long Changed,
    FileKind Kind)
{
    // So many bytes need no allocation.
    private const int ShortPath = 256;

    private const uint PermissionBits = 0xFFF; // 07777, include/uapi/linux/stat.h

    /// <summary>The effective user of this process: geteuid(2).</summary>
    public static uint EffectiveUser => LibC.geteuid();

    /// <summary>stat(2), following links.</summary>
    /// <returns><see cref="Errno.None"/>, or the reason for the failure.</returns>
    /// <exception cref="ArgumentException">The path holds a NUL.</exception>
    public static Errno TryRead(string path, out FileStatus status) => TryRead(path, 0, out status);

    /// <summary>lstat(2): the status of a symbolic link itself.</summary>
    /// <inheritdoc cref="TryRead(string, out FileStatus)"/>
    public static Errno TryReadUnfollowed(string path, out FileStatus status) =>
        TryRead(path, LibC.AT_SYMLINK_NOFOLLOW, out status);

    /// <summary>fstat(2).</summary>
    /// <returns><see cref="Errno.None"/>, or the reason for the failure.</returns>
    public static unsafe Errno TryRead(SafeFileHandle file, out FileStatus status)
    {
        ArgumentNullException.ThrowIfNull(file);
        status = default;
        stat found;
        var borrowed = false;
        try
        {
            file.DangerousAddRef(ref borrowed);
            if (LibC.fstat((int)file.DangerousGetHandle(), &found) != 0)
                return FileDescriptor.LastError;
        }
        finally
        {
            if (borrowed)
                file.DangerousRelease();
        }
        status = From(found);
        return Errno.None;
    }

    /// <summary>True if both describe the same file, regardless of its content.</summary>
    public bool IsSameFile(FileStatus other) => Device == other.Device && Inode == other.Inode;

    /// <summary>fstat(2).</summary>
    internal static unsafe Errno TryRead(FileDescriptor file, out FileStatus status)
    {
        status = default;
        using var borrowed = file.Acquire();
        stat found;
        if (LibC.fstat(borrowed.Number, &found) != 0)
            return FileDescriptor.LastError;
        status = From(found);
        return Errno.None;
    }

    private static unsafe Errno TryRead(string path, int flags, out FileStatus status)
    {
        ArgumentNullException.ThrowIfNull(path);
        status = default;
        stat found;
        fixed (byte* bytes = FileDescriptor.TerminatedPath(path, stackalloc byte[ShortPath]))
            if (LibC.fstatat(LibC.AT_FDCWD, bytes, &found, flags) != 0)
                return FileDescriptor.LastError;
        status = From(found);
        return Errno.None;
    }

    private static FileStatus From(in stat found) =>
        new(
            (ulong)found.st_dev, (ulong)found.st_ino, (long)found.st_size,
            (UnixFileMode)((uint)found.st_mode & PermissionBits),
            (uint)found.st_uid,
            (uint)found.st_gid,
            Nanoseconds(found.st_mtim),
            Nanoseconds(found.st_ctim),
            FileKinds.Of((uint)(found.st_mode & LibC.S_IFMT)));

    private static long Nanoseconds(in timespec time) => (long)time.tv_sec * 1_000_000_000 + (long)time.tv_nsec;
}
