using System.Collections.Immutable;

namespace NicHangExporter.Persistence;

/// <summary>Finds our persistence files on the host.</summary>
internal static class PersistenceScan
{
    /// <summary>
    /// All files with our marker, sorted by address and path. Reads a few folders, and of each file at most 64 KiB.
    /// </summary>
    /// <exception cref="PersistenceException">A folder or a file exists and can't be read.</exception>
    public static ImmutableArray<PersistedFile> Read(HostRoot root) => throw new NotSupportedException();
}
