using NicHangExporter.Linux;

namespace NicHangExporter.Persistence;

/// <summary>
/// Files <c>.NAME.new</c> that a power cut left behind before they got their name. ifupdown2 runs such a file if it is
/// executable.
/// </summary>
internal static class UnfinishedFiles
{
    /// <summary>The name of a file while it is written, in the same folder.</summary>
    public static string PathOf(string path) =>
        Path.Join(Path.GetDirectoryName(path), $".{Path.GetFileName(path)}.new");

    /// <summary>Removes those for an address, and a folder that was made for one.</summary>
    /// <returns>The paths that were removed.</returns>
    /// <exception cref="PersistenceException">A file can't be read or removed.</exception>
    public static List<string> Remove(HostRoot root, BusAddress bus)
    {
        var removed = new List<string>();
        foreach (var path in Candidates(root, bus))
        {
            if (FileStatus.TryReadUnfollowed(root.Full(path), out var status) != Errno.None
                || status.Kind != FileKind.Regular)
                continue;
            // The name is ours. Without a whole marker it is cut; the name of a drop-in has no address.
            var text = root.Read(path) is { } bytes ? PersistenceText.Parse(bytes) : null;
            if (text is not null && text.Bus != bus)
                continue;
            PersistenceFile.DeleteUnfinished(root, path, text?.OwnsFolder == true);
            removed.Add(path);
        }
        return removed;
    }

    private static IEnumerable<string> Candidates(HostRoot root, BusAddress bus)
    {
        foreach (var place in PersistencePlace.All)
            yield return PathOf(place.FileOf(bus));
        foreach (var name in root.List(PersistencePlace.LinkFolder))
            if (name.EndsWith(".link.d", StringComparison.Ordinal))
                yield return PathOf($"{PersistencePlace.LinkFolder}/{name}/{PersistencePlace.DropInName}");
    }
}
