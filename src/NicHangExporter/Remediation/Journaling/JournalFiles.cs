using NicHangExporter.Linux;

namespace NicHangExporter.Remediation.Journaling;

/// <summary>
/// The file system operations of the journal, one by one: a test can make each of them fail, tear a write, or cut the
/// power between two of them. All throw <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.
/// </summary>
internal sealed record JournalFiles
{
    /// <summary>More than any journal has, in bytes. A longer file is no journal.</summary>
    public const int ReadLimit = 64 << 20;

    /// <summary>The bytes of entries after which a new file is begun. A checkpoint may have any length.</summary>
    public int MaxBytes { get; init; } = 1 << 20;

    /// <summary>
    /// The beginning of a file, at most one byte more than <see cref="ReadLimit"/>; null if there is no file. Throws
    /// <see cref="FileKindException"/> if it is no regular file.
    /// </summary>
    public Func<string, byte[]?> Read { get; init; } = ReadFile;

    /// <summary>The length of the regular file of that name; null if none exists.</summary>
    public Func<string, long?> Length { get; init; } = path =>
        FileStatus.TryReadUnfollowed(path, out var status) == Errno.None && status.Kind == FileKind.Regular
            ? status.Length : null;

    /// <summary>True if a file of any kind has the name.</summary>
    public Func<string, bool> Exists { get; init; } = path => FileStatus.TryReadUnfollowed(path, out _) == Errno.None;

    /// <summary>
    /// Opens a regular file for writing, unbuffered. Mode Create replaces any file of that name (mode 0600).
    /// </summary>
    public Func<string, FileMode, Stream> Open { get; init; } = OpenFile;

    /// <summary>Syncs a file; the name is for the message. After a failure the stream is never synced again.</summary>
    public Action<Stream, string> Sync { get; init; } = (stream, path) =>
        FileSync.Flush(((FileStream)stream).SafeFileHandle, path);

    /// <summary>Renames a file of any kind, over any file of the new name.</summary>
    public Action<string, string> Move { get; init; } = FileName.Move;

    /// <summary>Deletes a file. A missing file is no error; a directory is renamed.</summary>
    public Action<string> Delete { get; init; } = RegularFile.Remove;

    /// <summary>Syncs a directory.</summary>
    public Action<string> SyncDirectory { get; init; } = DirectorySync.Flush;

    private static byte[]? ReadFile(string path) => RegularFile.Read(path, ReadLimit + 1);

    private static FileStream OpenFile(string path, FileMode mode)
    {
        var file = mode == FileMode.Create ? RegularFile.Create(path, UnixFileMode.UserRead | UnixFileMode.UserWrite)
            : RegularFile.OpenWrite(path);
        return new FileStream(file ?? throw new FileNotFoundException($"{path} is gone"), FileAccess.ReadWrite,
            bufferSize: 0);
    }
}
