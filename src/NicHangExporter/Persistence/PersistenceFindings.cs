using System.Collections.Immutable;

namespace NicHangExporter.Persistence;

/// <summary>Something on the host that sets offloads of a NIC, or fails to. It is reported and never changed.</summary>
/// <param name="Path">The file on the host.</param>
/// <param name="Line">The line in it, from 1; 0 for the whole file.</param>
/// <param name="Text">What it is and what it does, in one line.</param>
internal sealed record PersistenceFinding(string Path, int Line, string Text);

/// <summary>
/// Finds what people and guides write to turn offloads off: the community fix's unit, lines in /etc/network/interfaces,
/// NetworkManager profiles.
/// </summary>
internal static class PersistenceFindings
{
    /// <summary>The findings for a NIC, sorted by path and line.</summary>
    public static ImmutableArray<PersistenceFinding> Read(HostRoot root, HostNic nic) =>
        throw new NotSupportedException();
}
