using System.Collections.Frozen;
using System.Text;

namespace NicHangExporter.Linux.Sysfs;

/// <summary>
/// Kinds of interfaces that send through others, known by what the kernel says of the interface alone: it may stand on nothing yet, or on
/// something that sysfs has no link to, for a tunnel is bound to a route and not to a device.
/// </summary>
internal static class UpperKind
{
    // What drivers give to SET_NETDEV_DEVTYPE. dsa, wlan and wwan are left out: those are hardware. Most kernels name no kind for macvlan,
    // ipvlan and team, which are known by their links.
    private static readonly FrozenSet<string> Names = FrozenSet.ToFrozenSet(
    [
        "bridge", "bond", "team", "hsr", "vlan", "macvlan", "macvtap", "ipvlan", "ipvtap", "macsec", "vrf",
        "vxlan", "geneve", "bareudp", "gtp", "amt", "wireguard", "ovpn", "ppp", "l2tpeth",
    ], StringComparer.Ordinal);

    /// <summary>True where the content of a <c>uevent</c> attribute names such a kind as its DEVTYPE.</summary>
    internal static bool IsNamedIn(ReadOnlySpan<byte> uevent)
    {
        var key = "DEVTYPE="u8;
        foreach (var line in uevent.Split((byte)'\n'))
            if (uevent[line].StartsWith(key))
                return Names.Contains(Encoding.UTF8.GetString(uevent[line][key.Length..]));
        return false;
    }

    /// <summary>
    /// True where the <c>type</c> attribute is that of a tunnel through IP: ARPHRD_TUNNEL, _TUNNEL6, _SIT, _IPGRE, _IP6GRE
    /// (include/uapi/linux/if_arp.h).
    /// </summary>
    internal static bool IsTunnel(ulong type) => type is 768 or 769 or 776 or 778 or 823;
}
