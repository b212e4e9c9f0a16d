using Tmds.Linux;

namespace NicHangExporter.Linux;

/// <summary>What this process may do with a path, asked without doing it.</summary>
public static class PathAccess
{
    private const int ReadAndWrite = 6; // R_OK | W_OK, include/uapi/linux/fcntl.h and unistd.h
    private const int Search = 1; // X_OK
    private const int AsEffectiveUser = 0x200; // AT_EACCESS

    /// <summary>faccessat(2): whether a directory can be searched, read and written, on a file system that can be written.</summary>
    /// <returns><see cref="Errno.None"/>, or why not: <see cref="Errno.Access"/>, or EROFS.</returns>
    /// <exception cref="ArgumentException">The path holds a NUL.</exception>
    public static Errno OfDirectory(string path) => Ask(path, ReadAndWrite | Search);

    /// <summary>faccessat(2): whether a file can be read and written.</summary>
    /// <inheritdoc cref="OfDirectory"/>
    public static Errno OfFile(string path) => Ask(path, ReadAndWrite);

    private static unsafe Errno Ask(string path, int mode)
    {
        ArgumentNullException.ThrowIfNull(path);
        fixed (byte* bytes = FileDescriptor.TerminatedPath(path))
            return LibC.faccessat(LibC.AT_FDCWD, bytes, mode, AsEffectiveUser) == 0 ? Errno.None : FileDescriptor.LastError;
    }
}
