using NicHangExporter.Linux;

namespace NicHangExporter.Persistence;

/// <summary>Replaces and deletes files below /etc of the host. Follows no symbolic link.</summary>
internal static class PersistenceFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>
    /// Writes <c>.NAME.new</c>, syncs it, renames it over the file and syncs the folder. run-parts, udev,
    /// NetworkManager and OpenWrt ignore that name. ifupdown2 does not, so the file becomes executable only after the
    /// renaming: a power cut leaves no script behind that runs under a name which nobody removes. A script that it
    /// leaves without the permission is reported as not in force and written again. After a failure before the renaming
    /// everything is as before.
    /// </summary>
    /// <exception cref="PersistenceException"><see cref="PersistenceError.WriteFailed"/>.</exception>
    public static void Replace(HostRoot root, PersistencePlan plan, ReadOnlySpan<byte> content)
    {
        var path = root.Full(plan.Path);
        var folder = Path.GetDirectoryName(path)!;
        var unfinished = UnfinishedFiles.PathOf(path);
        var madeFolder = false;
        try
        {
            if (!Directory.Exists(folder))
            {
                Directory.CreateDirectory(folder);
                madeFolder = true;
                File.SetUnixFileMode(folder, PersistencePlace.Executable);
                DirectorySync.Flush(Path.GetDirectoryName(folder)!);
            }
            using (var file = RegularFile.Create(unfinished, OwnerOnly))
            {
                RandomAccess.Write(file, content, fileOffset: 0);
                File.SetUnixFileMode(file, plan.Mode & PersistencePlace.Plain);
                FileSync.Flush(file, unfinished);
                File.Move(unfinished, path, overwrite: true);
                madeFolder = false;
                DirectorySync.Flush(folder);
                if (plan.Mode != PersistencePlace.Plain)
                {
                    File.SetUnixFileMode(file, plan.Mode);
                    FileSync.Flush(file, path);
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            TryRemove(() => File.Delete(unfinished));
            if (madeFolder)
                TryRemove(() => Directory.Delete(folder));
            throw Failed(plan.Path, "written", exception);
        }
    }

    /// <summary>Deletes a file of ours, and its folder if the file says that it was made for it.</summary>
    /// <exception cref="PersistenceException"><see cref="PersistenceError.Conflict"/> if the file is not ours any more,
    /// <see cref="PersistenceError.WriteFailed"/>.</exception>
    public static void Delete(HostRoot root, string path)
    {
        RequireFolders(root, path, isLastOptional: false);
        var folder = Path.GetDirectoryName(root.Full(path))!;
        try
        {
            var bytes = RegularFile.Read(root.Full(path), int.MaxValue);
            var text = bytes is null ? null : PersistenceText.Parse(bytes);
            if (text is null or { IsEdited: true })
                throw new PersistenceException(PersistenceError.Conflict, PersistedFileReader.Edited(path));
            Delete(root.Full(path), folder, text.OwnsFolder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Failed(path, "removed", exception);
        }
    }

    /// <summary>Deletes a file of <see cref="UnfinishedFiles"/>.</summary>
    /// <exception cref="PersistenceException"><see cref="PersistenceError.WriteFailed"/>, or
    /// <see cref="PersistenceError.Conflict"/> for a symbolic link among the folders.</exception>
    public static void DeleteUnfinished(HostRoot root, string path, bool ownsFolder)
    {
        RequireFolders(root, path, isLastOptional: false);
        try
        {
            Delete(root.Full(path), Path.GetDirectoryName(root.Full(path))!, ownsFolder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Failed(path, "removed", exception);
        }
    }

    /// <summary>Refuses a path with a symbolic link among its folders.</summary>
    /// <exception cref="PersistenceException"><see cref="PersistenceError.Conflict"/>, or
    /// <see cref="PersistenceError.WriteFailed"/> if a folder is missing.</exception>
    public static void RequireFolders(HostRoot root, string path, bool isLastOptional)
    {
        var names = Path.GetDirectoryName(path)!.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (var depth = 1; depth <= names.Length; depth++)
        {
            var folder = $"/{string.Join('/', names[..depth])}";
            var errno = FileStatus.TryReadUnfollowed(root.Full(folder), out var status);
            if (errno == Errno.NoEntry && depth == names.Length && isLastOptional)
                return;
            if (errno != Errno.None)
                throw Failed(folder, "searched", new LinuxException("lstat", root.Full(folder), errno));
            if (status.Kind != FileKind.Directory)
                throw new PersistenceException(PersistenceError.Conflict,
                    $"{folder} is {status.Kind.Text()}, not a directory: nothing is written through it");
        }
    }

    private static void Delete(string path, string folder, bool ownsFolder)
    {
        File.Delete(path);
        DirectorySync.Flush(folder);
        if (!ownsFolder || Directory.EnumerateFileSystemEntries(folder).Any())
            return;
        Directory.Delete(folder);
        DirectorySync.Flush(Path.GetDirectoryName(folder)!);
    }

    private static PersistenceException Failed(string path, string verb, Exception exception) =>
        new(PersistenceError.WriteFailed,
            $"{path} can't be {verb}: {exception.Message.ReplaceLineEndings(" ")}; {Hint(exception)}", exception);

    // HResult of other exceptions than LinuxException is the error number too (include/uapi/asm-generic/errno.h).
    private static string Hint(Exception exception) => exception switch
    {
        _ when LinuxException.IsPermission(exception) => "only root may change it",
        { HResult: 28 or 122 } => "free space on its file system", // ENOSPC, EDQUOT
        { HResult: 30 } => "mount its file system writable", // EROFS
        _ => "check its file system",
    };

    private static void TryRemove(Action remove)
    {
        try
        {
            remove();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The first failure is reported. The next Replace deletes the unfinished file.
        }
    }
}
