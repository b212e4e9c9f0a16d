using Tmds.Linux;

namespace NicHangExporter.Linux;

/// <summary>Checks the permissions of this process on a path without accessing it.</summary>
public static class PathAccess
{
    private const int ReadAndWrite = 6; // R_OK | W_OK, include/uapi/linux/fcntl.h and unistd.h
    private const int Search = 1; // X_OK
    private const int AsEffectiveUser = 0x200; // AT_EACCESS

    /// <summary>
    /// faccessat(2): whether a directory can be searched, read and written, and its file system is writable.
    /// </summary>
    /// <returns><see cref="Errno.None"/>, or the reason: <see cref="Errno.Access"/>, or EROFS.</returns>
    /// <exception cref="ArgumentException">The path holds a NUL.</exception>
    public static Errno OfDirectory(string path) => Check(path, ReadAndWrite | Search);

    /// <summary>faccessat(2): whether a file can be read and written.</summary>
    /// <inheritdoc cref="OfDirectory"/>
    public static Errno OfFile(string path) => Check(path, ReadAndWrite);

    private static unsafe Errno Check(string path, int mode)
    {
        ArgumentNullException.ThrowIfNull(path);
        fixed (byte* bytes = FileDescriptor.TerminatedPath(path))
            return LibC.faccessat(LibC.AT_FDCWD, bytes, mode, AsEffectiveUser) == 0
                ? Errno.None
                : FileDescriptor.LastError;
    }
}
