using System.Globalization;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Options;

namespace NicHangExporter.Remediation.Execution;

/// <summary>
/// Finds out what link down removes for good: routes with a gateway through the device (/proc/net/route,
/// /proc/net/ipv6_route), its static global IPv6 addresses (/proc/net/if_inet6), and the same of VLANs and the like on
/// it. Connected IPv4 routes and autoconfigured addresses return with the link. A NIC below a bridge or bond has none
/// of its own. Routes of other tables than the main one, and those without a gateway, are not seen.
/// </summary>
internal sealed class DeviceRoutes(ExporterOptions options, NetClass netClass)
{
    /// <summary>RTF_GATEWAY (include/uapi/linux/route.h).</summary>
    private const uint Gateway = 2;

    /// <summary>RTF_ADDRCONF (include/uapi/linux/ipv6_route.h): learned from a router, which repeats it.</summary>
    private const uint AddressConfiguration = 0x00040000;

    /// <summary>IFA_F_PERMANENT (include/uapi/linux/if_addr.h): not autoconfigured.</summary>
    private const uint Permanent = 0x80;

    /// <summary>True if something would be lost, or if that is unknown.</summary>
    public bool WouldBeLost(InterfaceName device)
    {
        try
        {
            return Affected(device).Any(name =>
                HasGateway(name) || HasGateway6(name) || (HasStaticAddress(name) && !KeepsAddresses(name)));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or LinuxException)
        {
            return true;
        }
    }

    // The device and what is on it, up to a bridge or bond: those stay up without one of their ports.
    private List<string> Affected(InterfaceName device)
    {
        var found = new List<InterfaceName> { device };
        for (var index = 0; index < found.Count; index++)
            foreach (var upper in netClass.ListUppers(found[index]))
                if (!found.Contains(upper) && !IsMaster(upper.ToString()))
                    found.Add(upper);
        return [.. found.Select(name => name.ToString())];
    }

    private bool IsMaster(string device)
    {
        var path = Path.Combine(options.Paths.Sysfs, "class/net", device);
        return Directory.Exists(Path.Combine(path, "bridge")) || Directory.Exists(Path.Combine(path, "bonding"));
    }

    // Columns: Iface Destination Gateway Flags …
    private bool HasGateway(string device) => Rows("net/route").Any(columns =>
        columns.Length > 3 && columns[0] == device && (Flags(columns[3]) & Gateway) != 0);

    // Columns: destination length source length next-hop metric references use flags name.
    private bool HasGateway6(string device) => Rows("net/ipv6_route").Any(columns =>
        columns.Length > 9 && columns[9] == device
        && (Flags(columns[8]) & (Gateway | AddressConfiguration)) == Gateway);

    // Columns: address ifindex prefix scope flags name. Scope 00 is global.
    private bool HasStaticAddress(string device) => Rows("net/if_inet6").Any(columns =>
        columns.Length > 5 && columns[5] == device && columns[3] == "00" && (Flags(columns[4]) & Permanent) != 0);

    // net.ipv6.conf.DEVICE.keep_addr_on_down
    private bool KeepsAddresses(string device)
    {
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowTrailingWhite;
        var path = Path.Combine(options.Paths.Procfs, "sys/net/ipv6/conf", device, "keep_addr_on_down");
        return File.Exists(path)
            && int.TryParse(File.ReadAllText(path), Style, CultureInfo.InvariantCulture, out var keep) && keep > 0;
    }

    // 0 for a text that is no number.
    private static uint Flags(string text) =>
        uint.TryParse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var flags) ? flags : 0;

    // A kernel without IPv4 or IPv6 has no such file, and nothing to lose.
    private IEnumerable<string[]> Rows(string file)
    {
        var path = Path.Combine(options.Paths.Procfs, file);
        return File.Exists(path)
            ? File.ReadLines(path).Select(line => line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
            : [];
    }
}
