using System.Globalization;
using System.Text.RegularExpressions;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Sysfs;

namespace NicHangExporter.Setup;

/// <summary>
/// What is on a NIC: bridges, bonds and VLANs, and the guests of Proxmox VE on the bridges, by the names that
/// pve-common gives their interfaces: <c>tap100i0</c> (VM 100), <c>veth101i0</c> (container 101), and
/// <c>fwpr100p0</c>, which stands for either with the classic firewall.
/// </summary>
/// <param name="Uppers">The interfaces above the NIC, the nearest first.</param>
/// <param name="Guests">Running guests, such as <c>VM 100 (gateway)</c>, sorted by number.</param>
internal sealed partial record CarriedGuests(IReadOnlyList<InterfaceName> Uppers, IReadOnlyList<string> Guests)
{
    private const int MaxConfiguration = 256 * 1024;

    /// <summary>Reads sysfs, and the names of guests below <c>/etc/pve</c> if they can be read.</summary>
    /// <param name="devices">The interfaces of the host.</param>
    /// <param name="root">The root directory of the host.</param>
    /// <param name="nic">The NIC.</param>
    /// <exception cref="LinuxException">sysfs can't be read.</exception>
    public static CarriedGuests Read(NetClass devices, string root, InterfaceName nic)
    {
        var uppers = new List<InterfaceName> { nic };
        for (var index = 0; index < uppers.Count; index++)
            uppers.AddRange(devices.ListUppers(uppers[index]).Where(upper => !uppers.Contains(upper)));
        uppers.RemoveAt(0);
        var guests = new SortedDictionary<int, string>();
        foreach (var port in uppers.SelectMany(devices.ListLowers))
            if (GuestOf(devices, port) is var (number, isContainer))
                guests[number] = Describe(root, number, isContainer);
        return new CarriedGuests(uppers, [.. guests.Values]);
    }

    private static (int Number, bool IsContainer)? GuestOf(NetClass devices, InterfaceName port)
    {
        var match = GuestPort().Match(port.ToString());
        if (!match.Success || !int.TryParse(match.Groups["guest"].ValueSpan, NumberStyles.None,
            CultureInfo.InvariantCulture, out var number))
            return null;
        if (match.Groups["kind"].Value != "fwpr")
            return (number, match.Groups["kind"].Value == "veth");
        // The port of the firewall does not tell. The guest's own interface is on another bridge.
        return InterfaceName.TryParse($"veth{number}i{match.Groups["net"].Value}", out var veth)
            && devices.ListUppers(veth).Count > 0 ? (number, true) : (number, false);
    }

    private static string Describe(string root, int number, bool isContainer)
    {
        var (kind, folder, key) = isContainer ? ("CT", "lxc", "hostname") : ("VM", "qemu-server", "name");
        var name = NameIn(Path.Join(root, "etc/pve", folder, $"{number}.conf"), key);
        return name is null ? $"{kind} {number}" : $"{kind} {number} ({name})";
    }

    // Only what is before the first [section] is the running configuration.
    private static string? NameIn(string path, string key)
    {
        var buffer = new byte[MaxConfiguration];
        if (FileReader.TryRead(path, buffer, out var length, out _) != Errno.None)
            return null;
        return System.Text.Encoding.UTF8.GetString(buffer, 0, length).Split('\n')
            .TakeWhile(line => !line.StartsWith('['))
            .Where(line => line.StartsWith(key + ":", StringComparison.Ordinal))
            .Select(line => line[(key.Length + 1)..].Trim()).FirstOrDefault(name => name.Length > 0);
    }

    [GeneratedRegex(@"^(?<kind>tap|veth|fwpr)(?<guest>\d{1,9})[ip](?<net>\d+)$", RegexOptions.CultureInvariant)]
    private static partial Regex GuestPort();
}
