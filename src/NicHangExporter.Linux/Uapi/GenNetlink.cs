using System.Runtime.InteropServices;

namespace NicHangExporter.Linux.Uapi;

/// <summary>
/// <c>struct genlmsghdr</c> (include/uapi/linux/genetlink.h): follows the header of a message of a generic family.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GenlMsgHdr
{
    /// <summary><c>cmd</c>.</summary>
    public byte Command;

    /// <summary><c>version</c>: of the family.</summary>
    public byte Version;

    /// <summary><c>reserved</c>.</summary>
    public ushort Reserved;
}

/// <summary>Numbers of the controller of generic families (include/uapi/linux/genetlink.h).</summary>
internal static class GenericNumbers
{
    /// <summary><c>GENL_ID_CTRL</c>: the message type of the controller.</summary>
    public const ushort Controller = 0x10;

    /// <summary><c>CTRL_CMD_NEWFAMILY</c>: the answer to <see cref="GetFamily"/>.</summary>
    public const byte NewFamily = 1;

    /// <summary><c>CTRL_CMD_GETFAMILY</c>: describes a family by its name.</summary>
    public const byte GetFamily = 3;

    /// <summary><c>CTRL_ATTR_FAMILY_ID</c>: the message type of the family (u16).</summary>
    public const ushort FamilyId = 1;

    /// <summary><c>CTRL_ATTR_FAMILY_NAME</c>: NUL terminated.</summary>
    public const ushort FamilyName = 2;

    /// <summary><c>CTRL_ATTR_MCAST_GROUPS</c>: a nest of one nest for each group.</summary>
    public const ushort Groups = 7;

    /// <summary><c>CTRL_ATTR_MCAST_GRP_NAME</c>: NUL terminated.</summary>
    public const ushort GroupName = 1;

    /// <summary><c>CTRL_ATTR_MCAST_GRP_ID</c>: the number to join (u32).</summary>
    public const ushort GroupId = 2;
}
