using NicHangExporter.Linux;

namespace NicHangExporter.Remediation;

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

    /// <summary>The beginning of a file, at most one byte more than <see cref="ReadLimit"/>; null where there is none. A directory has no content.</summary>
    public Func<string, byte[]?> Read { get; init; } = ReadFile;

    /// <summary>The length of the file of that name now; null where there is none.</summary>
    public Func<string, long?> Length { get; init; } = path => new FileInfo(path) is { Exists: true } file ? file.Length : null;

    /// <summary>True where the name is taken, by whatever.</summary>
    public Func<string, bool> Exists { get; init; } = Path.Exists;

    /// <summary>Opens a file for writing, unbuffered; made anew (mode 0600) or as it is.</summary>
    public Func<string, FileMode, Stream> Open { get; init; } = OpenFile;

    /// <summary>Puts what was written on the disk; the name is for the message. After a failure the stream is never synced again.</summary>
    public Action<Stream, string> Sync { get; init; } = (stream, path) => FileSync.Flush(((FileStream)stream).SafeFileHandle, path);

    /// <summary>Renames, over whatever file has that name.</summary>
    public Action<string, string> Move { get; init; } = MoveAny;

    /// <summary>Deletes a file; one that is not there is deleted already.</summary>
    public Action<string> Delete { get; init; } = File.Delete;

    /// <summary>Puts the names in a directory on the disk.</summary>
    public Action<string> SyncDirectory { get; init; } = DirectorySync.Flush;

    private static byte[]? ReadFile(string path)
    {
        if (Directory.Exists(path))
            return [];
        try
        {
            using var file = File.OpenRead(path);
            var content = new byte[Math.Min(file.Length, ReadLimit + 1)];
            return content[..file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false)];
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private static FileStream OpenFile(string path, FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.Read, BufferSize = 0 };
        if (mode == FileMode.Create)
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }

    private static void MoveAny(string from, string to)
    {
        if (Directory.Exists(from))
            Directory.Move(from, to);
        else
            File.Move(from, to, overwrite: true);
    }
}
