using System.Collections.Frozen;
using System.Text;

namespace NicHangExporter.Detection.Patterns;

/// <summary>
/// Names of network drivers, as in the prefix of kernel messages. If a prefix alone does not identify a driver
/// (<c>word: eth0: tx timeout</c>), only these words count as drivers. Holds one string per driver, so that many
/// reports allocate no strings.
/// </summary>
internal static class NetDrivers
{
    private static readonly FrozenSet<string> Names = FrozenSet.Create(
        StringComparer.Ordinal,
        "3c509", "3c515", "3c574_cs", "3c589_cs", "3c59x", "8139cp", "8139too", "acenic", "ag71xx", "alx",
        "am65-cpsw-nuss", "amd-xgbe", "amd8111e", "aq_usb", "aqc111", "ariadne", "asix", "atl1", "atl1c", "atl1e",
        "atl2", "atlantic", "au1000-eth", "ax88179_178a", "ax_usb_nic", "b44", "bcm63xx_enetsw", "bcmgenet",
        "bcmsysport", "be2net", "bgmac", "bna", "bnx2", "bnx2x", "bnxt_en", "brcm-systemport", "cassini", "catc",
        "cdc_eem", "cdc_ether", "cdc_mbim", "cdc_ncm", "ch9200", "cpmac", "cpsw", "cxgb", "cxgb3", "cxgb4", "cxgb4vf",
        "davinci_emac", "de2104x", "declance", "dl2k", "dm9000", "dm9601", "dmfe", "dnet", "e100", "e1000", "e1000e",
        "ehea", "ena", "enc28j60", "encx24j600", "enic", "epic100", "et131x", "ethoc", "fbnic", "fealnx", "fec",
        "fjes", "fm10k", "forcedeth", "fsl-gianfar", "fsl_dpa", "fsl_dpaa2_eth", "fsl_enetc", "ftgmac100", "funeth",
        "gianfar", "gmac-gemini", "greth", "gve", "gvnic", "hamachi", "hinic", "hns", "hns-nic", "hns3", "hso",
        "huawei_cdc_ncm", "hv_netvsc", "i40e", "i40evf", "iavf", "ib_ipoib", "ibmveth", "ibmvnic", "ice", "idpf",
        "igb", "igbvf", "igc", "ionic", "ipheth", "ipqess-edma", "ixgb", "ixgbe", "ixgbevf", "jme", "kaweth",
        "korina", "lan743x", "lan78xx", "lance", "lantiq_etop", "liquidio", "macb", "mana", "meth", "mlx4_core",
        "mlx4_en", "mlx5_core", "mlxbf_gige", "mlxsw_spectrum", "mt7530", "mtk_soc_eth", "mv643xx_eth",
        "mv643xx_eth_port", "mvneta", "mvpp2", "myri10ge", "natsemi", "ne2k-pci", "netcp", "netsec", "netxen_nic",
        "nfp", "ngbe", "nicvf", "niu", "ns83820", "octeon_ep", "octeon_ep_vf", "octeon_mgmt", "pasemi_mac", "pch_gbe",
        "pcnet32", "pegasus", "pxa168-eth", "qcaspi", "qede", "qeth", "qla3xxx", "qlcnic", "qlge", "qmi_wwan",
        "r6040", "r8101", "r8125", "r8126", "r8127", "r8152", "r8168", "r8169", "ravb", "rndis_host", "rocker",
        "rtase", "rteth", "rtl8150", "rtl838x-eth", "rtl838x_eth", "rtl960x-eth", "rvu_nicpf", "rvu_nicvf", "s2io",
        "sb1250-mac", "sc92031", "sfc", "sgiseeq", "sh-eth", "sierra_net", "sis190", "sis900", "skge", "sky2",
        "smsc75xx", "smsc911x", "smsc9420", "smsc95xx", "sr9700", "sr9800", "st_gmac", "starfire", "stmmac",
        "stmmaceth", "sun4i-emac", "sundance", "sungem", "sunhme", "sunlance", "sunqe", "tc35815", "tehuti", "tg3",
        "thunder-nicvf", "tlan", "tsi108", "tulip", "txgbe", "typhoon", "uli526x", "usbnet", "via-rhine",
        "via-velocity", "virtio_net", "vmxnet3", "w5100", "w5300", "winbond-840", "xen_netfront", "xgbe",
        "xgene-enet", "xilinx_emaclite", "xirc2ps_cs", "yellowfin");

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Lookup =
        Names.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>
    /// The longest driver name accepted, in bytes (MODULE_NAME_LEN of include/linux/module.h, without the NUL).
    /// </summary>
    public const int MaxLength = 55;

    public static IReadOnlyCollection<string> All => Names;

    public static bool IsKnown(ReadOnlySpan<byte> name) => Find(name) is not null;

    /// <summary>The name as a string, without an allocation for a known name.</summary>
    public static string Name(ReadOnlySpan<byte> name) => Find(name) ?? Encoding.ASCII.GetString(name);

    /// <summary>True for a valid name of a driver or module.</summary>
    public static bool IsName(ReadOnlySpan<byte> name)
    {
        if (name.Length is 0 or > MaxLength) return false;
        foreach (var octet in name)
            if (!char.IsAsciiLetterOrDigit((char)octet)
                && octet is not ((byte)'_' or (byte)'-' or (byte)'.' or (byte)'+'))
                return false;
        return char.IsAsciiLetterOrDigit((char)name[0]);
    }

    private static string? Find(ReadOnlySpan<byte> name)
    {
        if (!IsName(name)) return null;
        Span<char> characters = stackalloc char[MaxLength];
        var length = Encoding.ASCII.GetChars(name, characters);
        return Lookup.TryGetValue(characters[..length], out var known) ? known : null;
    }
}
