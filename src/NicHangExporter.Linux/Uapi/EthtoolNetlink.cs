namespace NicHangExporter.Linux.Uapi;

/// <summary>Numbers of the generic family <c>ethtool</c> (include/uapi/linux/ethtool_netlink.h).</summary>
internal static class EthtoolNetlinkNumbers
{
    /// <summary><c>ETHTOOL_MSG_LINKINFO_NTF</c>: port and transceiver.</summary>
    public const byte LinkInfo = 3;

    /// <summary><c>ETHTOOL_MSG_LINKMODES_NTF</c>: speed, duplex and autonegotiation.</summary>
    public const byte LinkModes = 5;

    /// <summary><c>ETHTOOL_MSG_FEATURES_NTF</c>.</summary>
    public const byte Features = 13;

    /// <summary><c>ETHTOOL_MSG_PRIVFLAGS_NTF</c>.</summary>
    public const byte PrivateFlags = 15;

    /// <summary><c>ETHTOOL_MSG_RINGS_NTF</c>.</summary>
    public const byte Rings = 17;

    /// <summary><c>ETHTOOL_MSG_CHANNELS_NTF</c>: the number of queues.</summary>
    public const byte Channels = 19;

    /// <summary><c>ETHTOOL_MSG_PAUSE_NTF</c>.</summary>
    public const byte Pause = 23;

    /// <summary><c>ETHTOOL_MSG_EEE_NTF</c>.</summary>
    public const byte Eee = 25;

    /// <summary><c>ETHTOOL_A_FEATURES_HEADER</c>: the nest that names the device. Every message has it as its attribute
    /// 1.</summary>
    public const ushort Header = 1;

    /// <summary><c>ETHTOOL_A_HEADER_DEV_INDEX</c>: the number of the interface (u32).</summary>
    public const ushort DeviceIndex = 1;

    /// <summary><c>ETHTOOL_A_HEADER_DEV_NAME</c>: its name, NUL terminated.</summary>
    public const ushort DeviceName = 2;
}
