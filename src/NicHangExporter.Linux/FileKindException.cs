namespace NicHangExporter.Linux;

/// <summary>A name leads to something that is no regular file, such as a FIFO or a symbolic link; it was not opened.</summary>
/// <param name="path">The name.</param>
/// <param name="kind">What it leads to.</param>
public sealed class FileKindException(string path, FileKind kind) : IOException($"{path} is {kind.Text()}, not a regular file")
{
    /// <summary>What the name leads to.</summary>
    public FileKind Kind => kind;
}
