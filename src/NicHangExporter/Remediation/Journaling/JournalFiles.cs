using NicHangExporter.Linux;

namespace NicHangExporter.Remediation.Journaling;

/// <summary>
/// What the journal asks of the file system, each call by itself: a test can make any of them fail, tear a write, or cut the power between two of them. All
/// fail with <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.
/// </summary>
internal sealed record JournalFiles
{
    /// <summary>Far more than any journal has; what is longer is none.</summary>
    public const int ReadLimit = 64 << 20;

    /// <summary>How many bytes of entries a file takes before the next one is begun; a checkpoint may have any length.</summary>
    public int MaxBytes { get; init; } = 1 << 20;

    /// <summary>The beginning of a file, at most one byte more than <see cref="ReadLimit"/>; null where there is none. What is no regular file
    /// is a <see cref="FileKindException"/>.</summary>
    public Func<string, byte[]?> Read { get; init; } = ReadFile;

    /// <summary>The length of the regular file of that name now; null where there is none.</summary>
    public Func<string, long?> Length { get; init; } = path =>
        FileStatus.TryReadUnfollowed(path, out var status) == Errno.None && status.Kind == FileKind.Regular ? status.Length : null;

    /// <summary>True where the name is taken, by whatever.</summary>
    public Func<string, bool> Exists { get; init; } = path => FileStatus.TryReadUnfollowed(path, out _) == Errno.None;

    /// <summary>Opens a regular file for writing, unbuffered; made anew (mode 0600) in place of whatever has the name, or as it is.</summary>
    public Func<string, FileMode, Stream> Open { get; init; } = OpenFile;

    /// <summary>Puts what was written on the disk; the name is for the message. After a failure the stream is never synced again.</summary>
    public Action<Stream, string> Sync { get; init; } = (stream, path) => FileSync.Flush(((FileStream)stream).SafeFileHandle, path);

    /// <summary>Renames whatever it is, over whatever file has that name.</summary>
    public Action<string, string> Move { get; init; } = FileName.Move;

    /// <summary>Deletes a file; one that is not there is deleted already, and a directory is renamed.</summary>
    public Action<string> Delete { get; init; } = RegularFile.Remove;

    /// <summary>Puts the names in a directory on the disk.</summary>
    public Action<string> SyncDirectory { get; init; } = DirectorySync.Flush;

    private static byte[]? ReadFile(string path) => RegularFile.Read(path, ReadLimit + 1);

    private static FileStream OpenFile(string path, FileMode mode)
    {
        var file = mode == FileMode.Create ? RegularFile.Create(path, UnixFileMode.UserRead | UnixFileMode.UserWrite) : RegularFile.OpenWrite(path);
        return new FileStream(file ?? throw new FileNotFoundException($"{path} is gone"), FileAccess.ReadWrite, bufferSize: 0);
    }
}
