using NicHangExporter.Linux;
using NicHangExporter.Persistence;

namespace NicHangExporter.Setup;

/// <summary>Persistence files of a device that setup replaced by the file of a profile.</summary>
/// <param name="Address">The bus address of the device.</param>
/// <param name="Files">The files before setup, at least one.</param>
/// <param name="Path">The file that setup wrote; null until it is written.</param>
/// <param name="Written">Its SHA-256 in hexadecimal digits; null until it is written.</param>
internal sealed record ReplacedFiles(string Address, IReadOnlyList<OldFile> Files, string? Path, string? Written)
{
    /// <summary>
    /// The files that setup is about to replace; null if there are none. An edited file is never replaced.
    /// </summary>
    /// <exception cref="PersistenceException">A file can't be read.</exception>
    public static ReplacedFiles? Read(HostRoot root, string address)
    {
        var files = PersistenceScan.Read(root)
            .Where(file => file.Bus.ToString() == address && file.State != PersistedState.Edited)
            .Select(file => OldFile.Read(root, file.Path)).OfType<OldFile>().ToList();
        return files.Count == 0 ? null : new ReplacedFiles(address, files, null, null);
    }

    /// <summary>The same, with the file that setup has written.</summary>
    /// <exception cref="PersistenceException">The file can't be read.</exception>
    public ReplacedFiles After(HostRoot root, string path) =>
        this with { Path = path, Written = root.Read(path) is { } bytes ? SetupRecord.Checksum(bytes) : null };

    /// <summary>True if the files are as setup left them.</summary>
    /// <exception cref="PersistenceException">A file can't be read.</exception>
    public bool IsAsWritten(HostRoot root) =>
        Path is not null && root.Read(Path) is { } bytes && SetupRecord.Checksum(bytes) == Written
        && Files.All(file => file.Path == Path || !root.Exists(file.Path));

    /// <summary>True if the files are as they were before setup.</summary>
    /// <exception cref="PersistenceException">A file can't be read.</exception>
    public bool IsAsBefore(HostRoot root) => Files.All(file => file.IsOn(root))
        && (Path is null || Files.Any(file => file.Path == Path) || !root.Exists(Path));

    /// <summary>Writes the old files, then removes the file of setup.</summary>
    /// <exception cref="PersistenceException">A folder is missing or a link, or the file can't be removed.</exception>
    /// <exception cref="IOException">The disk is full or read-only.</exception>
    /// <exception cref="UnauthorizedAccessException">This process may not write the folder.</exception>
    public void Restore(HostRoot root)
    {
        foreach (var file in Files)
            file.Write(root);
        if (Path is not null && Files.All(file => file.Path != Path))
            PersistenceFile.Delete(root, Path);
    }
}

/// <summary>A file before setup.</summary>
/// <param name="Path">The file on the host.</param>
/// <param name="Mode">Its permissions, as a number.</param>
/// <param name="Content">Its bytes in base64.</param>
internal sealed record OldFile(string Path, int Mode, string Content)
{
    private const UnixFileMode FolderMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>Reads a file; null if it does not exist.</summary>
    /// <exception cref="PersistenceException">It can't be read.</exception>
    public static OldFile? Read(HostRoot root, string path) =>
        root.Read(path) is { } bytes && FileStatus.TryReadUnfollowed(root.Full(path), out var status) == Errno.None
            ? new OldFile(path, (int)status.Mode, Convert.ToBase64String(bytes)) : null;

    /// <summary><see cref="Content"/> as bytes.</summary>
    /// <exception cref="FormatException">It is no base64.</exception>
    public byte[] ReadContent() => Convert.FromBase64String(Content);

    /// <summary>True if the host has this file.</summary>
    /// <exception cref="PersistenceException">The file can't be read.</exception>
    public bool IsOn(HostRoot root) => Read(root, Path) == this;

    /// <summary>Writes the file, and its folder if that is missing.</summary>
    public void Write(HostRoot root)
    {
        PersistenceFile.RequireFolders(root, Path, isLastOptional: true);
        var folder = System.IO.Path.GetDirectoryName(root.Full(Path))!;
        if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder);
            File.SetUnixFileMode(folder, FolderMode);
            DirectorySync.Flush(System.IO.Path.GetDirectoryName(folder)!);
        }
        AtomicFile.ReplaceAs(root.Full(Path), (UnixFileMode)Mode, FileStatus.EffectiveUser, 0, ReadContent());
    }
}
