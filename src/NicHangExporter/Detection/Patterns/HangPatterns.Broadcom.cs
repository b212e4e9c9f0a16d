namespace NicHangExporter.Detection.Patterns;

internal static partial class HangPatterns
{
    /// <summary>Broadcom. The messages of tg3 and b44 are among the texts that many drivers share.</summary>
    private static HangPattern[] Broadcom =>
    [
        new("tg3-reordering", MessageKind.Reset, ["tg3"],
            "The system may be re-ordering memory-mapped I/O cycles to the network device, attempting to recover. %*",
            "broadcom/tg3.c tg3_tx_recover()"),
        new("tg3-flow-attention", MessageKind.Fatal, ["tg3"], "FLOW Attention error.  Resetting chip.",
            "broadcom/tg3.c tg3_process_error()") { Trouble = DeviceTrouble.Failed, DriverResets = true },
        new("tg3-msi-status", MessageKind.Fatal, ["tg3"], "MSI Status error.  Resetting chip.",
            "broadcom/tg3.c tg3_process_error()") { Trouble = DeviceTrouble.Failed, DriverResets = true },
        new("tg3-dma-status", MessageKind.Fatal, ["tg3"], "DMA Status error.  Resetting chip.",
            "broadcom/tg3.c tg3_process_error()") { Trouble = DeviceTrouble.Failed, DriverResets = true },
        new("tg3-pci-channel", MessageKind.Fatal, ["tg3"], "PCI channel ERROR!", "broadcom/tg3.c tg3_dump_state()")
        { Trouble = DeviceTrouble.Failed },
        new("broadcom-bus-error", MessageKind.Fatal, ["tg3", "bnxt_en"], "PCI I/O error detected",
            "broadcom/tg3.c tg3_io_error_detected(), bnxt/bnxt.c") { Trouble = DeviceTrouble.OffBus },
        // bnx2 prints no "timeout". Its first dump counts as the hang. Its other dumps and the registers belong to the
        // same hang.
        new("bnx2-ftq-dump", MessageKind.Hang, ["bnx2"], "<--- start FTQ dump --->", "broadcom/bnx2.c bnx2_dump_ftq()")
        { Distinctive = true },
        new("bnx2-mcp-dump", MessageKind.Ignored, ["bnx2"], "<--- start MCP states dump --->",
            "broadcom/bnx2.c bnx2_dump_mcp_state()"),
        new("bnx2x-crash-dump", MessageKind.Hang, ["bnx2x"], "begin crash dump -----------------",
            "broadcom/bnx2x/bnx2x_main.c bnx2x_panic_dump()") { Shapes = PrefixShapes.Function, Distinctive = true },
        new("bnx2x-tx-timeout", MessageKind.Reset, ["bnx2x"], "Indicating link is down due to Tx-timeout",
            "broadcom/bnx2x/bnx2x_main.c bnx2x_sp_rtnl_task()") { Shapes = PrefixShapes.Function, Distinctive = true },
        new("bnx2x-mfw", MessageKind.Fatal, ["bnx2x"], "MFW seems hanged: drv_pulse (0x%x) != mcp_pulse (0x%x)",
            "broadcom/bnx2x/bnx2x_main.c bnx2x_drv_pulse()")
        { Trouble = DeviceTrouble.Firmware, Shapes = PrefixShapes.Function },
        new("bnx2x-recovery-failed", MessageKind.Fatal, ["bnx2x"], "Recovery has failed. Power cycle is needed.",
            "broadcom/bnx2x/bnx2x_main.c bnx2x_recovery_failed()") { Trouble = DeviceTrouble.Failed },
        new("bnxt-tx-timeout", MessageKind.Hang, ["bnxt_en"], "TX timeout detected, starting reset task!",
            "broadcom/bnxt/bnxt.c bnxt_tx_timeout()") { Distinctive = true, DriverResets = true },
        new("bnxt-firmware-fatal", MessageKind.Fatal, ["bnxt_en"],
            "Detected firmware fatal condition, initiating reset", "broadcom/bnxt/bnxt.c bnxt_fw_reset_task()")
        { Trouble = DeviceTrouble.Firmware, DriverResets = true },
        new("bnxt-fatal-reset", MessageKind.Fatal, ["bnxt_en"], "Fatal firmware reset event, data1: %*",
            "broadcom/bnxt/bnxt.c bnxt_async_event_process()")
        { Trouble = DeviceTrouble.Firmware, DriverResets = true },
        new("bnxt-non-fatal-reset", MessageKind.Reset, ["bnxt_en"], "Non-fatal firmware reset event, data1: %*",
            "broadcom/bnxt/bnxt.c bnxt_async_event_process()"),
        new("bnxt-solicited-reset", MessageKind.Ignored, ["bnxt_en"], "Solicited firmware reset event, data1: %*",
            "broadcom/bnxt/bnxt.c bnxt_async_event_process()"),
        new("bnxt-reset-aborted", MessageKind.Fatal, ["bnxt_en"], "Firmware reset aborted%*",
            "broadcom/bnxt/bnxt.c bnxt_fw_reset_abort()") { Trouble = DeviceTrouble.Failed },
        new("bnxt-no-answer", MessageKind.Fatal, ["bnxt_en"], "Error (timeout: %u) msg {0x%x 0x%x} len:%d",
            "broadcom/bnxt/bnxt_hwrm.c __hwrm_send()") { Trouble = DeviceTrouble.NoAnswer },
        new("bnxt-no-answer-valid", MessageKind.Fatal, ["bnxt_en"], "Error (timeout: %u) msg {0x%x 0x%x} len:%d v:%d",
            "broadcom/bnxt/bnxt_hwrm.c __hwrm_send()") { Trouble = DeviceTrouble.NoAnswer },
        new("bnxt-reset-not-done", MessageKind.Fatal, ["bnxt_en"], "RESET_DONE not set during FW reset.",
            "broadcom/bnxt/bnxt.c bnxt_hwrm_if_change()") { Trouble = DeviceTrouble.Failed },
        new("bnxt-recovery-watchdog", MessageKind.Ignored, ["bnxt_en"], "Driver recovery watchdog, role: %*",
            "broadcom/bnxt/bnxt.c bnxt_async_event_process()"),
        new("bnxt-hung-task", MessageKind.Ignored, ["bnxt_en"],
            "Device requests max timeout of %d seconds, may trigger hung task watchdog%*",
            "broadcom/bnxt/bnxt.c bnxt_hwrm_ver_get()"),
        new("bcmsysport-timeout", MessageKind.Hang, ["brcm-systemport"], "transmit timeout!",
            "broadcom/bcmsysport.c bcm_sysport_tx_timeout()") { AnyDriver = true },
    ];
}
