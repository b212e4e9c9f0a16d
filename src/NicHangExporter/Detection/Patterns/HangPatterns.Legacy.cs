namespace NicHangExporter.Detection.Patterns;

internal static partial class HangPatterns
{
    /// <summary>
    /// Texts that dozens of drivers copied from Donald Becker's drivers, with different registers. Any driver may print
    /// them after a prefix that names the interface.
    /// </summary>
    private static HangPattern[] Legacy =>
    [
        new("transmit-timed-out-resetting", MessageKind.Hang,
            ["tg3", "b44", "amd8111e", "sungem", "sunhme", "cassini", "ioc3-eth", "sgiseeq"],
            "transmit timed out, resetting", "broadcom/tg3.c tg3_tx_timeout(), b44.c b44_tx_timeout() and others")
        { AnyDriver = true, Distinctive = true, DriverResets = true },
        new("transmit-timed-out", MessageKind.Hang, ["mtk_soc_eth", "meth", "xirc2ps_cs"], "transmit timed out",
            "mediatek/mtk_eth_soc.c mtk_tx_timeout() and others") { AnyDriver = true },
        new("transmit-timed-out-status", MessageKind.Hang, ["pcnet32", "lance"],
            "transmit timed out, status %4.4x, resetting", "amd/pcnet32.c pcnet32_tx_timeout()")
        { AnyDriver = true, DriverResets = true },
        new("transmit-timed-out-status-stop", MessageKind.Hang, ["lance", "ariadne"],
            "transmit timed out, status %4.4x, resetting.", "amd/lance.c lance_tx_timeout()")
        { AnyDriver = true, DriverResets = true },
        new("transmit-timed-out-status-dots", MessageKind.Hang, ["ravb", "sh-eth"],
            "transmit timed out, status %08x, resetting...", "renesas/ravb_main.c ravb_tx_timeout()")
        { AnyDriver = true, DriverResets = true },
        new("transmit-timed-out-status-reset", MessageKind.Hang, ["sunlance", "declance"],
            "transmit timed out, status %04x, reset", "amd/sunlance.c lance_tx_timeout()")
        { AnyDriver = true, DriverResets = true },
        new("transmit-timed-out-status-only", MessageKind.Hang, ["tc35815"], "transmit timed out, status %#x",
            "toshiba/tc35815.c tc35815_tx_timeout()") { AnyDriver = true },
        new("3c59x-tx-timeout", MessageKind.Hang, ["3c59x"], "transmit timed out, tx_status %2.2x status %4.4x.",
            "3com/3c59x.c vortex_tx_timeout()") { AnyDriver = true, Distinctive = true },
        new("3c515-tx-timeout", MessageKind.Hang, ["3c515"], "transmit timed out, tx_status %2.2x status %4.4x",
            "3com/3c515.c corkscrew_timeout()") { AnyDriver = true },
        new("3c509-tx-timeout", MessageKind.Hang, ["3c509"],
            "transmit timed out, Tx_status %2.2x status %4.4x Tx FIFO room %d", "3com/3c509.c el3_tx_timeout()")
        { AnyDriver = true },
        new("smc91c92-tx-timeout", MessageKind.Hang, ["smc91c92_cs"],
            "transmit timed out, Tx_status %2.2x status %4.4x.", "smsc/smc91c92_cs.c smc_tx_timeout()")
        { AnyDriver = true },
        new("r6040-tx-timeout", MessageKind.Hang, ["r6040"], "transmit timed out, int enable %4.4x status %4.4x",
            "rdc/r6040.c r6040_tx_timeout()") { AnyDriver = true },
        new("netcp-tx-timeout", MessageKind.Hang, ["netcp"], "transmit timed out tx descs(%d)",
            "ti/netcp_core.c netcp_ndo_tx_timeout()") { AnyDriver = true },
        new("transmit-timed-out-guess", MessageKind.Hang, ["smc9194", "ether3"], "transmit timed out, %s?",
            "seeq/ether3.c ether3_timeout(), 3com and others of 2.4") { AnyDriver = true },
        new("capital-transmit-timed-out-guess", MessageKind.Hang, ["atp"], "Transmit timed out, %s?",
            "realtek/atp.c tx_timeout()") { AnyDriver = true },
        new("fmvj18x-tx-timeout", MessageKind.Hang, ["fmvj18x_cs"], "transmit timed out with status %04x, %s?",
            "fujitsu/fmvj18x_cs.c fjn_tx_timeout()") { AnyDriver = true },
        new("transmit-timeout", MessageKind.Hang, ["cpmac"], "transmit timeout", "ti/cpmac.c cpmac_tx_timeout()")
        { AnyDriver = true },

        new("nicvf-tx-timeout", MessageKind.Hang, ["nicvf", "thunder-nicvf", "niu"], "Transmit timed out, resetting",
            "cavium/thunder/nicvf_main.c nicvf_tx_timeout()") { AnyDriver = true, DriverResets = true },
        new("capital-transmit-timed-out", MessageKind.Hang, ["sb1250-mac"], "Transmit timed out",
            "broadcom/sb1250-mac.c sbmac_tx_timeout()") { AnyDriver = true },
        new("catc-tx-timeout", MessageKind.Hang, ["catc"], "Transmit timed out.",
            "drivers/net/usb/catc.c catc_tx_timeout()") { AnyDriver = true },
        new("3c589-tx-timeout", MessageKind.Hang, ["3c589_cs", "3c574_cs"], "Transmit timed out!",
            "3com/3c589_cs.c el3_tx_timeout()") { AnyDriver = true },
        new("via-rhine-tx-timeout", MessageKind.Hang, ["via-rhine"],
            "Transmit timed out, status %04x, PHY status %04x, resetting...", "via/via-rhine.c rhine_tx_timeout()")
        { AnyDriver = true, Distinctive = true, DriverResets = true },
        new("natsemi-tx-timeout", MessageKind.Hang, ["natsemi", "starfire", "fealnx", "winbond-840"],
            "Transmit timed out, status %#08x, resetting...", "natsemi/natsemi.c ns_tx_timeout()")
        { AnyDriver = true, DriverResets = true },
        new("sundance-tx-timeout", MessageKind.Hang, ["sundance"],
            "Transmit timed out, TxStatus %2.2x TxFrameId %2.2x, resetting...", "dlink/sundance.c tx_timeout()")
        { AnyDriver = true, DriverResets = true },
        new("tulip-tx-timeout", MessageKind.Hang, ["tulip"],
            "Transmit timed out, status %08x, CSR12 %08x, resetting...", "dec/tulip/tulip_core.c tulip_tx_timeout()")
        { AnyDriver = true, Distinctive = true, DriverResets = true },
        new("tulip-21140-tx-timeout", MessageKind.Hang, ["tulip"],
            "21140 transmit timed out, status %08x, SIA %08x %08x %08x %08x, resetting...",
            "dec/tulip/tulip_core.c tulip_tx_timeout()") { AnyDriver = true, Distinctive = true, DriverResets = true },
        new("tulip-21041-tx-timeout", MessageKind.Hang, ["tulip", "de2104x"],
            "21041 transmit timed out, status %8.8x, CSR12 %8.8x, %*", "drivers/net/tulip/tulip_core.c, 2.4")
        { AnyDriver = true, DriverResets = true },
        new("tulip-pnic2-tx-timeout", MessageKind.Hang, ["tulip"],
            "PNIC2 transmit timed out, status %08x, CSR6/7 %08x / %08x CSR12 %08x, resetting...",
            "dec/tulip/tulip_core.c tulip_tx_timeout()") { AnyDriver = true, Distinctive = true, DriverResets = true },
        new("tulip-mii-tx-timeout", MessageKind.Hang, ["tulip"], "Transmit timeout using MII device",
            "dec/tulip/tulip_core.c tulip_tx_timeout()") { AnyDriver = true },
        new("tulip-mii-tx-timeout-stop", MessageKind.Hang, ["tulip"], "transmit timeout using MII device.",
            "drivers/net/tulip/tulip_core.c, 2.6") { AnyDriver = true },
        new("epic100-tx-timeout", MessageKind.Hang, ["epic100"], "Transmit timeout using MII device, Tx status %4.4x.",
            "smsc/epic100.c epic_tx_timeout()") { AnyDriver = true },
        new("hamachi-tx-timeout", MessageKind.Hang, ["hamachi"],
            "Hamachi transmit timed out, status %8.8x, resetting...", "packetengines/hamachi.c hamachi_tx_timeout()")
        { AnyDriver = true, DriverResets = true },
        new("yellowfin-tx-timeout", MessageKind.Hang, ["yellowfin"],
            "Yellowfin transmit timed out at %d/%d Tx status %04x, Rx status %04x, resetting...",
            "packetengines/yellowfin.c yellowfin_tx_timeout()") { AnyDriver = true, DriverResets = true },
        new("8139cp-tx-timeout", MessageKind.Hang, ["8139cp"], "Transmit timeout, status %2x %4x %4x %4x",
            "realtek/8139cp.c cp_tx_timeout()") { AnyDriver = true, Distinctive = true },
        new("8139too-tx-timeout", MessageKind.Hang, ["8139too"],
            "Transmit timeout, status %2.2x %4.4x %4.4x media %2.2x.",
            "drivers/net/8139too.c rtl8139_tx_timeout(), 2.4 and 2.6") { AnyDriver = true, Distinctive = true },
        new("8139too-tx-timeout-old", MessageKind.Hang, ["8139too"],
            "Transmit timeout, status %2.2x %4.4x media %2.2x.", "drivers/net/8139too.c rtl8139_tx_timeout(), 2.4")
        { AnyDriver = true, Distinctive = true },
        new("sis-tx-timeout", MessageKind.Hang, ["sis900", "sis190"], "Transmit timeout, status %8.8x %8.8x",
            "sis/sis900.c sis900_tx_timeout()") { AnyDriver = true },
        new("8390-tx-timeout", MessageKind.Hang, ["ne2k-pci", "pcnet_cs", "axnet_cs"],
            "Tx timed out, %s TSR=%#2x, ISR=%#2x, t=%d.", "8390/lib8390.c __ei_tx_timeout()")
        { AnyDriver = true, Distinctive = true },
        new("eepro100-tx-timeout", MessageKind.Hang, ["eepro100"],
            "Transmit timed out: status %4.4x  %4.4x at %d/%d command %8.8x.",
            "drivers/net/eepro100.c speedo_tx_timeout(), 2.4 and 2.6") { AnyDriver = true, Distinctive = true },
        new("dmfe-tx-timeout", MessageKind.Hang, ["dmfe", "uli526x"], "Tx timeout - resetting",
            "dec/tulip/dmfe.c dmfe_timer()") { AnyDriver = true, DriverResets = true },
        new("dl2k-tx-timeout", MessageKind.Hang, ["dl2k"], "Tx timed out (%4.4x), is buffer full?",
            "dlink/dl2k.c rio_tx_timeout()") { AnyDriver = true },
        new("acenic-stuck", MessageKind.Hang, ["acenic"], "Transmitter is stuck, %08x",
            "alteon/acenic.c ace_watchdog()") { AnyDriver = true },
        new("ns83820-tx-timeout", MessageKind.Hang, ["ns83820"], "tx_timeout: tx_done_idx=%d free_idx=%d cmdsts=%08x",
            "natsemi/ns83820.c ns83820_tx_timeout()") { AnyDriver = true },

        new("tx-timeout", MessageKind.Hang, ["sky2", "skge", "ag71xx", "mv643xx_eth_port", "pegasus", "enc28j60"],
            "tx timeout", "marvell/sky2.c sky2_tx_timeout() and others")
        { AnyDriver = true, ResetBy = ["sky2", "ag71xx", "mv643xx_eth_port", "enc28j60"] },
        new("capital-tx-timeout", MessageKind.Hang, ["r8152", "hinic", "gmac-gemini"], "Tx timeout",
            "drivers/net/usb/r8152.c rtl8152_tx_timeout(), huawei/hinic/hinic_main.c")
        { AnyDriver = true, ResetBy = ["r8152"] },
        new("rtl8150-tx-timeout", MessageKind.Hang, ["rtl8150"], "Tx timeout.",
            "drivers/net/usb/rtl8150.c rtl8150_tx_timeout()") { AnyDriver = true },
        new("upper-tx-timeout", MessageKind.Hang, [], "TX timeout", "out-of-tree drivers") { AnyDriver = true },
    ];
}
