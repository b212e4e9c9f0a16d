namespace NicHangExporter.Linux;

/// <summary>Names of files, whatever they lead to.</summary>
public static class FileName
{
    /// <summary>
    /// Renames a file over whatever file has the other name, or anything else to a name that is free. File.Move alone follows a symbolic link to see whether
    /// it leads to a file; here the link itself gets the other name.
    /// </summary>
    /// <exception cref="IOException">It can't be renamed.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory is not for this process to write.</exception>
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
