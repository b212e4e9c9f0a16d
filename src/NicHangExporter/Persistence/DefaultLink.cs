using System.Collections.Immutable;

namespace NicHangExporter.Persistence;

/// <summary>
/// systemd's <c>99-default.link</c>, which names all NICs that have no other file. A file for one NIC repeats its
/// policies; otherwise that NIC gets another name or address.
/// </summary>
internal static class DefaultLink
{
    public const string Name = "99-default.link";

    // systemd.link(5): the order of precedence.
    private static readonly ImmutableArray<string> Folders =
    [
        "/etc/systemd/network", "/run/systemd/network", "/usr/local/lib/systemd/network", "/usr/lib/systemd/network",
        "/lib/systemd/network",
    ];

    /// <summary>The lines of [Link], each with its newline, and those of the drop-ins after them.</summary>
    /// <param name="root">The host.</param>
    /// <param name="reason">Why they can't be repeated; null on success.</param>
    public static ImmutableArray<string>? Read(HostRoot root, out string? reason)
    {
        reason = null;
        if (Folders.Select(folder => $"{folder}/{Name}").FirstOrDefault(root.Exists) is not { } file)
        {
            reason = $"{Name} is not installed";
            return null;
        }
        var lines = ImmutableArray.CreateBuilder<string>();
        foreach (var path in DropIns(root).Prepend(file))
        {
            var assignments = IniLine.Parse(root.ReadLines(path)).ToList();
            if (path != file && assignments.Any(line => line.Section == "Match"))
                reason = $"{path} narrows {Name} to some NICs";
            else if (assignments.Any(line => line.Value.EndsWith('\\')))
                reason = $"{path} has a continued line";
            if (reason is not null)
                return null;
            lines.AddRange(assignments.Where(line => line.Section == "Link").Select(line =>
                $"{line.Key}={line.Value}\n"));
        }
        return lines.ToImmutable();
    }

    // Sorted by name over all folders. A name in an earlier folder hides the same name in a later one.
    private static IEnumerable<string> DropIns(HostRoot root) =>
        Folders.SelectMany(folder => root.List($"{folder}/{Name}.d").Select(name => $"{folder}/{Name}.d/{name}"))
            .Where(path => path.EndsWith(".conf", StringComparison.Ordinal))
            .DistinctBy(Path.GetFileName)
            .OrderBy(Path.GetFileName, StringComparer.Ordinal);
}
