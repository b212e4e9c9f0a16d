using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NicHangExporter.Linux.Uapi;

namespace NicHangExporter.Linux.Netlink;

/// <summary>
/// The messages of one datagram of a netlink socket. Ends at the first message whose length does not fit, as the
/// kernel's <c>NLMSG_OK</c> does.
/// </summary>
/// <param name="datagram">The bytes as received.</param>
internal ref struct NetlinkMessages(ReadOnlySpan<byte> datagram)
{
    private ReadOnlySpan<byte> _rest = datagram;

    /// <summary>The header of the current message.</summary>
    public NlMsgHdr Header { get; private set; }

    /// <summary>The bytes of the current message behind its header.</summary>
    public ReadOnlySpan<byte> Payload { get; private set; }

    /// <summary>False after the last whole message.</summary>
    public bool MoveNext()
    {
        if (!MemoryMarshal.TryRead<NlMsgHdr>(_rest, out var header)
            || header.Length < Unsafe.SizeOf<NlMsgHdr>() || header.Length > _rest.Length)
            return false;
        Header = header;
        Payload = _rest[Unsafe.SizeOf<NlMsgHdr>()..(int)header.Length];
        _rest = _rest[int.Min(NetlinkAttributes.Align((int)header.Length), _rest.Length)..];
        return true;
    }
}
