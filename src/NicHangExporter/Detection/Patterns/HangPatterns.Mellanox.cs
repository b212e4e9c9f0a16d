namespace NicHangExporter.Detection.Patterns;

internal static partial class HangPatterns
{
    private const PrefixShapes Mlx5Device = PrefixShapes.Device | PrefixShapes.Traced;

    /// <summary>
    /// Mellanox. mlx4_en prints with a plain printk. Lines of mlx5_core without an interface contain func:line:(pid N).
    /// </summary>
    private static HangPattern[] Mellanox =>
    [
        new("mlx4-tx-timeout", MessageKind.Hang, ["mlx4_en", "mlx4_core"],
            "TX timeout on queue: %d, QP: 0x%x, CQ: 0x%x, Cons: 0x%x, Prod: 0x%x",
            "mellanox/mlx4/en_netdev.c mlx4_en_tx_timeout()") { Distinctive = true, QueueAt = 0 },
        // Printed only with "msglvl timer". Older kernels printed nothing else.
        new("mlx4-tx-timeout-port", MessageKind.Hang, ["mlx4_en", "mlx4_core"], "Tx timeout called on port:%d",
            "mellanox/mlx4/en_netdev.c mlx4_en_tx_timeout()") { Distinctive = true },
        new("mlx4-internal-error", MessageKind.Fatal, ["mlx4_core"], "Internal error detected:",
            "mellanox/mlx4/catas.c dump_err_buf()") { Trouble = DeviceTrouble.Firmware, Shapes = PrefixShapes.Device },
        new("mlx4-internal-error-mark", MessageKind.Fatal, ["mlx4_core"],
            "Internal error detected on the communication channel", "mellanox/mlx4/catas.c")
        { Trouble = DeviceTrouble.Firmware, Shapes = PrefixShapes.Device },
        new("mlx4-channel-offline", MessageKind.Fatal, ["mlx4_core"], "Communication channel is offline.",
            "mellanox/mlx4/main.c mlx4_comm_check_offline()")
        { Shapes = PrefixShapes.Device, Trouble = DeviceTrouble.NoAnswer },
        new("mlx4-reset", MessageKind.Reset, ["mlx4_core"], "device is going to be reset",
            "mellanox/mlx4/catas.c mlx4_enter_error_state()") { Shapes = PrefixShapes.Device },
        new("mlx4-reset-done", MessageKind.Recovered, ["mlx4_core"], "device was reset successfully",
            "mellanox/mlx4/catas.c mlx4_enter_error_state()") { Shapes = PrefixShapes.Device },

        new("mlx5-tx-timeout", MessageKind.Hang, ["mlx5_core", "mlx5_core.eth", "mlx5_core.sf"], "TX timeout detected",
            "mellanox/mlx5/core/en_main.c mlx5e_tx_timeout()") { Shapes = NetdevOrDevice },
        new("mlx5-tx-timeout-queue", MessageKind.Hang, ["mlx5_core"],
            "TX timeout on queue: %d, SQ: 0x%x, CQ: 0x%x, SQ Cons: 0x%x SQ Prod: 0x%x, usecs since last trans: %u",
            "mellanox/mlx5/core/en/reporter_tx.c") { Distinctive = true, QueueAt = 0, MicrosecondsAt = 5 },
        new("mlx5-tx-timeout-queue-old", MessageKind.Hang, ["mlx5_core"],
            "TX timeout on queue: %d, SQ: 0x%x, CQ: 0x%x, SQ Cons: 0x%x SQ Prod: 0x%x",
            "mellanox/mlx5/core/en_main.c, 4.x") { Distinctive = true, QueueAt = 0 },
        new("mlx5-eq", MessageKind.Ignored, ["mlx5_core"], "EQ 0x%x: Cons = 0x%x, irqn = 0x%x",
            "mellanox/mlx5/core/en/health.c mlx5e_health_channel_eq_recover()"),
        new("mlx5-recovered-eqes", MessageKind.Recovered, ["mlx5_core"], "Recovered %d eqes on EQ 0x%x",
            "mellanox/mlx5/core/en/health.c mlx5e_health_channel_eq_recover()") { Shapes = NetdevOrDevice },
        new("mlx5-reopen-failed", MessageKind.Fatal, ["mlx5_core"],
            "mlx5e_safe_reopen_channels failed recovering from a tx_timeout, err(%d).",
            "mellanox/mlx5/core/en/reporter_tx.c") { Trouble = DeviceTrouble.Failed },
        new("mlx5-err-cqe", MessageKind.Ignored, ["mlx5_core"], "ERR CQE on SQ: 0x%x",
            "mellanox/mlx5/core/en/reporter_tx.c"),
        new("mlx5-fatal", MessageKind.Fatal, ["mlx5_core"], "Fatal error %u detected",
            "mellanox/mlx5/core/health.c poll_health()") { Trouble = DeviceTrouble.Firmware, Shapes = Mlx5Device },
        new("mlx5-miss-count", MessageKind.Fatal, ["mlx5_core"], "device's health compromised - reached miss count",
            "mellanox/mlx5/core/health.c poll_health()") { Trouble = DeviceTrouble.NoAnswer, Shapes = Mlx5Device },
        new("mlx5-health", MessageKind.Fatal, ["mlx5_core"], "Health issue observed, %*",
            "mellanox/mlx5/core/health.c print_health_info()")
        { Trouble = DeviceTrouble.Firmware, Shapes = Mlx5Device },
        new("mlx5-bad-device", MessageKind.Fatal, ["mlx5_core"], "handling bad device here",
            "mellanox/mlx5/core/health.c mlx5_health_try_recover()")
        { Trouble = DeviceTrouble.Firmware, Shapes = Mlx5Device },
        new("mlx5-recovery-start", MessageKind.Reset, ["mlx5_core"], "starting health recovery flow",
            "mellanox/mlx5/core/health.c mlx5_health_try_recover()") { Shapes = Mlx5Device },
        new("mlx5-recovery-failed", MessageKind.Fatal, ["mlx5_core"], "health recovery failed",
            "mellanox/mlx5/core/health.c mlx5_fw_fatal_reporter_err_work()")
        { Trouble = DeviceTrouble.Failed, Shapes = Mlx5Device },
        new("mlx5-recovery-aborted", MessageKind.Fatal, ["mlx5_core"],
            "health recovery flow aborted, PCI reads still not working",
            "mellanox/mlx5/core/health.c mlx5_health_try_recover()")
        { Shapes = Mlx5Device, Trouble = DeviceTrouble.OffBus },
        new("mlx5-unloading", MessageKind.Fatal, ["mlx5_core"], "Driver is in error state. Unloading",
            "mellanox/mlx5/core/health.c mlx5_fw_fatal_reporter_err_work()")
        { Shapes = Mlx5Device, Trouble = DeviceTrouble.Firmware },
        new("mlx5-firmware-silent", MessageKind.Fatal, ["mlx5_core"],
            "Firmware is not responsive (0x%04x) after %llu ms", "mellanox/mlx5/core/fw_reset.c mlx5_pci_link_toggle()")
        { Shapes = Mlx5Device, Trouble = DeviceTrouble.NoAnswer },
        new("mlx5-recovery-done", MessageKind.Recovered, ["mlx5_core"], "health recovery succeeded",
            "mellanox/mlx5/core/health.c mlx5_health_try_recover()") { Shapes = Mlx5Device },

        new("ipoib-timeout", MessageKind.Hang, ["ib_ipoib"], "transmit timeout: latency %d msecs",
            "drivers/infiniband/ulp/ipoib/ipoib_main.c ipoib_timeout()") { AnyDriver = true, MillisecondsAt = 0 },
    ];
}
