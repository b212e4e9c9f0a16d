using System.Globalization;

namespace NicHangExporter.Persistence;

/// <summary>
/// What udev has stored about an interface: <c>/run/udev/data/n&lt;ifindex&gt;</c> (sd-device's device database). It is
/// written after all rules of an event have run.
/// </summary>
/// <param name="LinkFile">ID_NET_LINK_FILE: the <c>.link</c> file in force; null without one.</param>
/// <param name="PersistentPath">ID_PATH, which <c>Path=</c> of a <c>.link</c> file matches; null if unknown.</param>
internal sealed record UdevRecord(string? LinkFile, string? PersistentPath)
{
    private const string Folder = "/run/udev/data";

    /// <summary>Reads the record; null if udev does not handle the interface.</summary>
    public static UdevRecord? Read(HostRoot root, long index)
    {
        var path = $"{Folder}/n{index.ToString(CultureInfo.InvariantCulture)}";
        return root.Exists(path) ? Parse(root.ReadLines(path)) : null;
    }

    /// <summary>The number of present interfaces for which a <c>.link</c> file is in force, by its name.</summary>
    public static int CountUsers(HostRoot root, string linkFile) =>
        HostNic.ListIndexes(root).Count(index =>
            Path.GetFileName(Read(root, index)?.LinkFile) == Path.GetFileName(linkFile));

    private static UdevRecord Parse(string[] lines) =>
        new(Property(lines, "ID_NET_LINK_FILE"), Property(lines, "ID_PATH"));

    private static string? Property(string[] lines, string name) =>
        lines.FirstOrDefault(line => line.StartsWith($"E:{name}=", StringComparison.Ordinal))?[(name.Length + 3)..];
}
