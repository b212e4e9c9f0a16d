using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NicHangExporter.Linux.Uapi;

/// <summary>
/// <c>struct ifreq</c> (include/uapi/linux/if.h): a device by name, and an argument. Not all members of the union are
/// named. The explicit size keeps the others, because the kernel copies the whole structure both ways. The structure of
/// a 32-bit kernel is 8 bytes shorter.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 40)]
internal struct IfReq
{
    /// <summary><c>ifr_name</c>: NUL terminated.</summary>
    [FieldOffset(0)]
    public IfName Name;

    /// <summary><c>ifr_flags</c>: the lower half of the device's <c>IFF_</c> bits.</summary>
    [FieldOffset(16)]
    public ushort Flags;

    /// <summary><c>ifr_data</c>: the address of a command, which must stay pinned during the call.</summary>
    [FieldOffset(16)]
    public nint Data;

    /// <summary><c>ifr_ifindex</c>: the number of the interface.</summary>
    [FieldOffset(16)]
    public int Index;

    /// <summary>A request for this device.</summary>
    public static IfReq For(InterfaceName device)
    {
        var request = default(IfReq);
        device.CopyTo(request.Name);
        return request;
    }
}

/// <summary><c>char[IFNAMSIZ]</c> (include/uapi/linux/if.h): the longest name and its NUL.</summary>
[InlineArray(InterfaceName.MaxLength + 1)]
internal struct IfName
{
    private byte _first;
}
