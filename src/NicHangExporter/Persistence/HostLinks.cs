using NicHangExporter.Linux;

namespace NicHangExporter.Persistence;

/// <summary>
/// Resolves symbolic links below a directory as a process with that root directory would: <c>/sbin/ifup</c> of a host
/// that is mounted at <c>/host</c> leads to <c>/host/usr/share/ifupdown2/ifupdown2</c>.
/// </summary>
internal static class HostLinks
{
    private const int MaxLinks = 40; // MAXSYMLINKS, include/linux/namei.h

    public static string? Resolve(HostRoot root, string path)
    {
        var ahead = new Stack<string>(Parts(path).Reverse());
        var behind = new List<string>();
        var links = 0;
        while (ahead.TryPop(out var name))
        {
            if (name == "..")
            {
                if (behind.Count > 0)
                    behind.RemoveAt(behind.Count - 1);
                continue;
            }
            var here = $"/{string.Join('/', [.. behind, name])}";
            switch (FileStatus.TryReadUnfollowed(root.Full(here), out var status))
            {
                case Errno.None when status.Kind != FileKind.SymbolicLink:
                    behind.Add(name);
                    break;
                case Errno.None when ++links <= MaxLinks && Target(root.Full(here)) is { } target:
                    if (target.StartsWith('/'))
                        behind.Clear();
                    foreach (var part in Parts(target).Reverse())
                        ahead.Push(part);
                    break;
                case Errno.None or Errno.NoEntry or Errno.NotDirectory:
                    return null;
                case var errno:
                    throw HostRoot.Unreadable(path, new LinuxException("lstat", root.Full(here), errno));
            }
        }
        return $"/{string.Join('/', behind)}";
    }

    // Null if the link was removed in between.
    private static string? Target(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private static IEnumerable<string> Parts(string path) =>
        path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".");
}
