namespace NicHangExporter.Linux;

/// <summary>The type of a file (S_IFMT, include/uapi/linux/stat.h).</summary>
public enum FileKind
{
    /// <summary>A type that this library does not know.</summary>
    Unknown,
    /// <summary>S_IFREG.</summary>
    Regular,
    /// <summary>S_IFDIR.</summary>
    Directory,
    /// <summary>S_IFLNK.</summary>
    SymbolicLink,
    /// <summary>S_IFIFO.</summary>
    Fifo,
    /// <summary>S_IFSOCK.</summary>
    Socket,
    /// <summary>S_IFCHR.</summary>
    CharacterDevice,
    /// <summary>S_IFBLK.</summary>
    BlockDevice,
}

/// <summary>Conversions of file types.</summary>
public static class FileKinds
{
    /// <summary>The type with its article, for the end of a sentence: <c>a FIFO</c>.</summary>
    public static string Text(this FileKind kind) => kind switch
    {
        FileKind.Regular => "a regular file",
        FileKind.Directory => "a directory",
        FileKind.SymbolicLink => "a symbolic link",
        FileKind.Fifo => "a FIFO",
        FileKind.Socket => "a socket",
        FileKind.CharacterDevice or FileKind.BlockDevice => "a device",
        _ => "no regular file",
    };

    internal static FileKind Of(uint format) => format switch
    {
        0xC000 => FileKind.Socket,
        0xA000 => FileKind.SymbolicLink,
        0x8000 => FileKind.Regular,
        0x6000 => FileKind.BlockDevice,
        0x4000 => FileKind.Directory,
        0x2000 => FileKind.CharacterDevice,
        0x1000 => FileKind.Fifo,
        _ => FileKind.Unknown,
    };
}

/// <summary>
/// A path names a file that is not a regular file, such as a FIFO or a symbolic link. The file was not opened.
/// </summary>
/// <param name="path">The path.</param>
/// <param name="kind">The type of the file.</param>
public sealed class FileKindException(string path, FileKind kind)
    : IOException($"{path} is {kind.Text()}, not a regular file")
{
    /// <summary>The type of the file.</summary>
    public FileKind Kind => kind;
}
