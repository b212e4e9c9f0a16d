namespace NicHangExporter.Persistence;

/// <summary>
/// Lines about offloads of a NIC in /etc/network/interfaces, and why some of them have no effect. Debian's keywords are
/// <c>offload-tso</c> (package ethtool), those of ifupdown2 <c>tso-offload</c>.
/// </summary>
internal static class InterfacesFindings
{
    public static IEnumerable<PersistenceFinding> Read(HostRoot root, HostNic nic)
    {
        var lines = InterfacesFile.Read(root);
        var device = nic.Device.ToString();
        var uppers = InterfacesUse.Uppers(lines, device).ToHashSet();
        var manager = NicOwner.Find(root, nic).Manager;
        var isStarted = lines.Any(line => line.Starts(device));
        return from line in lines
               let text = IsCommand(line) ? OfCommand(line, device, manager, isStarted)
                   : OfKeyword(line, device, manager, isStarted, uppers)
               where text is not null
               select new PersistenceFinding(line.Path, line.Number, text);
    }

    private static bool IsCommand(InterfacesLine line) => line.Keyword is "pre-up" or "up" or "post-up";

    private static string? OfCommand(
        InterfacesLine line, string device, NetworkManagerKind manager, bool isStarted)
    {
        var isNamed = line.Words.Contains(device);
        var isOwn = line.Stanza == device && (isNamed || line.Value.Contains("$IFACE", StringComparison.Ordinal));
        if (!line.Value.Contains("ethtool", StringComparison.Ordinal) || !(isNamed || isOwn))
            return null;
        var what = $"'{line.Keyword} {line.Value}'";
        return line.Stanza is null ? $"{what} has no effect: it stands outside an iface stanza"
            : isOwn && manager == NetworkManagerKind.Ifupdown && !isStarted
                ? $"{what} never runs: ifupdown runs nothing for {device}, which has no 'auto {device}'"
            : IsManaged(manager) ? $"{what} runs ethtool for {device} when {line.Stanza} is brought up"
            : $"{what} has no effect: {ManagerNames.Of(manager)} manages {device}";
    }

    private static string? OfKeyword(
        InterfacesLine line, string device, NetworkManagerKind manager, bool isStarted, HashSet<string> uppers)
    {
        var isDebian = line.Keyword.StartsWith("offload-", StringComparison.Ordinal);
        var isOfIfupdown2 = line.Keyword.EndsWith("-offload", StringComparison.Ordinal);
        if (line.Stanza is null || !(isDebian || isOfIfupdown2)
            || (line.Stanza != device && !uppers.Contains(line.Stanza)))
            return null;
        var what = $"'{line.Keyword} {line.Value}'";
        if (!IsManaged(manager))
            return $"{what} has no effect: {ManagerNames.Of(manager)} manages {device}";
        if (isDebian && manager == NetworkManagerKind.Ifupdown2)
            return $"{what} has no effect: it is ifupdown's keyword, and ifupdown2 ignores it";
        if (isOfIfupdown2 && manager == NetworkManagerKind.Ifupdown)
            return $"{what} has no effect: it is ifupdown2's keyword, and ifupdown ignores it";
        if (line.Stanza != device)
            return $"{what} sets the feature of {line.Stanza}, not of its port {device}";
        return manager == NetworkManagerKind.Ifupdown && !isStarted
            ? $"{what} has no effect: ifupdown runs nothing for {device}, which has no 'auto {device}'"
            : $"{what} sets a feature of {device} when {device} is brought up";
    }

    private static bool IsManaged(NetworkManagerKind manager) =>
        manager is NetworkManagerKind.Ifupdown or NetworkManagerKind.Ifupdown2;
}
