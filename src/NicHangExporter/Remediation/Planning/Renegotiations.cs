using System.Collections.Immutable;

namespace NicHangExporter.Remediation.Planning;

/// <summary>What <c>ethtool -r</c> does, by driver, from the drivers' <c>ethtool_ops.nway_reset</c>.</summary>
internal static class Renegotiations
{
    /// <summary>The drivers, the effect, and the reason.</summary>
    public static ImmutableArray<(ImmutableArray<string> Drivers, RenegotiationEffect Effect, string Why)> All { get; }
        =
    [
        (["e1000", "e1000e", "igb", "igc", "ixgbe"], RenegotiationEffect.WholeAdapter,
            "nway_reset calls the driver's reinit_locked(), if the interface is up"),
        (["i40e", "ice"], RenegotiationEffect.LinkOnly, "the firmware restarts the link"),
        (["bnx2", "bnx2x", "bnxt_en", "tg3", "hns3", "sky2", "forcedeth"], RenegotiationEffect.LinkOnly,
            "the PHY negotiates again"),
        (["r8169", "macb", "bcmgenet", "fec", "mtk_soc_eth"], RenegotiationEffect.LinkOnly,
            "phylib or phylink: the PHY negotiates again"),
        (["r8152", "asix", "ax88179_178a", "smsc75xx", "smsc95xx"], RenegotiationEffect.LinkOnly,
            "the PHY behind USB negotiates again"),
        (["ena", "gve", "hv_netvsc", "mana", "virtio_net", "vmxnet3", "xen_netfront"], RenegotiationEffect.None,
            "a virtual NIC negotiates no link"),
        (["iavf", "ixgbevf", "mlx4_en", "mlx5_core"], RenegotiationEffect.None, "not implemented"),
        (["cdc_ether", "cdc_ncm", "rndis_host"], RenegotiationEffect.None, "no PHY that the host can reach"),
    ];

    public static RenegotiationEffect Of(string? driver)
    {
        foreach (var (drivers, effect, _) in All)
            if (driver is not null && drivers.Contains(driver))
                return effect;
        return RenegotiationEffect.Unknown;
    }

    public static IEnumerable<string> Drivers(RenegotiationEffect effect) =>
        All.Where(row => row.Effect == effect).SelectMany(row => row.Drivers);
}
