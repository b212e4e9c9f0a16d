namespace NicHangExporter.Detection.Patterns;

internal static partial class HangPatterns
{
    /// <summary>
    /// Realtek, including USB adapters. r8169 prints nothing at a timeout and resets; only the core reports.
    /// </summary>
    private static HangPattern[] Realtek =>
    [
        new("r8168-timeout-reset", MessageKind.Reset, ["r8168", "r8125", "r8126", "r8127", "r8101", "r8169"],
            "Transmit timeout reset Device!", "Realtek's own drivers, rtl8168_tx_timeout()") { Distinctive = true },
        new("r8169-detached", MessageKind.Fatal, ["r8169"], "Can't reset secondary PCI bus, detach NIC",
            "realtek/r8169_main.c rtl_task()") { Trouble = DeviceTrouble.OffBus },
        new("r8169-aspm", MessageKind.Ignored, ["r8169"], "ASPM disabled on Tx timeout",
            "realtek/r8169_main.c rtl_task()"),
        new("r8169-rxtx-empty", MessageKind.Ignored, ["r8169", "r8168", "r8125"],
            "rtl_rxtx_empty_cond == %d (loop: %d, delay: %u).", "realtek/r8169_main.c rtl_loop_wait()"),
        new("r8169-rxtx-empty-2", MessageKind.Ignored, ["r8169", "r8168", "r8125"],
            "rtl_rxtx_empty_cond_2 == %d (loop: %d, delay: %u).", "realtek/r8169_main.c rtl_loop_wait()"),
        new("r8169-txcfg-empty", MessageKind.Ignored, ["r8169", "r8168", "r8125"],
            "rtl_txcfg_empty_cond == %d (loop: %d, delay: %u).", "realtek/r8169_main.c rtl_loop_wait()"),
        new("r8169-pci-error", MessageKind.Ignored, ["r8169"], "PCI error (cmd = 0x%x, status_errs = 0x%x)",
            "realtek/r8169_main.c rtl8169_pcierr_interrupt()"),
        // "Tx timeout" of r8152 is among the texts that many drivers share.
        new("r8152-tx-status", MessageKind.Ignored, ["r8152"], "Tx status %d",
            "drivers/net/usb/r8152.c write_bulk_callback()"),
        new("r8152-intr", MessageKind.Ignored, ["r8152"], "Stop submitting intr, status %d",
            "drivers/net/usb/r8152.c intr_callback()"),
        // pr_warn("%s\n", __func__): names no device, but the text is unique.
        new("rtl838x-tx-timeout", MessageKind.Hang, ["rtl838x-eth"], "rtl838x_eth_tx_timeout",
            "OpenWrt, target realtek, rtl838x_eth.c") { Shapes = PrefixShapes.Bare, DriverResets = true },
        new("rteth-tx-timeout", MessageKind.Hang, ["rteth"], "rteth_tx_timeout",
            "OpenWrt, target realtek, rtl838x_eth.c rteth_tx_timeout()")
        { Shapes = PrefixShapes.Bare, DriverResets = true },
        new("rtl960x-tx-timeout", MessageKind.Hang, ["rtl960x-eth"], "TX timeout, resetting...",
            "OpenWrt, target realtek, rtl960x rteth_tx_timeout()") { Shapes = NetdevOrDevice, DriverResets = true },
        new("rteth-recovery-failed", MessageKind.Fatal, ["rteth", "rtl838x_eth", "rtl838x-eth"],
            "tx timeout recovery failed: %d", "OpenWrt, target realtek, rteth_reset_work()")
        { AnyDriver = true, Trouble = DeviceTrouble.Failed },
    ];
}
