using System.Globalization;
using NicHangExporter.Linux;

namespace NicHangExporter.Remediation;

/// <summary>
/// Tells what link down would take away for good: routes by a gateway through the device (/proc/net/route), and its static global IPv6 addresses
/// (/proc/net/if_inet6). Connected IPv4 routes and autoconfigured addresses come back with the link; a NIC below a bridge or a bond has none of its own.
/// </summary>
internal sealed class DeviceRoutes(ExporterOptions options)
{
    /// <summary>RTF_GATEWAY (include/uapi/linux/route.h).</summary>
    private const uint Gateway = 2;

    /// <summary>IFA_F_PERMANENT (include/uapi/linux/if_addr.h): not autoconfigured.</summary>
    private const uint Permanent = 0x80;

    /// <summary>True where something would be lost, or where it can't be told.</summary>
    public bool WouldBeLost(InterfaceName device)
    {
        try
        {
            return HasGateway(device.ToString()) || (HasStaticAddress(device.ToString()) && !KeepsAddresses(device.ToString()));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    // Iface Destination Gateway Flags …
    private bool HasGateway(string device) => Rows("net/route").Any(columns =>
        columns.Length > 3 && columns[0] == device && uint.TryParse(columns[3], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var flags) && (flags & Gateway) != 0);

    // address ifindex prefix scope flags name; scope 00 is global
    private bool HasStaticAddress(string device) => Rows("net/if_inet6").Any(columns =>
        columns.Length > 5 && columns[5] == device && columns[3] == "00" && uint.TryParse(columns[4], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var flags) && (flags & Permanent) != 0);

    private bool KeepsAddresses(string device)
    {
        var path = Path.Combine(options.ProcfsPath, "sys/net/ipv6/conf", device, "keep_addr_on_down");
        return File.Exists(path) && int.TryParse(File.ReadAllText(path), NumberStyles.AllowLeadingSign | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var keep) && keep > 0;
    }

    // A kernel without IPv4 or IPv6 has no such file, and nothing to lose.
    private IEnumerable<string[]> Rows(string file)
    {
        var path = Path.Combine(options.ProcfsPath, file);
        return File.Exists(path) ? File.ReadLines(path).Select(line => line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)) : [];
    }
}
