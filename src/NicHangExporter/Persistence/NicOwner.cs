using System.Globalization;

namespace NicHangExporter.Persistence;

/// <summary>The network manager of a NIC, read from files of the host.</summary>
/// <param name="Manager">The manager that is taken.</param>
/// <param name="Conflict">One line if two managers claim the NIC: both names, which one is taken and why. Else
/// null.</param>
internal sealed record NicOwner(NetworkManagerKind Manager, string? Conflict)
{
    /// <summary>
    /// Finds the owner. Runs no program. A manager that runs and manages the NIC now comes before one that is only
    /// installed and configured.
    /// </summary>
    /// <exception cref="PersistenceException">A file exists and can't be read.</exception>
    public static NicOwner Find(HostRoot root, HostNic nic)
    {
        var claims = Claims(root, nic).ToList();
        if (claims.Count == 0)
            return new NicOwner(Installed(root), null);
        var (taken, evidence) = claims[0];
        return new NicOwner(taken, claims.Count == 1 ? null
            : $"{nic.Device} is claimed by {ManagerNames.Of(taken)} ({evidence}) and by"
                + $" {ManagerNames.Of(claims[1].Manager)} ({claims[1].Evidence}): {ManagerNames.Of(taken)} is taken,"
                + $" because {Why(taken)}; remove the NIC from one of them");
    }

    private static IEnumerable<(NetworkManagerKind Manager, string Evidence)> Claims(HostRoot root, HostNic nic)
    {
        var index = nic.Index.ToString(CultureInfo.InvariantCulture);
        var state = $"/run/NetworkManager/devices/{index}";
        if (IniLine.Parse(root.ReadLines(state)).Any(line => line is { Key: "managed", Value: "1" or "true" }))
            yield return (NetworkManagerKind.Networkmanager, state);
        var link = $"/run/systemd/netif/links/{index}";
        if (IniLine.Parse(root.ReadLines(link)).Any(line => line is { Key: "ADMIN_STATE", Value: not "unmanaged" }))
            yield return (NetworkManagerKind.Networkd, link);
        if (root.Exists("/etc/openwrt_release"))
            yield return (NetworkManagerKind.Netifd, "/etc/openwrt_release");
        if (Ifup(root) is { } ifup && InterfacesUse.Names(InterfacesFile.Read(root), nic.Device.ToString()))
            yield return (ifup, InterfacesFile.Path);
    }

    // No file names the NIC, perhaps because it was renamed. The hooks run all the same if ifup brings up another
    // interface than the loopback. ifupdown2 also takes care of ports that no file names.
    private static NetworkManagerKind Installed(HostRoot root) => Ifup(root) switch
    {
        NetworkManagerKind.Ifupdown2 => NetworkManagerKind.Ifupdown2,
        NetworkManagerKind.Ifupdown when InterfacesFile.Read(root).Any(line =>
            line.Keyword == "iface" && line.Stanza != "lo") => NetworkManagerKind.Ifupdown,
        _ => NetworkManagerKind.None,
    };

    private static NetworkManagerKind? Ifup(HostRoot root) =>
        (root.Resolve("/sbin/ifup") ?? root.Resolve("/usr/sbin/ifup")) is not { } program ? null
            : program.Contains("/ifupdown2", StringComparison.Ordinal) ? NetworkManagerKind.Ifupdown2
            : NetworkManagerKind.Ifupdown;

    private static string Why(NetworkManagerKind taken) =>
        taken is NetworkManagerKind.Networkmanager or NetworkManagerKind.Networkd ? "it manages the NIC now"
            : "it is the manager of this system";
}
