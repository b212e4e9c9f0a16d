using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NicHangExporter.Linux.Uapi;

namespace NicHangExporter.Linux.Netlink;

/// <summary>
/// The attributes of a message, or of a nest in it. Ends at the first attribute whose length does not fit, as the
/// kernel's <c>nla_ok</c> does.
/// </summary>
/// <param name="bytes">The bytes behind the fixed part of the message.</param>
internal ref struct NetlinkAttributes(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>The type of the current attribute, without its flags.</summary>
    public int Type { get; private set; }

    /// <summary>The value of the current attribute: a number, a text with a NUL, or further attributes.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>The next multiple of four (<c>NLMSG_ALIGN</c>, <c>NLA_ALIGN</c>).</summary>
    public static int Align(int length) => length > int.MaxValue - 3 ? int.MaxValue : (length + 3) & ~3;

    /// <summary>False after the last whole attribute.</summary>
    public bool MoveNext()
    {
        if (!MemoryMarshal.TryRead<NlAttr>(_rest, out var header)
            || header.Length < Unsafe.SizeOf<NlAttr>() || header.Length > _rest.Length)
            return false;
        Type = header.Type & NetlinkNumbers.TypeMask;
        Value = _rest[Unsafe.SizeOf<NlAttr>()..header.Length];
        _rest = _rest[int.Min(Align(header.Length), _rest.Length)..];
        return true;
    }

    /// <summary>The value of the first attribute of this type, or empty.</summary>
    public static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> bytes, int type)
    {
        var attributes = new NetlinkAttributes(bytes);
        while (attributes.MoveNext())
            if (attributes.Type == type)
                return attributes.Value;
        return default;
    }

    /// <summary>The text of a value: up to its first NUL.</summary>
    public static ReadOnlySpan<byte> Text(ReadOnlySpan<byte> value) =>
        value.IndexOf((byte)0) is >= 0 and var end ? value[..end] : value;
}
