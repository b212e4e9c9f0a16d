namespace NicHangExporter.Linux;

/// <summary>Replaces a file whole or not at all, also when the power fails in the middle.</summary>
public static class AtomicFile
{
    /// <summary>
    /// Writes the content to a new file <c>NAME.new</c>, puts it on the disk (<see cref="FileSync"/>), renames it over the old one and puts the name on the
    /// disk. Neither name is ever followed where it is a symbolic link. After a failure the old file is as it was, and <c>NAME.new</c> is deleted: what is
    /// left of it would keep a full disk full.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="mode">Its permissions, less the umask.</param>
    /// <param name="content">Its content.</param>
    /// <exception cref="IOException">The disk is full, or fails; or a directory has the name.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory is not for this process to write.</exception>
    public static void Replace(string path, UnixFileMode mode, ReadOnlySpan<byte> content)
    {
        ArgumentNullException.ThrowIfNull(path);
        var unfinished = path + ".new";
        try
        {
            using (var file = RegularFile.Create(unfinished, mode))
            {
                RandomAccess.Write(file, content, fileOffset: 0);
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
            // The failure before this one is the one to tell; the next Replace deletes it.
        }
    }
}
