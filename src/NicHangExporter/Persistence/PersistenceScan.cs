using System.Collections.Immutable;

namespace NicHangExporter.Persistence;

/// <summary>Finds our persistence files on the host.</summary>
internal static class PersistenceScan
{
    /// <summary>
    /// All files with our marker, sorted by address and path. Reads a few folders, and of each file at most 256 KiB.
    /// </summary>
    /// <exception cref="PersistenceException">A folder or a file exists and can't be read.</exception>
    public static ImmutableArray<PersistedFile> Read(HostRoot root)
    {
        var nics = HostNic.List(root);
        var files = from candidate in Candidates(root)
                    let bytes = root.Read(candidate.Path)
                    where bytes is not null
                    let text = PersistenceText.Parse(bytes)
                    where text is not null && IsInItsPlace(candidate.Path, candidate.Place, text)
                    select PersistedFileReader.Read(root, candidate.Path, candidate.Place, text, nics);
        return
        [
            .. files.OrderBy(file => file.Bus.ToString(), StringComparer.Ordinal)
                .ThenBy(file => file.Path, StringComparer.Ordinal),
        ];
    }

    // A copy under another name is not a file of ours: its reader may ignore it.
    private static bool IsInItsPlace(string path, PersistencePlace place, PersistenceText text) =>
        Path.GetFileName(path) == PersistencePlace.DropInName || path == place.FileOf(text.Bus);

    private static IEnumerable<(string Path, PersistencePlace Place)> Candidates(HostRoot root)
    {
        foreach (var place in PersistencePlace.All)
            foreach (var name in root.List(place.Folder))
                if (place.Way == PersistenceWay.Link && name.EndsWith(".link.d", StringComparison.Ordinal))
                    yield return ($"{place.Folder}/{name}/{PersistencePlace.DropInName}", place);
                else if (name.StartsWith(place.Prefix, StringComparison.Ordinal)
                    && name.EndsWith(place.Suffix, StringComparison.Ordinal))
                    yield return ($"{place.Folder}/{name}", place);
    }
}
