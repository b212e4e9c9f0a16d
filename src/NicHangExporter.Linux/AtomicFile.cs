using Microsoft.Win32.SafeHandles;

namespace NicHangExporter.Linux;

/// <summary>Replaces a file completely or not at all, even if the power fails in between.</summary>
public static class AtomicFile
{
    /// <summary>
    /// Writes the content to a new file <c>NAME.new</c>, syncs it (<see cref="FileSync"/>), renames it over the old
    /// file and syncs the directory. Neither name is followed if it is a symbolic link. After a failure the old file is
    /// unchanged and <c>NAME.new</c> is deleted, so that it does not fill the disk.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="mode">Its permissions, less the umask.</param>
    /// <param name="content">Its content.</param>
    /// <exception cref="IOException">The disk is full or fails, or the name is a directory.</exception>
    /// <exception cref="UnauthorizedAccessException">This process may not write the directory.</exception>
    public static void Replace(string path, UnixFileMode mode, ReadOnlySpan<byte> content) =>
        Write(path, path + ".new", content, unfinished => RegularFile.Create(unfinished, mode), (_, _) => { });

    /// <summary>
    /// As <see cref="Replace"/>, with exact mode and owner, by a new file <c>.NAME.new</c>: for folders in which an
    /// administrator may have a <c>NAME.new</c>. The file gets its mode when it is complete.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="mode">Its permissions, regardless of the umask.</param>
    /// <param name="owner">The owning user.</param>
    /// <param name="group">The owning group.</param>
    /// <param name="content">Its content.</param>
    /// <inheritdoc cref="Replace" path="/exception"/>
    public static void ReplaceAs(string path, UnixFileMode mode, uint owner, uint group, ReadOnlySpan<byte> content) =>
        Write(path, Path.Join(Path.GetDirectoryName(path), $".{Path.GetFileName(path)}.new"), content,
            unfinished => RegularFile.Create(unfinished, UnixFileMode.UserRead | UnixFileMode.UserWrite),
            (file, unfinished) =>
            {
                // The owner first, because chown(2) clears the bits of set-user-ID.
                FileOwner.Set(file, unfinished, owner, group);
                File.SetUnixFileMode(file, mode);
            });

    private static void Write(
        string path, string unfinished, ReadOnlySpan<byte> content, Func<string, SafeFileHandle> create,
        Action<SafeFileHandle, string> finish)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            using (var file = create(unfinished))
            {
                RandomAccess.Write(file, content, fileOffset: 0);
                finish(file, unfinished);
                FileSync.Flush(file, unfinished);
            }
            File.Move(unfinished, path, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            TryDelete(unfinished);
            throw;
        }
        DirectorySync.Flush(Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/");
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The first failure is reported. The next Replace deletes the file.
        }
    }
}
