using System.Collections.Frozen;
using System.Text;

namespace NicHangExporter.Linux.Sysfs;

/// <summary>
/// Kinds of interfaces that send through others, recognised by the attributes of the interface itself. Such an
/// interface may have no lower device yet, or a lower device without a link in sysfs: a tunnel is bound to a route, not
/// to a device.
/// </summary>
internal static class UpperKind
{
    // The values that drivers pass to SET_NETDEV_DEVTYPE. dsa, wlan and wwan are missing because they are hardware.
    // Most kernels set no DEVTYPE for macvlan, ipvlan and team. Their lower links identify them.
    private static readonly FrozenSet<string> Names = FrozenSet.ToFrozenSet(
    [
        "bridge", "bond", "team", "hsr", "vlan", "macvlan", "macvtap", "ipvlan", "ipvtap", "macsec", "vrf",
        "vxlan", "geneve", "bareudp", "gtp", "amt", "wireguard", "ovpn", "ppp", "l2tpeth",
    ], StringComparer.Ordinal);

    /// <summary>True if a <c>uevent</c> attribute names such a kind as its DEVTYPE.</summary>
    internal static bool IsNamedIn(ReadOnlySpan<byte> uevent)
    {
        var key = "DEVTYPE="u8;
        foreach (var line in uevent.Split((byte)'\n'))
            if (uevent[line].StartsWith(key))
                return Names.Contains(Encoding.UTF8.GetString(uevent[line][key.Length..]));
        return false;
    }

    /// <summary>
    /// True if the <c>type</c> attribute is that of an IP tunnel: ARPHRD_TUNNEL, _TUNNEL6, _SIT, _IPGRE, _IP6GRE
    /// (include/uapi/linux/if_arp.h).
    /// </summary>
    internal static bool IsTunnel(ulong type) => type is 768 or 769 or 776 or 778 or 823;
}
