namespace NicHangExporter.Detection.Patterns;

internal static partial class HangPatterns
{
    /// <summary>NICs of guests: virtio, VMware and the clouds.</summary>
    private static HangPattern[] Virtual =>
    [
        // The driver does not recover. The message repeats every 5 s until the host drains the queue.
        new("virtio-tx-timeout", MessageKind.Hang, ["virtio_net"],
            "TX timeout on queue: %u, sq: %s, vq: 0x%x, name: %s, %u usecs ago",
            "drivers/net/virtio_net.c virtnet_tx_timeout()") { Distinctive = true, QueueAt = 0, MicrosecondsAt = 4 },
        new("vmxnet3-tx-hang", MessageKind.Hang, ["vmxnet3"], "tx hang",
            "drivers/net/vmxnet3/vmxnet3_drv.c vmxnet3_tx_timeout()") { Shapes = NetdevOrDevice },
        new("vmxnet3-tq-error", MessageKind.Hang, ["vmxnet3"], "tq[%d] error 0x%x",
            "drivers/net/vmxnet3/vmxnet3_drv.c vmxnet3_process_events()") { IsOwnCheck = true, QueueAt = 0 },
        new("vmxnet3-reset", MessageKind.Reset, ["vmxnet3"], "resetting",
            "drivers/net/vmxnet3/vmxnet3_drv.c vmxnet3_reset_work()") { Shapes = NetdevOrDevice },

        new("ena-paused-queue", MessageKind.Hang, ["ena"],
            "TX q %d is paused for too long (threshold %u). Time since last napi %u usec. napi scheduled: %d",
            "amazon/ena/ena_netdev.c ena_tx_timeout()") { Distinctive = true, QueueAt = 0 },
        new("ena-tx-timeout", MessageKind.Hang, ["ena"], "Transmit time out",
            "amazon/ena/ena_netdev.c ena_tx_timeout(), 6.1"),
        new("ena-invalid-queue", MessageKind.Hang, ["ena"], "TX timeout on invalid queue %u",
            "amazon/ena/ena_netdev.c ena_tx_timeout()") { QueueAt = 0 },
        new("ena-lost-completions", MessageKind.Hang, ["ena"],
            "Lost TX completions are above the threshold (%d > %d). Completion transmission timeout: %u.",
            "amazon/ena/ena_netdev.c check_missing_comp_in_tx_queue()") { IsOwnCheck = true, Distinctive = true },
        new("ena-lost-completions-old", MessageKind.Hang, ["ena"],
            "The number of lost tx completions is above the threshold (%d > %d). Reset the device",
            "amazon/ena/ena_netdev.c check_missing_comp_in_tx_queue(), 4.x to 6.6")
        { IsOwnCheck = true, Distinctive = true, DriverResets = true },
        new("ena-msix-tx", MessageKind.Hang, ["ena"], "Potential MSIX issue on Tx side Queue = %d. Reset the device",
            "amazon/ena/ena_netdev.c check_missing_comp_in_tx_queue()")
        { IsOwnCheck = true, Distinctive = true, DriverResets = true, QueueAt = 0 },
        new("ena-msix-rx", MessageKind.Fatal, ["ena"], "Potential MSIX issue on Rx side Queue = %d. Reset the device",
            "amazon/ena/ena_netdev.c check_for_rx_interrupt_queue()") { Trouble = DeviceTrouble.Failed },
        // The device does not answer. ENA resets it, and no other message reports the hang.
        new("ena-keep-alive", MessageKind.Fatal, ["ena"], "Keep alive watchdog timeout.",
            "amazon/ena/ena_netdev.c check_for_missing_keep_alive()")
        { Trouble = DeviceTrouble.NoAnswer, CountsAsHang = true },
        new("ena-admin-queue", MessageKind.Fatal, ["ena"], "ENA admin queue is not in running state!",
            "amazon/ena/ena_netdev.c check_for_admin_com_state()") { Trouble = DeviceTrouble.NoAnswer },
        new("ena-reset-failed", MessageKind.Fatal, ["ena"], "Reset attempt failed. Can not reset the device",
            "amazon/ena/ena_netdev.c ena_restore_device()") { Shapes = NetdevOrDevice, Trouble = DeviceTrouble.Failed },
        new("ena-reset", MessageKind.Reset, ["ena"], "Trigger reset is on",
            "amazon/ena/ena_netdev.c ena_timer_service()") { Shapes = NetdevOrDevice },
        new("ena-resetting", MessageKind.Ignored, ["ena"], "Resetting the device",
            "amazon/ena/ena_netdev.c check_missing_comp_in_tx_queue()"),
        new("ena-reset-done", MessageKind.Recovered, ["ena"], "Device reset completed successfully%*",
            "amazon/ena/ena_netdev.c ena_restore_device()") { Shapes = NetdevOrDevice },
        // One message per descriptor before the threshold is reached, and the counters that a reset dumps.
        new("ena-late-descriptor", MessageKind.Ignored, ["ena"],
            "Found a Tx that wasn't completed on time, qid %d, index %d.%*",
            "amazon/ena/ena_netdev.c check_missing_comp_in_tx_queue()"),
        new("ena-late-descriptor-new", MessageKind.Ignored, ["ena"], "TX hasn't completed, qid %d, index %d.%*",
            "amazon/ena/ena_netdev.c check_missing_comp_in_tx_queue()"),
        new("ena-counter", MessageKind.Ignored, ["ena"], "tx_timeout: %u",
            "amazon/ena/ena_ethtool.c ena_dump_stats_ex()"),

        new("gve-tx-timeout", MessageKind.Hang, ["gve", "gvnic"], "Timeout on tx queue, %d",
            "google/gve/gve_main.c gve_tx_timeout()") { Shapes = NetdevOrDevice, QueueAt = 0 },
        new("gve-reset", MessageKind.Reset, ["gve", "gvnic"], "Performing reset",
            "google/gve/gve_main.c gve_handle_reset()") { Shapes = NetdevOrDevice },
        new("gve-device-reset", MessageKind.Reset, ["gve", "gvnic"], "Device requested reset.",
            "google/gve/gve_main.c gve_handle_status()") { Shapes = NetdevOrDevice, Announces = true },
        new("gve-reset-failed", MessageKind.Fatal, ["gve", "gvnic"], "Reset failed! !!! DISABLING ALL QUEUES !!!",
            "google/gve/gve_main.c gve_reset()") { Trouble = DeviceTrouble.Failed, Shapes = NetdevOrDevice },
    ];
}
