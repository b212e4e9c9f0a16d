using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NicHangExporter.Linux.Ethtool;

namespace NicHangExporter.Linux.Uapi;

/// <summary>
/// <c>char[ETH_GSTRING_LEN]</c> (include/uapi/linux/ethtool.h): text padded with NUL, without a NUL if it fills the
/// field.
/// </summary>
[InlineArray(Length)]
internal struct EthtoolString
{
    /// <summary><c>ETH_GSTRING_LEN</c>: the length of any text in this header, in bytes.</summary>
    public const int Length = 32;

    private byte _first;
}

/// <summary><c>struct ethtool_value</c> (include/uapi/linux/ethtool.h): a command with one number.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct EthtoolValue
{
    /// <summary><c>cmd</c>.</summary>
    public uint Command;
    /// <summary><c>data</c>.</summary>
    public uint Value;
}

/// <summary><c>struct ethtool_drvinfo</c> (include/uapi/linux/ethtool.h).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct EthtoolDrvInfo
{
    /// <summary><c>cmd</c>.</summary>
    public uint Command;
    /// <summary><c>driver</c>.</summary>
    public EthtoolString Driver;
    /// <summary><c>version</c>.</summary>
    public EthtoolString Version;
    /// <summary><c>fw_version</c>.</summary>
    public EthtoolString FirmwareVersion;
    /// <summary><c>bus_info</c>.</summary>
    public EthtoolString BusInfo;
    /// <summary><c>erom_version</c>.</summary>
    public EthtoolString ExpansionRomVersion;
    /// <summary><c>reserved2</c>.</summary>
    public Reserved12 Reserved;
    /// <summary><c>n_priv_flags</c>.</summary>
    public uint PrivateFlagCount;
    /// <summary><c>n_stats</c>.</summary>
    public uint StatisticCount;
    /// <summary><c>testinfo_len</c>.</summary>
    public uint TestCount;
    /// <summary><c>eedump_len</c>.</summary>
    public uint EepromLength;
    /// <summary><c>regdump_len</c>.</summary>
    public uint RegistersLength;

    /// <summary><c>char[12]</c> (include/uapi/linux/ethtool.h): reserved.</summary>
    [InlineArray(12)]
    internal struct Reserved12
    {
        private byte _first;
    }
}

/// <summary>
/// <c>struct ethtool_sset_info</c> (include/uapi/linux/ethtool.h). A <c>__u32</c> follows for each bit that the kernel
/// left set in the mask: the number of strings of that set.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct EthtoolSsetInfo
{
    /// <summary><c>cmd</c>.</summary>
    public uint Command;
    /// <summary><c>reserved</c>.</summary>
    public uint Reserved;
    /// <summary><c>sset_mask</c>: the sets asked for; in the answer, those of them that exist.</summary>
    public ulong Mask;
}

/// <summary><c>struct ethtool_gstrings</c> (include/uapi/linux/ethtool.h). The strings follow.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct EthtoolGStrings
{
    /// <summary><c>cmd</c>.</summary>
    public uint Command;
    /// <summary><c>string_set</c>.</summary>
    public uint StringSet;
    /// <summary>
    /// <c>len</c>: the number of strings that the buffer holds; in the answer 0 if that is not the number of strings.
    /// </summary>
    public uint Count;
}

/// <summary>
/// <c>struct ethtool_stats</c> (include/uapi/linux/ethtool.h). The values follow, a <c>__u64</c> each.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct EthtoolStats
{
    /// <summary><c>cmd</c>.</summary>
    public uint Command;
    /// <summary>
    /// <c>n_stats</c>: the number of values that the buffer holds; in the answer 0 if that is not the number of values.
    /// </summary>
    public uint Count;
}

/// <summary><c>struct ethtool_gfeatures</c> (include/uapi/linux/ethtool.h). The blocks follow.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct EthtoolGFeatures
{
    /// <summary><c>cmd</c>.</summary>
    public uint Command;
    /// <summary>
    /// <c>size</c>: the number of blocks that the buffer holds; in the answer the number of blocks of this kernel.
    /// </summary>
    public uint BlockCount;
}

/// <summary><c>struct ethtool_get_features_block</c> (include/uapi/linux/ethtool.h): 32 features.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct EthtoolGetFeaturesBlock
{
    /// <summary><c>available</c>.</summary>
    public uint Available;
    /// <summary><c>requested</c>.</summary>
    public uint Requested;
    /// <summary><c>active</c>.</summary>
    public uint Active;
    /// <summary><c>never_changed</c>.</summary>
    public uint NeverChanged;
}

/// <summary><c>struct ethtool_sfeatures</c> (include/uapi/linux/ethtool.h). The blocks follow.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct EthtoolSFeatures
{
    /// <summary><c>cmd</c>.</summary>
    public uint Command;
    /// <summary>
    /// <c>size</c>: the number of blocks; EINVAL unless it is exactly the number of blocks of this kernel.
    /// </summary>
    public uint BlockCount;
}

/// <summary><c>struct ethtool_set_features_block</c> (include/uapi/linux/ethtool.h): 32 features.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct EthtoolSetFeaturesBlock
{
    /// <summary><c>valid</c>: the features to change.</summary>
    public uint Valid;
    /// <summary><c>requested</c>: their new values.</summary>
    public uint Requested;
}

/// <summary><c>struct ethtool_eee</c> (include/uapi/linux/ethtool.h).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct EthtoolEee
{
    /// <summary><c>cmd</c>.</summary>
    public uint Command;
    /// <summary><c>supported</c>.</summary>
    public uint Supported;
    /// <summary><c>advertised</c>.</summary>
    public uint Advertised;
    /// <summary><c>lp_advertised</c>.</summary>
    public uint PartnerAdvertised;
    /// <summary><c>eee_active</c>.</summary>
    public uint Active;
    /// <summary><c>eee_enabled</c>.</summary>
    public uint Enabled;
    /// <summary><c>tx_lpi_enabled</c>.</summary>
    public uint TxLpiEnabled;
    /// <summary><c>tx_lpi_timer</c>, in microseconds.</summary>
    public uint TxLpiTimer;
    /// <summary><c>reserved</c>.</summary>
    public Reserved2 Reserved;

    /// <summary><c>__u32[2]</c> (include/uapi/linux/ethtool.h): reserved.</summary>
    [InlineArray(2)]
    internal struct Reserved2
    {
        private uint _first;
    }
}

/// <summary><c>struct ethtool_ringparam</c> (include/uapi/linux/ethtool.h), in descriptors.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct EthtoolRingParam
{
    /// <summary><c>cmd</c>.</summary>
    public uint Command;
    /// <summary><c>rx_max_pending</c>.</summary>
    public uint RxMax;
    /// <summary><c>rx_mini_max_pending</c>.</summary>
    public uint RxMiniMax;
    /// <summary><c>rx_jumbo_max_pending</c>.</summary>
    public uint RxJumboMax;
    /// <summary><c>tx_max_pending</c>.</summary>
    public uint TxMax;
    /// <summary><c>rx_pending</c>.</summary>
    public uint Rx;
    /// <summary><c>rx_mini_pending</c>.</summary>
    public uint RxMini;
    /// <summary><c>rx_jumbo_pending</c>.</summary>
    public uint RxJumbo;
    /// <summary><c>tx_pending</c>.</summary>
    public uint Tx;
}

/// <summary><c>struct ethtool_pauseparam</c> (include/uapi/linux/ethtool.h).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct EthtoolPauseParam
{
    /// <summary><c>cmd</c>.</summary>
    public uint Command;
    /// <summary><c>autoneg</c>.</summary>
    public uint Autonegotiation;
    /// <summary><c>rx_pause</c>.</summary>
    public uint Rx;
    /// <summary><c>tx_pause</c>.</summary>
    public uint Tx;
}

/// <summary>
/// <c>struct ethtool_link_settings</c> (include/uapi/linux/ethtool.h). Three bit sets of link modes follow, of
/// <see cref="LinkModeWords"/> <c>__u32</c> each.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct EthtoolLinkSettings
{
    /// <summary><c>SPEED_UNKNOWN</c>.</summary>
    public const uint SpeedUnknown = uint.MaxValue;

    /// <summary><c>cmd</c>.</summary>
    public uint Command;
    /// <summary><c>speed</c>, in Mbit/s.</summary>
    public uint Speed;
    /// <summary><c>duplex</c>.</summary>
    public byte Duplex;
    /// <summary><c>port</c>.</summary>
    public byte Port;
    /// <summary><c>phy_address</c>.</summary>
    public byte PhyAddress;
    /// <summary><c>autoneg</c>.</summary>
    public byte Autonegotiation;
    /// <summary><c>mdio_support</c>.</summary>
    public byte MdioSupport;
    /// <summary><c>eth_tp_mdix</c>.</summary>
    public byte Mdix;
    /// <summary><c>eth_tp_mdix_ctrl</c>.</summary>
    public byte MdixControl;
    /// <summary>
    /// <c>link_mode_masks_nwords</c>: the length of each bit set. If it differs from the kernel's, the answer holds
    /// only this field: the right number, negated.
    /// </summary>
    public sbyte LinkModeWords;
    /// <summary><c>transceiver</c>.</summary>
    public byte Transceiver;
    /// <summary><c>master_slave_cfg</c>.</summary>
    public byte MasterSlaveConfiguration;
    /// <summary><c>master_slave_state</c>.</summary>
    public byte MasterSlaveState;
    /// <summary><c>rate_matching</c>.</summary>
    public byte RateMatching;
    /// <summary><c>reserved</c>.</summary>
    public Reserved7 Reserved;

    /// <summary><c>__u32[7]</c> (include/uapi/linux/ethtool.h): reserved.</summary>
    [InlineArray(7)]
    internal struct Reserved7
    {
        private uint _first;
    }
}

/// <summary><c>struct ethtool_perm_addr</c> (include/uapi/linux/ethtool.h). The address follows.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct EthtoolPermAddr
{
    /// <summary><c>cmd</c>.</summary>
    public uint Command;
    /// <summary>
    /// <c>size</c>: the number of bytes that the buffer holds; in the answer the length of the address.
    /// </summary>
    public uint Size;
}
