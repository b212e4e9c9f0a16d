namespace NicHangExporter.Detection.Patterns;

internal static partial class HangPatterns
{
    /// <summary>Boards, systems on a chip, and drivers of on-board controllers that print little.</summary>
    private static HangPattern[] Embedded =>
    [
        // Printed under the name of the glue driver (rk_gmac-dwmac and others). The full stop distinguishes it from
        // Intel's.
        new("stmmac-reset", MessageKind.Reset, ["stmmac", "txgbe", "ngbe"], "Reset adapter.",
            "stmicro/stmmac/stmmac_main.c stmmac_reset_subtask(), wangxun/libwx/wx_err.c wx_pf_reset_subtask()")
        { Shapes = NetdevOrDevice, AnyDriver = true },
        new("macb-tx-stall", MessageKind.Hang, ["macb"], "TX stall detected on queue %d (%*",
            "Raspberry Pi kernels, cadence/macb_main.c")
        { AnyDriver = true, Distinctive = true, DriverResets = true, QueueAt = 0 },
        new("macb-halt", MessageKind.Fatal, ["macb"], "BUG: halt tx timed out",
            "cadence/macb_main.c macb_tx_error_task()") { Trouble = DeviceTrouble.Failed },
        new("macb-exhausted", MessageKind.Fatal, ["macb"], "BUG: TX buffers exhausted mid-frame",
            "cadence/macb_main.c macb_tx_error_task()") { Trouble = DeviceTrouble.Failed },
        new("macb-hresp", MessageKind.Fatal, ["macb"], "DMA bus error: HRESP not OK",
            "cadence/macb_main.c macb_interrupt()") { Trouble = DeviceTrouble.Failed },
        new("macb-rx-corruption", MessageKind.Fatal, ["macb"], "RX queue corruption: reset it",
            "cadence/macb_main.c macb_rx()") { Trouble = DeviceTrouble.Failed },
        new("atlantic-boot-code", MessageKind.Fatal, ["atlantic"], "Boot code hanged",
            "aquantia/atlantic/hw_atl/hw_atl_utils.c")
        { Trouble = DeviceTrouble.Firmware, Shapes = NetdevOrDevice | PrefixShapes.Module },
        new("atlantic-fw-restart", MessageKind.Fatal, ["atlantic"], "FW Restart timed out",
            "aquantia/atlantic/hw_atl/hw_atl_utils.c")
        { Trouble = DeviceTrouble.Firmware, Shapes = NetdevOrDevice | PrefixShapes.Module },
        new("alx-reset", MessageKind.Reset, ["alx"], "fatal interrupt 0x%x, resetting",
            "atheros/alx/main.c alx_intr_handle_misc()"),
        new("atl1c-hardware-error", MessageKind.Fatal, ["atl1c"], "atl1c hardware error (status = 0x%x)",
            "atheros/atl1c/atl1c_main.c atl1c_intr()") { Trouble = DeviceTrouble.Failed, Shapes = NetdevOrDevice },
        // The first line of its dump at each timeout. The driver then restarts the controller.
        new("fec-tx-ring-dump", MessageKind.Hang, ["fec"], "TX ring dump",
            "freescale/fec_main.c fec_dump(), called by fec_timeout()") { ResetBy = ["fec"] },
        new("rtase-tx-ring-dump", MessageKind.Hang, ["rtase"], "Tx descriptor info:",
            "realtek/rtase/rtase_main.c rtase_dump_state(), called by rtase_tx_timeout()") { ResetBy = ["rtase"] },
        new("et131x-send-stuck", MessageKind.Hang, ["et131x"], "Send stuck - reset. tcb->WrIndex %x",
            "agere/et131x.c et131x_tx_timeout()") { Shapes = NetdevOrDevice, Distinctive = true, DriverResets = true },
        new("et131x-hardware-error", MessageKind.Fatal, ["et131x"], "hardware error - reset",
            "agere/et131x.c et131x_tx_timeout()") { Shapes = NetdevOrDevice, Trouble = DeviceTrouble.Failed },
        new("au1000-tx-timeout", MessageKind.Hang, ["au1000-eth"], "au1000_tx_timeout: dev=%p",
            "amd/au1000_eth.c au1000_tx_timeout()") { AnyDriver = true },
        new("sky2-rx-hang", MessageKind.Fatal, ["sky2"], "receiver hang detected", "marvell/sky2.c sky2_watchdog()")
        { Trouble = DeviceTrouble.Failed },
        new("forcedeth-tx-timeout", MessageKind.Hang, ["forcedeth"], "Got tx_timeout. irq status: %x",
            "nvidia/forcedeth.c nv_tx_timeout()") { Distinctive = true },
        new("forcedeth-tx-timeout-old", MessageKind.Hang, ["forcedeth"], "Got tx_timeout. irq: %x",
            "nvidia/forcedeth.c nv_tx_timeout(), before 3.x") { Distinctive = true },
        new("cpsw-tx-timeout", MessageKind.Hang, ["cpsw"], "transmit timeout, restarting dma",
            "ti/cpsw_priv.c cpsw_ndo_tx_timeout()") { AnyDriver = true, DriverResets = true },
        new("emac-tx-timeout", MessageKind.Hang, ["davinci_emac"], "DaVinci EMAC: xmit timeout, restarting TX",
            "ti/davinci_emac.c emac_dev_tx_timeout()") { Shapes = NetdevOrDevice, DriverResets = true },
        new("am65-tx-timeout", MessageKind.Hang, ["am65-cpsw-nuss"],
            "txq:%d DRV_XOFF:%d tmo:%u dql_avail:%d free_desc:%u",
            "ti/am65-cpsw-nuss.c am65_cpsw_nuss_ndo_host_tx_timeout()") { QueueAt = 0, MillisecondsAt = 2 },
        new("pxa168-tx-timeout", MessageKind.Hang, ["pxa168-eth"], "TX timeout desc_count %d",
            "marvell/pxa168_eth.c pxa168_eth_tx_timeout()") { AnyDriver = true },
        new("encx24j600-tx-timeout", MessageKind.Hang, ["encx24j600"], "TX timeout at %d, latency %d",
            "microchip/encx24j600.c encx24j600_tx_timeout()") { AnyDriver = true },
        new("qca-tx-timeout", MessageKind.Hang, ["qcaspi", "qcauart"], "Transmit timeout at %d, latency %d",
            "qualcomm/qca_spi.c qcaspi_netdev_tx_timeout()") { AnyDriver = true },
        new("emaclite-tx-timeout", MessageKind.Hang, ["xilinx_emaclite"], "Exceeded transmit timeout of %u ms",
            "xilinx/xilinx_emaclite.c xemaclite_tx_timeout()") { AnyDriver = true },
        new("spl2sw-tx-timeout", MessageKind.Hang, ["sp7021_emac"], "TX timed out!",
            "sunplus/spl2sw_driver.c spl2sw_ethernet_tx_timeout()") { AnyDriver = true },
        new("sun4i-tx-timeout", MessageKind.Hang, ["sun4i-emac"], "tx time out.",
            "allwinner/sun4i-emac.c emac_timeout()") { Shapes = NetdevOrDevice },
        new("ipheth-tx-timeout", MessageKind.Hang, ["ipheth"], "ipheth_tx_timeout: TX timeout",
            "drivers/net/usb/ipheth.c ipheth_tx_timeout()") { Shapes = NetdevOrDevice },
        new("kaweth-tx-timeout", MessageKind.Hang, ["kaweth"], "Tx timed out. Resetting.",
            "drivers/net/usb/kaweth.c kaweth_tx_timeout()") { AnyDriver = true, DriverResets = true },
        new("hso-tx-timeout", MessageKind.Hang, ["hso", "rtl8150"], "Tx timed out.",
            "drivers/net/usb/hso.c hso_net_tx_timeout()") { AnyDriver = true },
    ];
}
