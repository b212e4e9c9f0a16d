namespace NicHangExporter.Linux;

/// <summary>Renames files of any type.</summary>
public static class FileName
{
    /// <summary>
    /// Renames a file. A regular file replaces an existing file; any other type needs a free target name. A symbolic
    /// link is renamed itself, whereas File.Move follows it to check its target.
    /// </summary>
    /// <exception cref="IOException">It can't be renamed.</exception>
    /// <exception cref="UnauthorizedAccessException">This process may not write the directory.</exception>
    public static void Move(string from, string to)
    {
        var errno = FileStatus.TryReadUnfollowed(from, out var status);
        if (errno != Errno.None)
            throw new LinuxException("rename", from, errno);
        switch (status.Kind)
        {
            case FileKind.Directory:
                Directory.Move(from, to);
                break;
            case FileKind.SymbolicLink:
                File.CreateSymbolicLink(to, new FileInfo(from).LinkTarget ?? "");
                File.Delete(from);
                break;
            default:
                File.Move(from, to, overwrite: true);
                break;
        }
    }
}
