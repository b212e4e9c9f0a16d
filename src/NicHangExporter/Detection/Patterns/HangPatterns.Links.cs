namespace NicHangExporter.Detection.Patterns;

internal static partial class HangPatterns
{
    private const PrefixShapes EveryLinkShape = PrefixShapes.Netdev | PrefixShapes.NameBlank;

    /// <summary>
    /// Link messages that many drivers share. A driver that resets itself prints Up without Down. The log level has no
    /// meaning.
    /// </summary>
    private static HangPattern[] Links =>
    [
        // e1000e and e1000 print the name and a blank before 5.6. igb prints the module and the name again after the
        // ordinary prefix.
        new("nic-link-up", MessageKind.LinkUp, ["ixgbevf", "atl1c", "igbvf"], "NIC Link is Up%*",
            "intel/*, vmware, broadcom/bnxt, bnx2x, atheros/atl1e and others")
        { Shapes = EveryLinkShape | PrefixShapes.Device, AnyDriver = true },
        new("nic-link-down", MessageKind.LinkDown, ["ixgbevf", "atl1c", "igbvf"], "NIC Link is Down",
            "intel/*, vmware, broadcom/bnxt, bnx2x, atheros/atl1e and others")
        { Shapes = EveryLinkShape | PrefixShapes.Device, AnyDriver = true },
        new("nic-link-up-lower", MessageKind.LinkUp, ["ice", "fm10k", "netxen_nic", "qlcnic"], "NIC Link is up%*",
            "intel/ice/ice_main.c ice_print_link_msg(), fm10k/fm10k_pci.c, qlogic/*")
        { Shapes = EveryLinkShape, AnyDriver = true },
        new("nic-link-down-lower", MessageKind.LinkDown, ["fm10k", "netxen_nic", "qlcnic"], "NIC Link is down",
            "intel/fm10k/fm10k_pci.c, qlogic/*") { Shapes = EveryLinkShape, AnyDriver = true },
        new("nic-link-up-upper", MessageKind.LinkUp, ["rvu_nicpf", "rvu_nicvf"], "NIC Link is UP%*",
            "marvell/octeontx2/nic") { Shapes = EveryLinkShape, AnyDriver = true },
        new("nic-link-down-upper", MessageKind.LinkDown, ["rvu_nicpf", "rvu_nicvf"], "NIC Link is DOWN%*",
            "marvell/octeontx2/nic") { Shapes = EveryLinkShape, AnyDriver = true },

        new("phy-link-up", MessageKind.LinkUp, [], "Link is Up - %*",
            "drivers/net/phy/phy.c phy_print_status(), phylink.c") { AnyDriver = true },
        new("link-is-up-speed", MessageKind.LinkUp, ["igbvf"], "Link is Up %d Mbps %*",
            "intel/igbvf/netdev.c, cavium/thunder/nicvf_main.c") { Shapes = NetdevOrDevice, AnyDriver = true },
        new("link-is-up", MessageKind.LinkUp, ["be2net"], "Link is Up", "emulex/benet/be_main.c") { AnyDriver = true },
        new("link-is-up-stop", MessageKind.LinkUp, ["amd8111e"], "Link is Up. Speed is %*", "amd/amd8111e.c")
        { AnyDriver = true },
        new("link-is-down", MessageKind.LinkDown, ["igbvf"], "Link is Down",
            "drivers/net/phy/phy.c phy_print_status(), phylink.c, intel/igbvf/netdev.c")
        { Shapes = NetdevOrDevice, AnyDriver = true },
        new("link-is-down-stop", MessageKind.LinkDown, ["amd8111e"], "Link is Down.", "amd/amd8111e.c")
        { AnyDriver = true },
        new("link-is-up-at", MessageKind.LinkUp, ["tg3", "b44", "sky2", "skge", "jme"], "Link is up at %*",
            "broadcom/tg3.c tg3_link_report(), b44.c, marvell/sky2.c, jme.c") { AnyDriver = true },
        new("link-is-up-lower", MessageKind.LinkUp, [], "Link is up", "rocker/rocker_main.c") { AnyDriver = true },
        new("link-is-up-dash", MessageKind.LinkUp, ["octeon_mgmt"], "Link is up - %*", "cavium/octeon/octeon_mgmt.c")
        { AnyDriver = true },
        new("link-is-up-running", MessageKind.LinkUp, ["starfire"], "Link is up, running at %*", "adaptec/starfire.c")
        { AnyDriver = true },
        new("link-is-up-using", MessageKind.LinkUp, ["sunhme"], "Link is up using %*", "sun/sunhme.c")
        { AnyDriver = true },
        new("link-is-down-lower", MessageKind.LinkDown, ["tg3", "b44", "sky2", "skge", "jme"], "Link is down",
            "broadcom/tg3.c tg3_link_report() and others") { AnyDriver = true },
        new("link-is-down-lower-stop", MessageKind.LinkDown, ["tg3", "b44"], "Link is down.",
            "drivers/net/tg3.c, b44.c, 2.6") { AnyDriver = true },
        new("small-link-is-up", MessageKind.LinkUp, ["atl1", "atl2"], "link is up%*", "atheros/atlx/atl1.c")
        { Shapes = EveryLinkShape, AnyDriver = true },
        new("small-link-is-down", MessageKind.LinkDown, ["atl1", "atl2"], "link is down", "atheros/atlx/atlx.c")
        { Shapes = EveryLinkShape, AnyDriver = true },

        new("link-up", MessageKind.LinkUp, ["mlx5_core", "dl2k", "sundance"], "Link up",
            "mellanox/mlx5/core/en_main.c mlx5e_update_carrier()") { AnyDriver = true },
        new("link-up-speed", MessageKind.LinkUp, ["ionic"], "Link up - %*", "pensando/ionic/ionic_lif.c")
        { AnyDriver = true },
        new("link-up-at", MessageKind.LinkUp, ["cassini", "funeth"], "Link up at %*", "sun/cassini.c")
        { AnyDriver = true },
        new("link-down", MessageKind.LinkDown, ["mlx5_core", "ionic"], "Link down",
            "mellanox/mlx5/core/en_main.c mlx5e_update_carrier()") { AnyDriver = true },
        new("capital-link-up", MessageKind.LinkUp, ["mlx4_en", "s2io"], "Link Up",
            "mellanox/mlx4/en_netdev.c mlx4_en_linkstate()") { AnyDriver = true },
        new("capital-link-down", MessageKind.LinkDown, ["mlx4_en", "alx", "s2io"], "Link Down",
            "mellanox/mlx4/en_netdev.c, atheros/alx/main.c alx_check_link()") { AnyDriver = true },
        new("upper-link-up", MessageKind.LinkUp, ["enic"], "Link UP", "cisco/enic/enic_main.c enic_link_check()")
        { AnyDriver = true },
        new("upper-link-down", MessageKind.LinkDown, ["enic"], "Link DOWN", "cisco/enic/enic_main.c enic_link_check()")
        { AnyDriver = true },
        new("small-link-up", MessageKind.LinkUp, ["r8168", "r8125", "r8169", "forcedeth", "hns3", "pcnet32"], "link up",
            "drivers/net/mii.c mii_check_media(), nvidia/forcedeth.c, hisilicon/hns3") { AnyDriver = true },
        new("small-link-up-stop", MessageKind.LinkUp, ["natsemi", "forcedeth"], "link up.",
            "natsemi/natsemi.c check_link()") { AnyDriver = true },
        new("small-link-up-comma", MessageKind.LinkUp, ["8139too", "8139cp", "via-rhine", "cxgb4", "pcnet32"],
            "link up, %*", "drivers/net/mii.c mii_check_media(), chelsio/cxgb4") { AnyDriver = true },
        new("small-link-up-at", MessageKind.LinkUp, ["sfc"], "link up at %*",
            "sfc/efx_common.c efx_link_status_changed()") { AnyDriver = true },
        new("small-link-up-bracket", MessageKind.LinkUp, ["au1000_eth", "dnet"], "link up (%*",
            "amd/au1000_eth.c, dnet.c") { AnyDriver = true },
        new("small-link-down", MessageKind.LinkDown, ["r8168", "r8125", "r8169", "forcedeth", "hns3", "pcnet32"],
            "link down", "drivers/net/mii.c mii_check_media(), nvidia/forcedeth.c, hisilicon/hns3")
        { AnyDriver = true },
        new("small-link-down-stop", MessageKind.LinkDown, ["natsemi", "forcedeth"], "link down.",
            "natsemi/natsemi.c check_link()") { AnyDriver = true },
    ];

    /// <summary>Link messages of single drivers.</summary>
    private static HangPattern[] DriverLinks =>
    [
        new("bnx2-link-up", MessageKind.LinkUp, ["bnx2"], "NIC %s Link is Up, %*", "broadcom/bnx2.c bnx2_report_link()")
        { Shapes = EveryLinkShape },
        new("bnx2-link-down", MessageKind.LinkDown, ["bnx2"], "NIC %s Link is Down",
            "broadcom/bnx2.c bnx2_report_link()") { Shapes = EveryLinkShape },
        new("alx-link-up", MessageKind.LinkUp, ["alx"], "NIC Up: %d %s", "atheros/alx/main.c alx_check_link()"),
        new("r8152-carrier-on", MessageKind.LinkUp, ["r8152"], "carrier on", "drivers/net/usb/r8152.c set_carrier()"),
        new("r8152-carrier-off", MessageKind.LinkDown, ["r8152"], "carrier off",
            "drivers/net/usb/r8152.c set_carrier()"),
        new("hinic-link-up", MessageKind.LinkUp, ["hinic"], "HINIC_Link is UP",
            "huawei/hinic/hinic_main.c link_status_event_handler()"),
        new("hinic-link-down", MessageKind.LinkDown, ["hinic"], "HINIC_Link is DOWN",
            "huawei/hinic/hinic_main.c link_status_event_handler()"),
        new("gve-link-up", MessageKind.LinkUp, ["gve", "gvnic"], "Device link is up.",
            "google/gve/gve_main.c gve_handle_link_status()"),
        new("gve-link-down", MessageKind.LinkDown, ["gve", "gvnic"], "Device link is down.",
            "google/gve/gve_main.c gve_handle_link_status()"),
        // 0 Mbps means no link. A change of the speed alone is not a link change.
        new("atlantic-link-up", MessageKind.LinkUp, ["atlantic"], "atlantic: link change old 0 new %u",
            "aquantia/atlantic/aq_nic.c aq_nic_update_link_status()"),
        new("atlantic-link-down", MessageKind.LinkDown, ["atlantic"], "atlantic: link change old %u new 0",
            "aquantia/atlantic/aq_nic.c aq_nic_update_link_status()"),
        new("qede-link-up", MessageKind.LinkUp, ["qede"], "Link is up", "qlogic/qede/qede_main.c qede_link_update()")
        { Shapes = PrefixShapes.Function },
        new("qede-link-down", MessageKind.LinkDown, ["qede"], "Link is down",
            "qlogic/qede/qede_main.c qede_link_update()") { Shapes = PrefixShapes.Function },
        new("ax88179-link-up", MessageKind.LinkUp, ["ax88179_178a"], "ax88179 - Link status is: 1",
            "drivers/net/usb/ax88179_178a.c ax88179_status()"),
        new("ax88179-link-down", MessageKind.LinkDown, ["ax88179_178a"], "ax88179 - Link status is: 0",
            "drivers/net/usb/ax88179_178a.c ax88179_status()"),
    ];
}
