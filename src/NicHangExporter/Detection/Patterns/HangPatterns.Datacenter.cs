namespace NicHangExporter.Detection.Patterns;

internal static partial class HangPatterns
{
    /// <summary>Other server adapters.</summary>
    private static HangPattern[] Datacenter =>
    [
        new("hns3-tx-timeout", MessageKind.Hang, ["hns3"],
            "tx_timeout count: %u, queue id: %d, SW_NTU: 0x%x, SW_NTC: 0x%x, napi state: %u",
            "hisilicon/hns3/hns3_enet.c hns3_get_tx_timeo_queue_info()") { Distinctive = true, QueueAt = 1 },
        new("hns3-tx-timeout-no-queue", MessageKind.Hang, ["hns3"],
            "no netdev TX timeout queue found, timeout count: %u",
            "hisilicon/hns3/hns3_enet.c hns3_get_tx_timeo_queue_info()") { Distinctive = true },
        // Accompanies the first of them.
        new("hns3-queue-state", MessageKind.Ignored, ["hns3"], "queue state: 0x%x, delta msecs: %u",
            "hisilicon/hns3/hns3_enet.c hns3_get_tx_timeo_queue_info()"),
        new("hns3-reset-event", MessageKind.Reset, ["hns3"], "received reset event, reset type is %d",
            "hisilicon/hns3/hns3pf/hclge_main.c hclge_reset_event()") { Shapes = NetdevOrDevice, Announces = true },
        new("hns3-pf-reset", MessageKind.Reset, ["hns3"], "PF reset requested",
            "hisilicon/hns3/hns3pf/hclge_main.c hclge_do_reset()") { Shapes = NetdevOrDevice },
        new("hns3-global-reset", MessageKind.Reset, ["hns3"], "global reset requested",
            "hisilicon/hns3/hns3pf/hclge_main.c hclge_do_reset()") { Shapes = NetdevOrDevice },
        new("hns3-imp-reset", MessageKind.Reset, ["hns3"], "IMP reset requested",
            "hisilicon/hns3/hns3pf/hclge_main.c hclge_do_reset()") { Shapes = NetdevOrDevice },
        new("hns3-reset-failed", MessageKind.Fatal, ["hns3"], "Reset fail!",
            "hisilicon/hns3/hns3pf/hclge_main.c hclge_reset_err_handle()")
        { Trouble = DeviceTrouble.Failed, Shapes = NetdevOrDevice },
        new("hns-reset", MessageKind.Reset, ["hns", "hisi-hns", "hns-nic"],
            "initiating reset due to tx timeout(%u,0x%x)", "hisilicon/hns/hns_enet.c hns_nic_reset_subtask()")
        { AnyDriver = true },

        new("qede-tx-timeout", MessageKind.Hang, ["qede"], "TX timeout on queue %u!",
            "qlogic/qede/qede_main.c qede_tx_timeout()")
        { Shapes = PrefixShapes.Function, Distinctive = true, QueueAt = 0 },
        new("qede-recovery", MessageKind.Reset, ["qede"], "Starting a recovery process",
            "qlogic/qede/qede_main.c qede_recovery_handler()") { Shapes = PrefixShapes.Function },
        new("qede-recovered", MessageKind.Recovered, ["qede"], "Recovery handling is done",
            "qlogic/qede/qede_main.c qede_recovery_handler()") { Shapes = PrefixShapes.Function },
        new("netxen-tx-timeout", MessageKind.Hang, ["netxen_nic", "netxen"], "transmit timeout, resetting.",
            "qlogic/netxen/netxen_nic_main.c netxen_tx_timeout()") { Distinctive = true, DriverResets = true },
        new("qlcnic-tx-timeout", MessageKind.Hang, ["qlcnic"], "Tx timeout, reset the adapter.",
            "qlogic/qlcnic/qlcnic_main.c qlcnic_tx_timeout()") { Distinctive = true, DriverResets = true },
        new("qlcnic-tx-timeout-context", MessageKind.Hang, ["qlcnic"], "Tx timeout, reset adapter context.",
            "qlogic/qlcnic/qlcnic_main.c qlcnic_tx_timeout()") { Distinctive = true, DriverResets = true },
        new("qlcnic-firmware-hang", MessageKind.Fatal, ["qlcnic", "netxen_nic"], "firmware hang detected",
            "qlogic/qlcnic/qlcnic_main.c qlcnic_check_health(), netxen/netxen_nic_main.c")
        { Shapes = NetdevOrDevice, Trouble = DeviceTrouble.Firmware },
        new("qlcnic-overheated", MessageKind.Fatal, ["qlcnic", "netxen_nic"], "Detaching the device: temp=%d",
            "qlogic/qlcnic/qlcnic_main.c qlcnic_detach_work()")
        { Shapes = NetdevOrDevice, Trouble = DeviceTrouble.Overheated },
        new("qede-recovery-failed", MessageKind.Fatal, ["qede"], "Recovery handling has failed. Power cycle is needed.",
            "qlogic/qede/qede_main.c qede_recovery_failed()") { Trouble = DeviceTrouble.Failed },
        new("myri10ge-tx-stuck", MessageKind.Hang, ["myri10ge"], "slice %d: TX stuck %d %d %d %d %d %d",
            "myricom/myri10ge/myri10ge.c myri10ge_check_slice()")
        { IsOwnCheck = true, Distinctive = true, QueueAt = 0 },
        new("myri10ge-gone", MessageKind.Fatal, ["myri10ge"], "device disappeared!",
            "myricom/myri10ge/myri10ge.c myri10ge_watchdog()") { Trouble = DeviceTrouble.OffBus },
        new("qla3xxx-reset", MessageKind.Reset, ["qla3xxx"], "Resetting...", "qlogic/qla3xxx.c ql3xxx_tx_timeout()"),

        // No ndo_tx_timeout: the core never reports for cxgb4, nor for atlantic and macb below.
        new("cxgb4-fatal", MessageKind.Fatal, ["cxgb4"], "encountered fatal error, adapter stopped",
            "chelsio/cxgb4/cxgb4_main.c t4_fatal_err()") { Trouble = DeviceTrouble.Failed, Shapes = NetdevOrDevice },
        new("cxgb3-fatal", MessageKind.Fatal, ["cxgb3", "cxgb"], "encountered fatal error, operation suspended",
            "chelsio/cxgb3/cxgb3_main.c t3_fatal_err()") { Shapes = NetdevOrDevice, Trouble = DeviceTrouble.Failed },
        new("cxgb4-mailbox", MessageKind.Fatal, ["cxgb4"], "command %x in mailbox %d timed out",
            "chelsio/cxgb4/t4_hw.c t4_wr_mbox_meat_timeout()")
        { Trouble = DeviceTrouble.NoAnswer, Shapes = NetdevOrDevice },
        new("cxgb4-sge-stuck", MessageKind.Fatal, ["cxgb4"],
            "SGE idma%u, queue %u, potentially stuck in state %u for %d seconds (%*",
            "chelsio/cxgb4/t4_hw.c t4_idma_monitor()") { Trouble = DeviceTrouble.Failed, Shapes = NetdevOrDevice },

        new("be2net-reset", MessageKind.Reset, ["be2net"], "Initiating reset due to tx timeout",
            "emulex/benet/be_main.c be_tx_timeout()") { Shapes = NetdevOrDevice, Announces = true },
        new("be2net-resetting", MessageKind.Reset, ["be2net"], "Resetting adapter",
            "emulex/benet/be_main.c lancer_fw_reset()") { Shapes = NetdevOrDevice },
        new("be2net-not-responding", MessageKind.Fatal, ["be2net"], "FW not responding",
            "emulex/benet/be_cmds.c be_mcc_wait_compl()") { Shapes = NetdevOrDevice, Trouble = DeviceTrouble.NoAnswer },
        new("be2net-error", MessageKind.Fatal, ["be2net"], "Error detected in the adapter",
            "emulex/benet/be_main.c be_detect_error()") { Shapes = NetdevOrDevice, Trouble = DeviceTrouble.Failed },
        new("be2net-error-card", MessageKind.Fatal, ["be2net"], "Error detected in the card",
            "emulex/benet/be_main.c be_detect_error()") { Shapes = NetdevOrDevice, Trouble = DeviceTrouble.Failed },
        new("be2net-bus-error", MessageKind.Fatal, ["be2net"], "EEH error detected",
            "emulex/benet/be_main.c be_eeh_err_detected()") { Shapes = NetdevOrDevice, Trouble = DeviceTrouble.OffBus },
        new("be2net-recovery-failed", MessageKind.Fatal, ["be2net"], "Adapter recovery failed",
            "emulex/benet/be_main.c be_err_recover()") { Shapes = NetdevOrDevice, Trouble = DeviceTrouble.Failed },
        new("be2net-reset-failed", MessageKind.Fatal, ["be2net"], "Reset failed .. Reboot server",
            "emulex/benet/be_main.c be_tx_timeout()") { Shapes = NetdevOrDevice, Trouble = DeviceTrouble.Failed },
        new("be2net-recovered", MessageKind.Recovered, ["be2net"], "Adapter recovery successful",
            "emulex/benet/be_main.c be_err_recover()") { Shapes = NetdevOrDevice },
        new("sfc-resetting", MessageKind.Reset, ["sfc", "sfc-falcon", "sfc-siena"], "resetting (%s)",
            "sfc/efx_common.c efx_reset()"),
        new("sfc-disabled", MessageKind.Fatal, ["sfc", "sfc-falcon", "sfc-siena"], "has been disabled",
            "sfc/efx_common.c efx_reset()") { Trouble = DeviceTrouble.Failed },
        new("sfc-tx-stuck", MessageKind.Hang, ["sfc", "sfc-falcon", "sfc-siena"],
            "TX stuck with port_enabled=%d: resetting channels", "sfc/efx_common.c efx_watchdog()")
        { Distinctive = true, DriverResets = true },
        new("nfp-tx-timeout", MessageKind.Hang, ["nfp", "nfp_netvf"], "TX watchdog timeout on ring: %u",
            "netronome/nfp/nfp_net_common.c nfp_net_tx_timeout()")
        { Shapes = NetdevOrDevice, Distinctive = true, QueueAt = 0 },
        new("ionic-tx-timeout", MessageKind.Hang, ["ionic"], "Tx Timeout triggered - txq %d",
            "pensando/ionic/ionic_lif.c ionic_tx_timeout()") { AnyDriver = true, QueueAt = 0 },
        new("ionic-heartbeat", MessageKind.Fatal, ["ionic"], "FW heartbeat stalled at %d",
            "pensando/ionic/ionic_dev.c ionic_heartbeat_check()")
        { Shapes = NetdevOrDevice, Trouble = DeviceTrouble.Firmware },
        new("ionic-heartbeat-back", MessageKind.Recovered, ["ionic"], "FW heartbeat restored at %d",
            "pensando/ionic/ionic_dev.c ionic_heartbeat_check()") { Shapes = NetdevOrDevice },
        new("ionic-firmware-stop", MessageKind.Fatal, ["ionic"], "Surprise FW stop, stopping queues",
            "pensando/ionic/ionic_lif.c ionic_lif_handle_fw_down()")
        { Shapes = NetdevOrDevice, Trouble = DeviceTrouble.Firmware },
        new("octep-heartbeats", MessageKind.Fatal, ["octeon_ep", "octeon_ep_vf"],
            "Missed %u heartbeats. Uninitializing", "marvell/octeon_ep/octep_main.c octep_hb_timeout_task()")
        { Shapes = NetdevOrDevice, Trouble = DeviceTrouble.Firmware },
        new("enic-hang-reset-failed", MessageKind.Fatal, ["enic"], "vNIC hang reset failed, err %d",
            "cisco/enic/enic_main.c enic_dev_hang_reset()") { Trouble = DeviceTrouble.Failed },
        new("mana-reset", MessageKind.Reset, ["mana"], "Start MANA service type:%d",
            "microsoft/mana/gdma_main.c mana_gd_process_eqe()") { Shapes = NetdevOrDevice },
        new("mana-no-answer", MessageKind.Fatal, ["mana"], "HWC: Request timed out!",
            "microsoft/mana/hw_channel.c mana_hwc_send_request()")
        { Shapes = NetdevOrDevice, Trouble = DeviceTrouble.NoAnswer },
        new("mana-no-answer-ms", MessageKind.Fatal, ["mana"], "HWC: Request timed out: %u ms",
            "microsoft/mana/hw_channel.c mana_hwc_send_request()")
        { Shapes = NetdevOrDevice, Trouble = DeviceTrouble.NoAnswer },
        new("mana-no-answer-command", MessageKind.Fatal, ["mana"], "HWC: Request timed out: %u ms for command 0x%x",
            "microsoft/mana/hw_channel.c mana_hwc_send_request()")
        { Shapes = NetdevOrDevice, Trouble = DeviceTrouble.NoAnswer },
        new("ne6x-tx-timeout", MessageKind.Hang, ["ne6x"],
            "tx_timeout: adapter: %u, Q: %u, NTC: 0x%x, HEAD: 0x%x, NTU: 0x%x, TAIL: 0x%x, INTR: 0x%x",
            "openEuler kernels, bzwx/nce ne6x_tx_timeout()") { AnyDriver = true, Distinctive = true, QueueAt = 1 },
        new("liquidio-tx-timeout", MessageKind.Hang, ["liquidio", "LiquidIO", "LiquidIO_VF"],
            "Transmit timeout tx_dropped:%d, waking up queues now!!",
            "cavium/liquidio/lio_main.c liquidio_tx_timeout()") { AnyDriver = true },
        new("dpaa-tx-timeout", MessageKind.Hang, ["fsl_dpa", "fsl_dpaa_mac"], "Transmit timeout latency: %u ms",
            "freescale/dpaa/dpaa_eth.c dpaa_tx_timeout()") { AnyDriver = true, MillisecondsAt = 0 },
        new("xgbe-tx-timeout", MessageKind.Hang, ["amd-xgbe", "xlgmac"], "tx timeout, device restarting",
            "amd/xgbe/xgbe-drv.c xgbe_tx_timeout()") { AnyDriver = true, DriverResets = true },
    ];
}
