using System.Runtime.InteropServices;

namespace NicHangExporter.Linux.Uapi;

/// <summary>
/// <c>struct ifinfomsg</c> (include/uapi/linux/rtnetlink.h): the beginning of a message about a link.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
internal struct IfInfoMsg
{
    /// <summary><c>ifi_family</c>: AF_UNSPEC, or AF_BRIDGE for a message about a port of a bridge.</summary>
    [FieldOffset(0)]
    public byte Family;

    /// <summary><c>ifi_index</c>: the number of the interface.</summary>
    [FieldOffset(4)]
    public int Index;
}

/// <summary>Numbers of <c>NETLINK_ROUTE</c> (include/uapi/linux/rtnetlink.h).</summary>
internal static class RouteNumbers
{
    /// <summary><c>RTM_NEWLINK</c>: a link is new, or a property of it has changed.</summary>
    public const ushort NewLink = 16;

    /// <summary><c>RTM_DELLINK</c>: a link is removed from this network namespace.</summary>
    public const ushort DeleteLink = 17;

    /// <summary><c>RTMGRP_LINK</c>: the bit of the multicast group that has these messages.</summary>
    public const uint LinkGroup = 1;

    /// <summary><c>IFLA_IFNAME</c>: the name of the link, NUL terminated.</summary>
    public const ushort Name = 3;
}
