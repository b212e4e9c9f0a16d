using NicHangExporter.Linux;

namespace NicHangExporter.State;

/// <summary>
/// Checks that only this user and root can make names in a directory. Anybody else who can would make root write where
/// a symbolic link leads. The rule is that of sshd's StrictModes: every directory on the way counts, because a user who
/// can rename one of them can put another in its place.
/// </summary>
internal static class StateDirectorySafety
{
    /// <summary>As many as the kernel follows (MAXSYMLINKS, include/linux/namei.h).</summary>
    private const int MaxLinks = 40;

    private const UnixFileMode Foreign = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>Checks a directory and every one on the way to it, and changes nothing.</summary>
    /// <param name="path">The directory, an absolute path.</param>
    /// <param name="user">This process's effective user.</param>
    /// <param name="isMissing">Only the last component does not exist, so that the directory can be made.</param>
    /// <returns>Null, or what is wrong, in one line that names it.</returns>
    public static string? FaultOf(string path, uint user, out bool isMissing)
    {
        isMissing = false;
        var parts = new Stack<string>();
        Push(parts, Path.GetFullPath(path));
        var (place, links) = ("/", 0);
        while (parts.TryPop(out var part))
        {
            var next = Path.Combine(place, part);
            var isLast = parts.Count == 0;
            var errno = FileStatus.TryReadUnfollowed(next, out var status);
            if (errno == Errno.NoEntry)
            {
                isMissing = isLast;
                return isLast
                    ? null
                    : $"{path} can't be made: {next} does not exist, "
                        + "and only the last component of state.directory is made";
            }
            if (errno != Errno.None)
                return new LinuxException("lstat", next, errno).Message;
            if (status.Owner != 0 && status.Owner != user)
                return $"{next} belongs to user {status.Owner}: the state directory and all directories above it must "
                    + $"belong to root or to the user of this process ({user})";
            if (status.Kind == FileKind.SymbolicLink)
            {
                if (links++ == MaxLinks || new FileInfo(next).LinkTarget is not { } target)
                    return $"{next} leads through too many symbolic links";
                if (target.StartsWith('/'))
                    place = "/";
                Push(parts, target);
                continue;
            }
            if (FaultOf(next, status, isLast) is { } fault)
                return fault;
            place = next;
        }
        return null;
    }

    private static string? FaultOf(string path, in FileStatus status, bool isLast)
    {
        if (status.Kind != FileKind.Directory)
            return $"{path} is {status.Kind.Text()}, not a directory";
        if (isLast)
            return (status.Mode & Foreign) == 0
                ? null
                : $"{path} can be written by others (mode {Octal(status.Mode)}): run chmod 0700 {path}";
        // The sticky bit keeps users from renaming what belongs to another. A group that root gives a directory to is
        // trusted with it.
        if ((status.Mode & UnixFileMode.OtherWrite) == 0 || (status.Mode & UnixFileMode.StickyBit) != 0)
            return null;
        return $"{path}, above the state directory, can be written by everybody (mode {Octal(status.Mode)}): "
            + "take a directory that only root or this user can replace";
    }

    // Pushes the components in reverse, so that they pop in the order of the path. ".." is a name like any other.
    private static void Push(Stack<string> parts, string path)
    {
        var names = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        foreach (var name in names.Where(name => name != ".").Reverse())
            parts.Push(name);
    }

    private static string Octal(UnixFileMode mode) => Convert.ToString((int)mode, 8).PadLeft(4, '0');
}
