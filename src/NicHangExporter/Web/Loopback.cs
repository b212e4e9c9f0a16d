using System.Net;

namespace NicHangExporter.Web;

/// <summary>Addresses that only this host reaches.</summary>
internal static class Loopback
{
    /// <summary>
    /// True for 127.0.0.0/8 and ::1, and for the former in ::ffff:0:0/96, as a dual-stack socket shows it.
    /// </summary>
    public static bool Has(IPAddress? address) =>
        address is not null && IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);
}
