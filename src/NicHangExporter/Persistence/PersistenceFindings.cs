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
    private const string UnitFolder = "/etc/systemd/system";
    private const string UnitPrefix = "disable-nic-offload-";
    private const string UnitSuffix = ".service";

    private static readonly ImmutableArray<string> ProfileFolders =
    [
        "/etc/NetworkManager/system-connections", "/run/NetworkManager/system-connections",
        "/usr/lib/NetworkManager/system-connections",
    ];

    /// <summary>The findings for a NIC, sorted by path and line.</summary>
    /// <remarks>A folder or file that this user can't read is a finding too.</remarks>
    /// <exception cref="PersistenceException">sysfs can't be read.</exception>
    public static ImmutableArray<PersistenceFinding> Read(HostRoot root, HostNic nic)
    {
        var found = Tried(UnitFolder, () => Units(root, nic))
            .Concat(Tried(InterfacesFile.Path, () => InterfacesFindings.Read(root, nic)))
            .Concat(ProfileFolders.SelectMany(folder => Tried(folder, () => Profiles(root, folder, nic))));
        return [.. found.OrderBy(finding => finding.Path, StringComparer.Ordinal).ThenBy(finding => finding.Line)];
    }

    private static IEnumerable<PersistenceFinding> Tried(string path, Func<IEnumerable<PersistenceFinding>> read)
    {
        try
        {
            return [.. read()];
        }
        catch (PersistenceException exception)
        {
            return [new PersistenceFinding(path, 0, $"not checked: {exception.Message}")];
        }
    }

    // The community's script for Proxmox writes one unit for each interface.
    private static IEnumerable<PersistenceFinding> Units(HostRoot root, HostNic nic)
    {
        var present = HostNic.List(root).Select(other => other.Device.ToString()).ToHashSet();
        foreach (var name in root.List(UnitFolder))
        {
            if (!name.StartsWith(UnitPrefix, StringComparison.Ordinal)
                || !name.EndsWith(UnitSuffix, StringComparison.Ordinal))
                continue;
            var device = name[UnitPrefix.Length..^UnitSuffix.Length];
            if (device == nic.Device.ToString())
                yield return new PersistenceFinding($"{UnitFolder}/{name}", 0, IsEnabled(root, name)
                    ? $"the community fix's unit turns offloads of {device} off once at each boot; unpersist and"
                        + $" rollback do not undo that: disable it with 'systemctl disable {name}'"
                    : $"the community fix's unit for {device} is not enabled: it does nothing");
            else if (!present.Contains(device))
                yield return new PersistenceFinding($"{UnitFolder}/{name}", 0,
                    $"the community fix's unit is for {device}, which this host does not have (any more): it does"
                    + " nothing");
        }
    }

    private static bool IsEnabled(HostRoot root, string unit) => root.List(UnitFolder).Any(folder =>
        (folder.EndsWith(".wants", StringComparison.Ordinal) || folder.EndsWith(".requires", StringComparison.Ordinal))
        && root.List($"{UnitFolder}/{folder}").Contains(unit));

    private static IEnumerable<PersistenceFinding> Profiles(HostRoot root, string folder, HostNic nic)
    {
        foreach (var name in root.List(folder))
        {
            var path = $"{folder}/{name}";
            var lines = IniLine.Parse(root.ReadLines(path)).ToList();
            var device = lines.FirstOrDefault(line => line is { Section: "connection", Key: "interface-name" })?.Value;
            if (device is not null && device != nic.Device.ToString())
                continue;
            foreach (var line in lines.Where(line =>
                line.Section == "ethtool" && line.Key.StartsWith("feature-", StringComparison.Ordinal)))
                yield return new PersistenceFinding(path, line.Number,
                    $"this NetworkManager profile sets {line.Key}={line.Value}"
                    + (device is null ? " for each NIC that it is used for" : ""));
        }
    }
}
