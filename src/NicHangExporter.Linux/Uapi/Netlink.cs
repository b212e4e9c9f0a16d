using System.Runtime.InteropServices;

namespace NicHangExporter.Linux.Uapi;

/// <summary><c>struct nlmsghdr</c> (include/uapi/linux/netlink.h): the header of each message.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NlMsgHdr
{
    /// <summary><c>nlmsg_len</c>: bytes of the message with this header, without padding.</summary>
    public uint Length;

    /// <summary><c>nlmsg_type</c>: below <see cref="NetlinkNumbers.FirstType"/> a control message.</summary>
    public ushort Type;

    /// <summary><c>nlmsg_flags</c>.</summary>
    public ushort Flags;

    /// <summary><c>nlmsg_seq</c>: of a request, and of the answer to it; 0 for a notification.</summary>
    public uint Sequence;

    /// <summary><c>nlmsg_pid</c>: the port of the requesting socket.</summary>
    public uint Port;
}

/// <summary>
/// <c>struct nlattr</c> (include/uapi/linux/netlink.h): the header of an attribute. The next attribute begins at a
/// multiple of four bytes.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NlAttr
{
    /// <summary><c>nla_len</c>: bytes of the attribute with this header, without padding.</summary>
    public ushort Length;

    /// <summary><c>nla_type</c>, with flags in the upper two bits.</summary>
    public ushort Type;
}

/// <summary><c>struct sockaddr_nl</c> (include/uapi/linux/netlink.h): the address of a netlink socket.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SockAddrNl
{
    /// <summary><c>nl_family</c>: AF_NETLINK.</summary>
    public ushort Family;

    /// <summary><c>nl_pad</c>.</summary>
    public ushort Padding;

    /// <summary><c>nl_pid</c>: the port; 0 is the kernel.</summary>
    public uint Port;

    /// <summary><c>nl_groups</c>: a bit for each of the first 32 multicast groups.</summary>
    public uint Groups;
}

/// <summary>Numbers of <c>AF_NETLINK</c> sockets (include/uapi/linux/netlink.h).</summary>
internal static class NetlinkNumbers
{
    /// <summary><c>NETLINK_ROUTE</c>: the protocol of links, addresses and routes.</summary>
    public const int Route = 0;

    /// <summary><c>NETLINK_GENERIC</c>: the protocol of families that have a name.</summary>
    public const int Generic = 16;

    /// <summary><c>NETLINK_ADD_MEMBERSHIP</c>: the socket option that joins a multicast group.</summary>
    public const int AddMembership = 1;

    /// <summary><c>NLM_F_REQUEST</c>: the flag of each request.</summary>
    public const ushort Request = 1;

    /// <summary><c>NLMSG_ERROR</c>: a negated error number, or 0 as an acknowledgement, and the request.</summary>
    public const ushort Error = 2;

    /// <summary><c>NLMSG_OVERRUN</c>: data was lost.</summary>
    public const ushort Overrun = 4;

    /// <summary><c>NLMSG_MIN_TYPE</c>: the first type that is not a control message.</summary>
    public const ushort FirstType = 0x10;

    /// <summary><c>NLA_TYPE_MASK</c>: the bits of an attribute's type that are not flags.</summary>
    public const int TypeMask = ~0xc000;
}
