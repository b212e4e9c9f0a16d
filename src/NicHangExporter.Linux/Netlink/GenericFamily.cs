using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NicHangExporter.Linux.Uapi;

namespace NicHangExporter.Linux.Netlink;

/// <summary>A generic netlink family and one of its multicast groups, as the controller describes them.</summary>
/// <param name="Id">The message type of the family.</param>
/// <param name="Group">The number of the group.</param>
internal readonly record struct GenericFamily(ushort Id, uint Group)
{
    /// <summary>A CTRL_CMD_GETFAMILY request.</summary>
    /// <param name="family">The name, without a NUL.</param>
    /// <param name="sequence">The number that the answer has.</param>
    public static byte[] Request(ReadOnlySpan<byte> family, uint sequence)
    {
        var attribute = new NlAttr
        {
            Length = (ushort)(Unsafe.SizeOf<NlAttr>() + family.Length + 1),
            Type = GenericNumbers.FamilyName,
        };
        var fixedPart = Unsafe.SizeOf<NlMsgHdr>() + Unsafe.SizeOf<GenlMsgHdr>();
        var request = new byte[fixedPart + NetlinkAttributes.Align(attribute.Length)];
        MemoryMarshal.Write(request, new NlMsgHdr
        {
            Length = (uint)request.Length,
            Type = GenericNumbers.Controller,
            Flags = NetlinkNumbers.Request,
            Sequence = sequence,
        });
        MemoryMarshal.Write(request.AsSpan(Unsafe.SizeOf<NlMsgHdr>()), new GenlMsgHdr
        {
            Command = GenericNumbers.GetFamily,
            Version = 1,
        });
        MemoryMarshal.Write(request.AsSpan(fixedPart), attribute);
        family.CopyTo(request.AsSpan(fixedPart + Unsafe.SizeOf<NlAttr>()));
        return request;
    }

    /// <summary>Reads the answer to <see cref="Request"/>.</summary>
    /// <param name="datagram">The bytes as received.</param>
    /// <param name="sequence">The number of the request.</param>
    /// <param name="group">The name of the group.</param>
    /// <returns>Null if it is an error (ENOENT: no such family), another message, or has no such group.</returns>
    public static GenericFamily? Parse(ReadOnlySpan<byte> datagram, uint sequence, ReadOnlySpan<byte> group)
    {
        var messages = new NetlinkMessages(datagram);
        while (messages.MoveNext())
        {
            if (messages.Header.Type != GenericNumbers.Controller || messages.Header.Sequence != sequence
                || !MemoryMarshal.TryRead<GenlMsgHdr>(messages.Payload, out var generic)
                || generic.Command != GenericNumbers.NewFamily)
                continue;
            var attributes = messages.Payload[Unsafe.SizeOf<GenlMsgHdr>()..];
            if (MemoryMarshal.TryRead<ushort>(
                    NetlinkAttributes.Find(attributes, GenericNumbers.FamilyId), out var id)
                && id >= NetlinkNumbers.FirstType
                && FindGroup(NetlinkAttributes.Find(attributes, GenericNumbers.Groups), group) is { } number)
                return new GenericFamily(id, number);
        }
        return null;
    }

    private static uint? FindGroup(ReadOnlySpan<byte> groups, ReadOnlySpan<byte> name)
    {
        var each = new NetlinkAttributes(groups);
        while (each.MoveNext())
            if (NetlinkAttributes.Text(NetlinkAttributes.Find(each.Value, GenericNumbers.GroupName)).SequenceEqual(name)
                && MemoryMarshal.TryRead<uint>(
                    NetlinkAttributes.Find(each.Value, GenericNumbers.GroupId), out var number))
                return number;
        return null;
    }
}
