using System.Globalization;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Options;

namespace NicHangExporter.Remediation.Execution;

/// <summary>
/// Tells what link down would take away for good: routes by a gateway through the device (/proc/net/route, /proc/net/ipv6_route), and its static global IPv6
/// addresses (/proc/net/if_inet6); and the same of VLANs and the like on it, which go down with it. Connected IPv4 routes and what is autoconfigured come back
/// with the link; a NIC below a bridge or a bond has none of its own. Routes of other tables than the main one, and those without a gateway, are not seen.
/// </summary>
internal sealed class DeviceRoutes(ExporterOptions options, NetClass netClass)
{
    /// <summary>RTF_GATEWAY (include/uapi/linux/route.h).</summary>
    private const uint Gateway = 2;

    /// <summary>RTF_ADDRCONF (include/uapi/linux/ipv6_route.h): learned from a router, which will say it again.</summary>
    private const uint AddressConfiguration = 0x00040000;

    /// <summary>IFA_F_PERMANENT (include/uapi/linux/if_addr.h): not autoconfigured.</summary>
    private const uint Permanent = 0x80;

    /// <summary>True where something would be lost, or where it can't be told.</summary>
    public bool WouldBeLost(InterfaceName device)
    {
        try
        {
            return Affected(device).Any(name => HasGateway(name) || HasGateway6(name) || (HasStaticAddress(name) && !KeepsAddresses(name)));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or LinuxException)
        {
            return true;
        }
    }

    // A bridge or a bond stays up without one of its ports, and so does what stands on it.
    private List<string> Affected(InterfaceName device)
    {
        var found = new List<InterfaceName> { device };
        for (var index = 0; index < found.Count; index++)
            foreach (var upper in netClass.ListUppers(found[index]))
                if (!found.Contains(upper) && !IsMaster(upper.ToString()))
                    found.Add(upper);
        return [.. found.Select(name => name.ToString())];
    }

    private bool IsMaster(string device) =>
        Directory.Exists(Path.Combine(options.Paths.Sysfs, "class/net", device, "bridge")) || Directory.Exists(Path.Combine(options.Paths.Sysfs, "class/net", device, "bonding"));

    // … flags name; RTF_ADDRCONF: by router advertisement
    private bool HasGateway6(string device) => Rows("net/ipv6_route").Any(columns =>
        columns.Length > 9 && columns[9] == device && uint.TryParse(columns[8], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var flags) && (flags & (Gateway | AddressConfiguration)) == Gateway);

    // Iface Destination Gateway Flags …
    private bool HasGateway(string device) => Rows("net/route").Any(columns =>
        columns.Length > 3 && columns[0] == device && uint.TryParse(columns[3], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var flags) && (flags & Gateway) != 0);

    // address ifindex prefix scope flags name; scope 00 is global
    private bool HasStaticAddress(string device) => Rows("net/if_inet6").Any(columns =>
        columns.Length > 5 && columns[5] == device && columns[3] == "00" && uint.TryParse(columns[4], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var flags) && (flags & Permanent) != 0);

    private bool KeepsAddresses(string device)
    {
        var path = Path.Combine(options.Paths.Procfs, "sys/net/ipv6/conf", device, "keep_addr_on_down");
        return File.Exists(path) && int.TryParse(File.ReadAllText(path), NumberStyles.AllowLeadingSign | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var keep) && keep > 0;
    }

    // A kernel without IPv4 or IPv6 has no such file, and nothing to lose.
    private IEnumerable<string[]> Rows(string file)
    {
        var path = Path.Combine(options.Paths.Procfs, file);
        return File.Exists(path) ? File.ReadLines(path).Select(line => line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)) : [];
    }
}
