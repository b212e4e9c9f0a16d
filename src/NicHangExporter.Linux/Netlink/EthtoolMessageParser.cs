using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NicHangExporter.Linux.Uapi;

namespace NicHangExporter.Linux.Netlink;

/// <summary>Reads the datagrams of the group <c>monitor</c> of the generic family <c>ethtool</c>.</summary>
internal static class EthtoolMessageParser
{
    /// <summary>Adds the notices of a datagram. Bytes that are no such message are left out.</summary>
    /// <param name="datagram">The bytes as received.</param>
    /// <param name="family">The message type of the family (<see cref="GenericFamily"/>).</param>
    /// <param name="notices">Receives the notices.</param>
    /// <returns>False if the kernel says that messages were lost.</returns>
    public static bool Parse(ReadOnlySpan<byte> datagram, ushort family, List<LinkNotice> notices)
    {
        var isWhole = true;
        var messages = new NetlinkMessages(datagram);
        while (messages.MoveNext())
        {
            isWhole &= messages.Header.Type != NetlinkNumbers.Overrun;
            if (messages.Header.Type != family
                || !MemoryMarshal.TryRead<GenlMsgHdr>(messages.Payload, out var generic)
                || KindOf(generic.Command) is not { } kind)
                continue;
            var header = NetlinkAttributes.Find(
                messages.Payload[Unsafe.SizeOf<GenlMsgHdr>()..], EthtoolNetlinkNumbers.Header);
            var index = NetlinkAttributes.Find(header, EthtoolNetlinkNumbers.DeviceIndex);
            var name = NetlinkAttributes.Text(NetlinkAttributes.Find(header, EthtoolNetlinkNumbers.DeviceName));
            if (MemoryMarshal.TryRead<int>(index, out var number) && number > 0
                && InterfaceName.TryParse(name, out var parsed))
                notices.Add(new LinkNotice(kind, number, parsed));
        }
        return isWhole;
    }

    private static LinkNoticeKind? KindOf(byte command) => command switch
    {
        EthtoolNetlinkNumbers.LinkInfo or EthtoolNetlinkNumbers.LinkModes or EthtoolNetlinkNumbers.Features
            or EthtoolNetlinkNumbers.PrivateFlags or EthtoolNetlinkNumbers.Rings or EthtoolNetlinkNumbers.Pause
            or EthtoolNetlinkNumbers.Eee => LinkNoticeKind.Settings,
        EthtoolNetlinkNumbers.Channels => LinkNoticeKind.Queues,
        _ => null,
    };
}
