namespace NicHangExporter.Detection.Patterns;

internal static partial class HangPatterns
{
    /// <summary>Only these drivers print newlines inside one printk: the registers follow in the same record.</summary>
    private static HangPattern[] Intel =>
    [
        // Printed every 2 s. Since 95ecba62e2fd the queue is stopped again each time, so the core's watchdog does not
        // fire and the driver resets nothing.
        new("e1000e-hardware-unit-hang", MessageKind.Hang, ["e1000e"], "Detected Hardware Unit Hang:",
            "intel/e1000e/netdev.c e1000_print_hw_hang()")
        {
            IsOwnCheck = true, Shapes = NetdevOrDevice, Distinctive = true, HasReport = true,
            PauseRuledOutBy = ["e1000e"],
        },
        // People copy it from the middle of a line.
        new("e1000e-hardware-unit-hang-cut", MessageKind.Hang, ["e1000e"], "Detected Hardware Unit Hang",
            "seen in logs") { IsOwnCheck = true, Shapes = NetdevOrDevice, HasReport = true },
        new("e1000e-tx-unit-hang", MessageKind.Hang, ["e1000e", "igb", "e1000"], "Detected Tx Unit Hang:",
            "drivers/net/e1000e/netdev.c, 2.6.24 to 2.6.30")
        { IsOwnCheck = true, Shapes = NetdevOrDevice, Distinctive = true, HasReport = true },
        // igb names no interface (dev_err), ixgbevf not even the device (pr_err). ixgbe ends the line with a blank.
        new("intel-tx-unit-hang", MessageKind.Hang,
            ["e1000", "igb", "igc", "ixgb", "ixgbe", "ixgbevf", "fm10k", "igbvf", "txgbe", "ngbe"],
            "Detected Tx Unit Hang",
            "intel/e1000/e1000_main.c, igb/igb_main.c, igc/igc_main.c, ixgb/ixgb_main.c, ixgbe/ixgbe_main.c, "
            + "ixgbevf/ixgbevf_main.c, fm10k/fm10k_main.c, WangXun's own drivers")
        {
            IsOwnCheck = true, Shapes = NetdevOrDevice | PrefixShapes.Module, Distinctive = true, HasReport = true,
            // Not igb and igc, which check TXOFF too: a packet may wait for its launch time or a closed gate (etf,
            // taprio).
            PauseRuledOutBy = ["e1000"],
        },
        new("ixgbe-tx-unit-hang-xdp", MessageKind.Hang, ["ixgbe"], "Detected Tx Unit Hang (XDP)",
            "intel/ixgbe/ixgbe_main.c ixgbe_clean_tx_irq()")
        { IsOwnCheck = true, Shapes = NetdevOrDevice, Distinctive = true, HasReport = true },
        new("ixgbevf-tx-unit-hang-xdp", MessageKind.Hang, ["ixgbevf"], "Detected Tx Unit Hang XDP",
            "intel/ixgbevf/ixgbevf_main.c ixgbevf_clean_tx_irq()")
        { IsOwnCheck = true, Shapes = NetdevOrDevice | PrefixShapes.Module, Distinctive = true, HasReport = true },
        new("i40e-tx-timeout", MessageKind.Hang, ["i40e"],
            "tx_timeout: VSI_seid: %d, Q %d, NTC: 0x%x, HWB: 0x%x, NTU: 0x%x, TAIL: 0x%x, INT: 0x%x",
            "intel/i40e/i40e_main.c i40e_tx_timeout()") { Distinctive = true, QueueAt = 1 },
        // Older versions print fewer registers.
        new("i40e-tx-timeout-old", MessageKind.Hang, ["i40e"],
            "tx_timeout: VSI_seid: %d, Q %d, NTC: 0x%x, HWB: 0x%x, NTU: 0x%x, TAIL: 0x%x",
            "intel/i40e/i40e_main.c, 4.x") { Distinctive = true, QueueAt = 1 },
        new("ice-tx-timeout", MessageKind.Hang, ["ice"],
            "tx_timeout: VSI_num: %d, Q %u, NTC: 0x%x, HW_HEAD: 0x%x, NTU: 0x%x, INT: 0x%x",
            "intel/ice/ice_main.c ice_tx_timeout()") { Distinctive = true, QueueAt = 1 },

        // Printed instead of the previous row if the core names no queue.
        new("i40e-tx-timeout-no-queue", MessageKind.Hang, ["i40e", "ice"], "tx_timeout: no netdev hung queue found",
            "intel/i40e/i40e_main.c, ice/ice_main.c, before 5.6") { Distinctive = true },
        new("idpf-tx-timeout", MessageKind.Hang, ["idpf"], "Detected Tx timeout: Count %d, Queue %d",
            "intel/idpf/idpf_txrx.c idpf_tx_timeout()") { Distinctive = true, QueueAt = 1 },
        new("idpf-tx-timeout-own", MessageKind.Hang, ["idpf"], "Detected Tx timeout: Count %d, Queue: %d",
            "Intel's own idpf, idpf_tx_timeout()") { Distinctive = true, QueueAt = 1 },
        new("idpf-tx-timeout-plain", MessageKind.Hang, ["idpf"], "Detected Tx timeout: Count %d",
            "Intel's own idpf, idpf_tx_timeout(), before 5.6") { Distinctive = true },
        // One line, printed for the PCI device.
        new("libwx-tx-unit-hang", MessageKind.Hang, ["txgbe", "ngbe"],
            "Detected Tx Unit Hang: Queue %d, TDH %x, TDT %x, ntu %x, ntc %x, ntc.time_stamp %lx, jiffies %lx",
            "wangxun/libwx/wx_err.c wx_handle_tx_hang()")
        { IsOwnCheck = true, Shapes = NetdevOrDevice, Distinctive = true, QueueAt = 0 },

        new("e1000e-reset", MessageKind.Reset, ["e1000e"], "Reset adapter unexpectedly",
            "intel/e1000e/netdev.c e1000_reset_task()") { Shapes = NetdevOrDevice, Distinctive = true },
        // Also printed after a cable was pulled with packets queued. It is no proof of a hang.
        new("intel-reset", MessageKind.Reset, ["e1000", "e1000e", "igb", "igc", "ixgbe", "ixgbevf", "ixgb"],
            "Reset adapter",
            "intel/e1000/e1000_main.c, igb/igb_main.c, igc/igc_main.c, ixgbe/ixgbe_main.c *_reset_task()")
        { Shapes = NetdevOrDevice, Distinctive = true },
        // Follows "Detected Tx Unit Hang" immediately. Counted as a hang it would double each one.
        new("ixgbe-tx-hang-reset", MessageKind.Reset, ["ixgbe", "txgbe", "ngbe"],
            "tx hang %d detected on queue %d, resetting adapter", "intel/ixgbe/ixgbe_main.c ixgbe_clean_tx_irq()")
        { Announces = true, Distinctive = true, QueueAt = 1 },
        new("ixgbe-tx-hang-reset-old", MessageKind.Reset, ["ixgbe"], "tx hang %d detected, resetting adapter",
            "drivers/net/ixgbe/ixgbe_main.c, before 2.6.37") { Announces = true, Distinctive = true },
        new("fm10k-tx-hang-reset", MessageKind.Reset, ["fm10k"], "tx hang %d detected on queue %d, resetting interface",
            "intel/fm10k/fm10k_main.c fm10k_clean_tx_irq()") { Announces = true, Distinctive = true, QueueAt = 1 },
        new("fm10k-reset", MessageKind.Reset, ["fm10k"], "Reset interface",
            "intel/fm10k/fm10k_pci.c fm10k_reset_subtask()"),
        new("ixgbe-tx-timeout-reset", MessageKind.Reset, ["ixgbe", "txgbe", "ngbe"],
            "initiating reset due to tx timeout",
            "intel/ixgbe/ixgbe_main.c ixgbe_tx_timeout_reset(), wangxun/libwx/wx_err.c")
        { Shapes = NetdevOrDevice, Announces = true, Distinctive = true },
        new("ixgbe-link-loss-reset", MessageKind.Reset, ["ixgbe"], "initiating reset to clear Tx work after link loss",
            "intel/ixgbe/ixgbe_main.c ixgbe_watchdog_flush_tx()") { Announces = true },
        new("libwx-link-loss-reset", MessageKind.Reset, ["txgbe", "ngbe"],
            "initiating reset due to lost link with pending Tx work", "wangxun/libwx/wx_err.c wx_watchdog_flush_tx()")
        { Shapes = NetdevOrDevice, Announces = true },
        new("txgbe-pcie-recovery", MessageKind.Reset, ["txgbe", "ngbe"], "real tx hang. do pcie recovery.",
            "WangXun's own drivers, txgbe_clean_tx_irq()") { Announces = true },
        new("i40e-recovery", MessageKind.Reset, ["i40e", "ice"], "tx_timeout recovery level %d, txqueue %d",
            "intel/i40e/i40e_main.c i40e_tx_timeout(), ice/ice_main.c ice_tx_timeout()")
        { Distinctive = true, QueueAt = 1 },
        new("i40e-recovery-hung-queue", MessageKind.Reset, ["i40e", "ice"],
            "tx_timeout recovery level %d, hung_queue %d", "intel/i40e/i40e_main.c, ice/ice_main.c, before 5.6")
        { Distinctive = true, QueueAt = 1 },
        new("i40e-recovery-plain", MessageKind.Reset, ["i40e"], "tx_timeout recovery level %d",
            "intel/i40e/i40e_main.c, 3.12 to 3.18") { Distinctive = true },
        // The device has reset itself. The next row is the driver's reaction.
        new("idpf-hardware-reset", MessageKind.Ignored, ["idpf"], "HW reset detected",
            "intel/idpf/idpf_lib.c idpf_service_task()") { Shapes = NetdevOrDevice },
        new("idpf-reset", MessageKind.Reset, ["idpf"], "Device HW Reset initiated",
            "intel/idpf/idpf_lib.c idpf_init_hard_reset()") { Shapes = NetdevOrDevice },
        new("iavf-hardware-reset", MessageKind.Reset, ["iavf", "i40evf"], "Hardware reset detected",
            "intel/iavf/iavf_main.c iavf_watchdog_task()") { Shapes = NetdevOrDevice },

        new("i40e-recovery-failed", MessageKind.Fatal, ["i40e"],
            "tx_timeout recovery unsuccessful, device is in non-recoverable state.",
            "intel/i40e/i40e_main.c i40e_tx_timeout()") { Trouble = DeviceTrouble.Failed, Distinctive = true },
        new("i40e-recovery-failed-old", MessageKind.Fatal, ["i40e"], "tx_timeout recovery unsuccessful",
            "intel/i40e/i40e_main.c, before 6.0") { Trouble = DeviceTrouble.Failed },
        new("ice-recovery-failed", MessageKind.Fatal, ["ice"],
            "tx_timeout recovery unsuccessful, device is in unrecoverable state.",
            "intel/ice/ice_main.c ice_tx_timeout()") { Trouble = DeviceTrouble.Failed, Distinctive = true },
        new("e1000e-me-rdt", MessageKind.Fatal, ["e1000e"], "ME firmware caused invalid RDT - resetting",
            "intel/e1000e/netdev.c e1000e_update_rdt_wa()") { Trouble = DeviceTrouble.Firmware, DriverResets = true },
        new("e1000e-me-tdt", MessageKind.Fatal, ["e1000e"], "ME firmware caused invalid TDT - resetting",
            "intel/e1000e/netdev.c e1000e_update_tdt_wa()") { Trouble = DeviceTrouble.Firmware, DriverResets = true },
        new("igb-pcie-link-lost", MessageKind.Fatal, ["igb", "igc"], "PCIe link lost",
            "intel/igb/igb_main.c igb_rd32()") { Trouble = DeviceTrouble.OffBus },
        new("igc-pcie-link-lost", MessageKind.Fatal, ["igb", "igc", "fm10k"], "PCIe link lost, device now detached",
            "intel/igc/igc_main.c igc_rd32()") { Trouble = DeviceTrouble.OffBus },
        new("txgbe-pcie-link-lost", MessageKind.Fatal, ["txgbe", "ngbe"], "pcie link has been lost.",
            "WangXun's own drivers, txgbe_clean_tx_irq()") { Trouble = DeviceTrouble.OffBus },
        new("libwx-pcie-error", MessageKind.Fatal, ["txgbe", "ngbe"], "PCIe error detected during tx timeout",
            "wangxun/libwx/wx_err.c wx_tx_timeout_recovery()")
        { Shapes = NetdevOrDevice, Trouble = DeviceTrouble.OffBus },
        new("ixgbe-overheated", MessageKind.Fatal, ["ixgbe"],
            "Network adapter has been stopped because it has over heated. Restart the computer.%*",
            "intel/ixgbe/ixgbe_main.c ixgbe_check_overtemp_subtask()") { Trouble = DeviceTrouble.Overheated },
        new("igb-overheated", MessageKind.Fatal, ["igb"], "The network adapter was stopped because it overheated",
            "intel/igb/igb_main.c igb_watchdog_task()") { Trouble = DeviceTrouble.Overheated },
        new("ixgbe-ecc", MessageKind.Fatal, ["ixgbe"], "Received ECC Err, initiating reset",
            "intel/ixgbe/ixgbe_main.c ixgbe_msix_other()") { Trouble = DeviceTrouble.Failed, DriverResets = true },
        new("ixgbe-removed", MessageKind.Fatal, ["ixgbe", "ixgbevf"], "Adapter removed",
            "intel/ixgbe/ixgbe_main.c ixgbe_remove_adapter()")
        { Trouble = DeviceTrouble.OffBus, Shapes = NetdevOrDevice },
        new("i40e-malicious-driver", MessageKind.Fatal, ["i40e", "ice"], "Malicious Driver Detection event %*",
            "intel/i40e/i40e_main.c i40e_handle_mdd_event()")
        { Trouble = DeviceTrouble.Failed, Shapes = PrefixShapes.Device },
        new("i40e-recovery-mode", MessageKind.Fatal, ["i40e", "ixgbe"],
            "Firmware recovery mode detected. Limiting functionality.%*",
            "intel/i40e/i40e_main.c i40e_check_recovery_mode()")
        { Trouble = DeviceTrouble.Firmware, Shapes = PrefixShapes.Device },
        new("i40e-repeated-resets", MessageKind.Fatal, ["i40e"], "Entering recovery mode due to repeated FW resets.%*",
            "intel/i40e/i40e_main.c i40e_handle_resets()")
        { Shapes = PrefixShapes.Device, Trouble = DeviceTrouble.Firmware },
        new("ice-rebuild-failed", MessageKind.Fatal, ["ice"], "Rebuild failed, unload and reload driver",
            "intel/ice/ice_main.c ice_rebuild()") { Shapes = PrefixShapes.Device, Trouble = DeviceTrouble.Failed },
        new("idpf-reset-timeout", MessageKind.Fatal, ["idpf"], "Device reset timeout!",
            "intel/idpf/idpf_lib.c idpf_check_reset_complete()")
        { Shapes = NetdevOrDevice, Trouble = DeviceTrouble.Failed },
        new("idpf-no-firmware", MessageKind.Fatal, ["idpf"],
            "The driver was unable to contact the device's firmware. Check that the FW is running. Driver state= 0x%x",
            "intel/idpf/idpf_lib.c idpf_init_hard_reset()")
        { Shapes = NetdevOrDevice, Trouble = DeviceTrouble.NoAnswer },
        new("iavf-reset-never-finished", MessageKind.Fatal, ["iavf", "i40evf"], "Reset never finished (%x)",
            "intel/iavf/iavf_main.c iavf_reset_task()")
        { Trouble = DeviceTrouble.Failed, Shapes = PrefixShapes.Device },
        new("iavf-vf-disabled", MessageKind.Fatal, ["iavf", "i40evf"], "Reset task did not complete, VF disabled",
            "intel/iavf/iavf_main.c iavf_watchdog_task()")
        { Trouble = DeviceTrouble.Failed, Shapes = PrefixShapes.Device },
    ];

    /// <summary>Messages that resemble a hang but are not one: late time stamps, a pause storm, a hint.</summary>
    private static HangPattern[] IntelTraps =>
    [
        new("intel-tx-timestamp-hang", MessageKind.Ignored, ["e1000e", "igb", "ixgbe"], "clearing Tx timestamp hang",
            "intel/e1000e/netdev.c, igb/igb_ptp.c, ixgbe/ixgbe_ptp.c") { Shapes = NetdevOrDevice },
        new("igb-rx-timestamp-hang", MessageKind.Ignored, ["igb", "ixgbe"], "clearing Rx timestamp hang",
            "intel/igb/igb_ptp.c igb_ptp_rx_hang()") { Shapes = NetdevOrDevice },
        new("igc-tx-timestamp-timeout", MessageKind.Ignored, ["igc"], "Tx timestamp timeout",
            "intel/igc/igc_ptp.c igc_ptp_tx_timeout()"),
        new("fm10k-fake-hang", MessageKind.Ignored, ["fm10k", "ixgbe"],
            "Fake Tx hang detected with timeout of %d seconds", "intel/fm10k/fm10k_netdev.c fm10k_tx_timeout()"),
        new("ice-fake-hang", MessageKind.Ignored, ["ice"],
            "Fake Tx hang detected on queue %u, timeout caused by PFC storm", "intel/ice/ice_main.c ice_tx_timeout()")
        { Shapes = PrefixShapes.Device },
        new("e1000e-try-pause", MessageKind.Ignored, ["e1000e"], "Try turning off Tx pause (flow control) via ethtool",
            "intel/e1000e/netdev.c e1000_print_hw_hang()"),
    ];
}
