using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NicHangExporter.Linux.Uapi;

namespace NicHangExporter.Linux.Netlink;

/// <summary>
/// Reads the datagrams of <c>RTNLGRP_LINK</c>: RTM_NEWLINK and RTM_DELLINK. Messages about bridge ports have the family
/// AF_BRIDGE; among them is an RTM_DELLINK for each port that leaves its bridge, although the interface stays. They are
/// left out.
/// </summary>
internal static class LinkMessageParser
{
    /// <summary>Adds the notices of a datagram. Bytes that are no such message are left out.</summary>
    /// <returns>False if the kernel says that messages were lost.</returns>
    public static bool Parse(ReadOnlySpan<byte> datagram, List<LinkNotice> notices)
    {
        var isWhole = true;
        var messages = new NetlinkMessages(datagram);
        while (messages.MoveNext())
        {
            isWhole &= messages.Header.Type != NetlinkNumbers.Overrun;
            if (messages.Header.Type is not (RouteNumbers.NewLink or RouteNumbers.DeleteLink)
                || !MemoryMarshal.TryRead<IfInfoMsg>(messages.Payload, out var link)
                || link.Family != 0 || link.Index <= 0)
                continue;
            var name = NetlinkAttributes.Find(messages.Payload[Unsafe.SizeOf<IfInfoMsg>()..], RouteNumbers.Name);
            if (InterfaceName.TryParse(NetlinkAttributes.Text(name), out var parsed))
                notices.Add(new LinkNotice(
                    messages.Header.Type == RouteNumbers.DeleteLink ? LinkNoticeKind.Removed : LinkNoticeKind.Changed,
                    link.Index, parsed));
        }
        return isWhole;
    }
}
