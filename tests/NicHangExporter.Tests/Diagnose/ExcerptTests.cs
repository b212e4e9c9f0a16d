using static NicHangExporter.Tests.Diagnose.DiagnosedText;

namespace NicHangExporter.Tests.Diagnose;

/// <summary>Drivers that the corpus does not have, written from the kernel's format strings.</summary>
public sealed class ExcerptTests
{
    [Fact]
    public void Ixgbe_HangAndItsThreeAnnouncements_IsOneHangAndThreeResets() => Counts(
        """
        [  155.920193] ixgbe 0000:01:00.0 eth2: Detected Tx Unit Hang (XDP)
        [  155.920193]   Tx Queue             <8>
        [  155.920193]   TDH, TDT             <0>, <2>
        [  155.920193]   next_to_use          <2>
        [  155.920193]   next_to_clean        <0>
        [  155.920193] tx_buffer_info[next_to_clean]
        [  155.920193]   time_stamp           <ffffde69>
        [  155.920193]   jiffies              <ffffe060>
        [  155.920201] ixgbe 0000:01:00.0 eth2: tx hang 1 detected on queue 8, resetting adapter
        [  155.920205] ixgbe 0000:01:00.0 eth2: initiating reset due to tx timeout
        [  155.920230] ixgbe 0000:01:00.0 eth2: Reset adapter
        [  156.300000] ixgbe 0000:01:00.0 eth2: detected SFP+: 5
        [  156.440000] ixgbe 0000:01:00.0 eth2: NIC Link is Up 10 Gbps, Flow Control: RX/TX
        """, ("eth2", "0000:01:00.0", "ixgbe", 1, 0, 3, 0, 1, 1, "flap"));

    [Fact]
    public void Ixgbe_ResetLoopAfterLinkLoss_IsNoHang() => Counts(
        """
        [ 1.100000] ixgbe 0000:01:00.0 eth2: NIC Link is Down
        [ 1.200000] ixgbe 0000:01:00.0 eth2: initiating reset to clear Tx work after link loss
        [ 2.200000] ixgbe 0000:01:00.0 eth2: Reset adapter
        [ 3.200000] ixgbe 0000:01:00.0 eth2: initiating reset to clear Tx work after link loss
        [ 4.200000] ixgbe 0000:01:00.0 eth2: Reset adapter
        """, ("eth2", "0000:01:00.0", "ixgbe", 0, 0, 4, 1, 0, 0, "unknown"));

    [Fact]
    public void Ixgbevf_HangWithoutAnyDevice_IsTheOnlyIxgbevfsHang() => Counts(
        """
        [  100.000000] ixgbevf: Detected Tx Unit Hang
                         Tx Queue             <0>
                         TDH, TDT             <1f>, <21>
                         next_to_use          <21>
                         next_to_clean        <1f>
                       tx_buffer_info[next_to_clean]
                         time_stamp           <10155852e>
                         jiffies              <10155881e>
        [  101.000000] ixgbevf 0000:01:10.0: NIC Link is Up 10 Gbps
        """, (null, "0000:01:10.0", "ixgbevf", 1, 0, 0, 0, 1, 1, "unknown"));

    [Fact]
    public void Tg3_RegisterDump_IsOneHang() => Counts(
        """
        Nov  3 11:22:33 srv kernel: [86460.100000] tg3 0000:03:00.0 eth0: transmit timed out, resetting
        Nov  3 11:22:34 srv kernel: [86460.900000] tg3 0000:03:00.0 eth0: 0x00000000: 0x165f14e4, 0x00100546, 0x02000000, 0x00800010
        Nov  3 11:22:34 srv kernel: [86460.910000] tg3 0000:03:00.0 eth0: 0x00000010: 0xd94a000c, 0x00000000, 0xd94b000c, 0x00000000
        Nov  3 11:22:34 srv kernel: [86461.000000] tg3 0000:03:00.0 eth0: 0: Host status block [00000001:000000a6:(0000:0d0f:0000):(0000:0129)]
        Nov  3 11:22:34 srv kernel: [86461.010000] tg3 0000:03:00.0 eth0: 0: NAPI info [000000a6:000000a6:(0148:0129:01ff):0000:(0529:0000:0000:0000)]
        Nov  3 11:22:34 srv kernel: [86461.100000] tg3 0000:03:00.0: tg3_stop_block timed out, ofs=1400 enable_bit=2
        Nov  3 11:22:34 srv kernel: [86461.200000] tg3 0000:03:00.0 eth0: Link is down
        Nov  3 11:22:38 srv kernel: [86464.600000] tg3 0000:03:00.0 eth0: Link is up at 1000 Mbps, full duplex
        Nov  3 11:22:38 srv kernel: [86464.600001] tg3 0000:03:00.0 eth0: Flow control is on for TX and on for RX
        Nov  3 11:22:38 srv kernel: [86464.600002] tg3 0000:03:00.0 eth0: EEE is disabled
        """, ("eth0", "0000:03:00.0", "tg3", 1, 0, 0, 1, 1, 1, "flap"));

    [Fact]
    public void Bnx2_Dumps_AreOneHang() => Counts(
        """
        [1.0] bnx2 0000:02:00.0 em1: <--- start FTQ dump --->
        [1.1] bnx2 0000:02:00.0 em1: RV2P_PFTQ_CTL 00010000
        [1.2] bnx2 0000:02:00.0 em1: <--- end FTQ dump --->
        [1.3] bnx2 0000:02:00.0 em1: <--- start TBDC dump --->
        [1.4] bnx2 0000:02:00.0 em1: TBDC free cnt: 32
        [1.5] bnx2 0000:02:00.0 em1: <--- end TBDC dump --->
        [1.6] bnx2 0000:02:00.0 em1: DEBUG: intr_sem[0] PCI_CMD[00100406]
        [1.7] bnx2 0000:02:00.0 em1: <--- start MCP states dump --->
        [1.8] bnx2 0000:02:00.0 em1: <--- end MCP states dump --->
        [1.9] bnx2 0000:02:00.0 em1: NIC Copper Link is Down
        [4.9] bnx2 0000:02:00.0 em1: NIC Copper Link is Up, 1000 Mbps full duplex, receive & transmit flow control ON
        """, ("em1", "0000:02:00.0", "bnx2", 1, 0, 0, 1, 1, 1, "unknown"));

    [Fact]
    public void Bnxt_TimeoutWithRings_IsOneHang() => Counts(
        """
        [ 1000.1] ------------[ cut here ]------------
        [ 1000.1] NETDEV WATCHDOG: ens1f0np0 (bnxt_en): transmit queue 3 timed out
        [ 1000.1] WARNING: CPU: 4 PID: 0 at net/sched/sch_generic.c:525 dev_watchdog+0x207/0x210
        [ 1000.2] bnxt_en 0000:3b:00.0 ens1f0np0: TX timeout detected, starting reset task!
        [ 1000.3] bnxt_en 0000:3b:00.0 ens1f0np0: [0]: tx{fw_ring: 0 prod: 1f cons: 12}
        [ 1000.3] bnxt_en 0000:3b:00.0 ens1f0np0: [0]: rx{fw_ring: 4 prod: 1fe} rx_agg{fw_ring: 5 agg_prod: 7f8 sw_agg_prod: 7f8}
        [ 1000.3] bnxt_en 0000:3b:00.0 ens1f0np0: [0]: cp{fw_ring: 1 raw_cons: 3e}
        [ 1004.3] bnxt_en 0000:3b:00.0 ens1f0np0: NIC Link is Down
        [ 1009.3] bnxt_en 0000:3b:00.0 ens1f0np0: NIC Link is Up, 25000 Mbps (NRZ) full duplex, Flow control: none
        """, ("ens1f0np0", "0000:3b:00.0", "bnxt_en", 1, 1, 0, 1, 1, 1, "flap"));

    [Fact]
    public void Mlx5_TimeoutAndQueues_CountEach() => Counts(
        """
        [  500.000000] mlx5_core 0000:08:00.0 eth2: TX timeout detected
        [  500.000100] mlx5_core 0000:08:00.0 eth2: TX timeout on queue: 0, SQ: 0x1164, CQ: 0x41f, SQ Cons: 0x1 SQ Prod: 0x1, usecs since last trans: 21085000

        [  500.000200] mlx5_core 0000:08:00.0 eth2: EQ 0xa: Cons = 0x1, irqn = 0x3f
        [  500.000300] mlx5_core 0000:08:00.0 eth2: Recovered 1 eqes on EQ 0xa
        [  500.000400] mlx5_core 0000:08:00.0 eth2: TX timeout on queue: 7, SQ: 0x1165, CQ: 0x420, SQ Cons: 0x1 SQ Prod: 0x1, usecs since last trans: 21085000
        [  500.100000] mlx5_core 0000:08:00.0: poll_health:717:(pid 0): Fatal error 1 detected
        [  500.100001] mlx5_core 0000:08:00.0: print_health_info:433:(pid 0): assert_var[0] 0x00000001
        """, ("eth2", "0000:08:00.0", "mlx5_core", 3, 0, 0, 0, 0, 1, "flap"));

    [Fact]
    public void Mlx4_TimeoutAndCatastrophe_IsOneDevice() => Counts(
        """
        mlx4_en: ens2: TX timeout on queue: 14, QP: 0x25e, CQ: 0x8e, Cons: 0xffffffa6, Prod: 0x56
        mlx4_core 0000:04:00.0 ens2: NETDEV WATCHDOG: CPU: 7: transmit queue 14 timed out 15360 ms
        mlx4_core 0000:04:00.0: Internal error detected:
        mlx4_core 0000:04:00.0:   buf[00]: 00328f6f
        mlx4_core 0000:04:00.0: device is going to be reset
        mlx4_core 0000:04:00.0: device was reset successfully
        mlx4_en: ens2: Link Down
        mlx4_en: ens2: Link Up
        """, ("ens2", "0000:04:00.0", "mlx4_en", 1, 1, 1, 1, 1, 1, "flap"));

    [Fact]
    public void Hns3_ManyLinesOfOneTimeout_AreOneHang() => Counts(
        """
        [ 77.000001] hns3 0000:7d:00.0 eth0: NETDEV WATCHDOG: CPU: 1: transmit queue 3 timed out 5568 ms
        [ 77.000002] hns3 0000:7d:00.0 eth0: queue state: 0x6, delta msecs: 5568
        [ 77.000003] hns3 0000:7d:00.0 eth0: tx_timeout count: 1, queue id: 3, SW_NTU: 0x1f, SW_NTC: 0x1a, napi state: 16
        [ 77.000004] hns3 0000:7d:00.0 eth0: tx_pkts: 12, tx_bytes: 1200, sw_err_cnt: 0, tx_pending: 5
        [ 77.000005] hns3 0000:7d:00.0 eth0: BD_NUM: 0x7f HW_HEAD: 0x1a, HW_TAIL: 0x1f, BD_ERR: 0x0, INT: 0x0
        [ 77.100000] hns3 0000:7d:00.0: received reset event, reset type is 5
        [ 77.200000] hns3 0000:7d:00.0: PF reset requested
        [ 78.200000] hns3 0000:7d:00.0 eth0: link down
        [ 80.200000] hns3 0000:7d:00.0 eth0: link up
        """, ("eth0", "0000:7d:00.0", "hns3", 1, 1, 2, 1, 1, 1, "flap"));

    [Fact]
    public void Vmxnet3_HangAndReset_AreOneOfEach() => Counts(
        """
        kern  :err   : [  900.1] vmxnet3 0000:0b:00.0 ens192: tx hang
        kern  :notice: [  900.2] vmxnet3 0000:0b:00.0 ens192: resetting
        kern  :info  : [  900.3] vmxnet3 0000:0b:00.0 ens192: intr type 3, mode 0, 3 vectors allocated
        kern  :info  : [  900.4] vmxnet3 0000:0b:00.0 ens192: NIC Link is Up 10000 Mbps
        """, ("ens192", "0000:0b:00.0", "vmxnet3", 1, 0, 1, 0, 1, 1, "flap"));

    [Fact]
    public void Gve_TimeoutThenReset_IsOneDevice() => Counts(
        """
        [  300.1] gve 0000:00:04.0 ens4: NETDEV WATCHDOG: CPU: 0: transmit queue 2 timed out 5184 ms
        [  300.1] gve 0000:00:04.0 ens4: Timeout on tx queue, 2
        [  300.2] gve 0000:00:04.0: Performing reset
        [  301.2] gve 0000:00:04.0 ens4: Device link is up.
        """, ("ens4", "0000:00:04.0", "gve", 1, 1, 1, 0, 1, 1, "flap"));

    [Fact]
    public void Ena_NewWording_IsOneHang() => Counts(
        """
        [ 10.1] ena 0000:00:05.0 ens5: TX hasn't completed, qid 3, index 801. 26 usecs from last napi execution, napi scheduled: 0
        [ 10.2] ena 0000:00:05.0 ens5: Lost TX completions are above the threshold (257 > 128). Completion transmission timeout: 5000.
        [ 10.3] ena 0000:00:05.0 ens5: Resetting the device
        [ 10.4] ena 0000:00:05.0 ens5: Trigger reset is on
        [ 10.5] ena 0000:00:05.0 ens5: tx_timeout: 0
        [ 10.6] ena 0000:00:05.0: Device reset completed successfully
        """, ("ens5", "0000:00:05.0", "ena", 1, 0, 1, 0, 0, 1, "flap"));

    [Fact]
    public void Sky2_OfKernel26_NamesNoBus() => Counts(
        """
        Feb  2 02:02:02 box kernel: NETDEV WATCHDOG: eth0: transmit timed out
        Feb  2 02:02:02 box kernel: sky2 eth0: tx timeout
        Feb  2 02:02:02 box kernel: sky2 eth0: transmit ring 11 .. 498 report=11 done=11
        Feb  2 02:02:03 box kernel: sky2 eth0: disabling interface
        Feb  2 02:02:05 box kernel: sky2 eth0: Link is up at 1000 Mbps, full duplex, flow control both
        """, ("eth0", null, "sky2", 1, 1, 0, 0, 1, 1, "flap"));

    [Fact]
    public void Becker_DriversOf24_NameTheInterfaceOnly() => Counts(
        """
        NETDEV WATCHDOG: eth1: transmit timed out
        eth1: transmit timed out, tx_status 00 status e601.
          diagnostics: net 0ccc media 8880 dma 0000003a fifo 8800
        eth1: Interrupt posted but not delivered -- IRQ blocked by another device?
          Flags; bus-master 1, dirty 16(0) current 32(0)
        """, ("eth1", null, "3c59x", 1, 1, 0, 0, 0, 1, "unknown"));

    [Fact]
    public void R8169_SymptomsAndAspm_AreNoFurtherHangs() => Counts(
        """
        Jul 01 10:00:00 nas kernel: r8169 0000:02:00.0 enp2s0: NETDEV WATCHDOG: CPU: 2: transmit queue 0 timed out 5391 ms
        Jul 01 10:00:00 nas kernel: r8169 0000:02:00.0 enp2s0: ASPM disabled on Tx timeout
        Jul 01 10:00:00 nas kernel: r8169 0000:02:00.0 enp2s0: rtl_txcfg_empty_cond == 0 (loop: 42, delay: 100).
        Jul 01 10:00:00 nas kernel: r8169 0000:02:00.0 enp2s0: rtl_rxtx_empty_cond == 0 (loop: 42, delay: 100).
        Jul 01 10:00:03 nas kernel: r8169 0000:02:00.0 enp2s0: Link is Up - 1Gbps/Full - flow control rx/tx
        """, ("enp2s0", "0000:02:00.0", "r8169", 0, 1, 0, 0, 1, 1, "unknown"));

    [Fact]
    public void Stmmac_UnderItsGluesName_IsAFlap() => Counts(
        """
        [ 5000.1] rk_gmac-dwmac fe1c0000.ethernet end0: NETDEV WATCHDOG: CPU: 0: transmit queue 0 timed out 5020 ms
        [ 5000.2] rk_gmac-dwmac fe1c0000.ethernet end0: Reset adapter.
        [ 5000.3] rk_gmac-dwmac fe1c0000.ethernet end0: Link is Down
        [ 5004.3] rk_gmac-dwmac fe1c0000.ethernet end0: Link is Up - 1Gbps/Full - flow control rx/tx
        """, ("end0", "fe1c0000.ethernet", "rk_gmac-dwmac", 0, 1, 1, 1, 1, 1, "flap"));

    [Fact]
    public void Qede_NamesTheInterfaceInBrackets() => Counts(
        """
        [ 60.1] [qede_tx_timeout:585(ens2f0)]TX timeout on queue 6!
        [ 60.2] [qede_recovery_handler:2603(ens2f0)]Starting a recovery process
        [ 65.2] [qede_recovery_handler:2672(ens2f0)]Recovery handling is done
        [ 66.2] [qede_link_update:2412(ens2f0)]Link is up
        """, ("ens2f0", null, "qede", 1, 0, 1, 0, 1, 1, "flap"));

    [Fact]
    public void Macb_PatchedKernelRestartsItself_IsAFlap() => Counts(
        "[ 9.1] macb 1f00100000.ethernet eth0: TX stall detected on queue 0 (tail=1234 head=1301); re-kicking TSTART\n",
        ("eth0", "1f00100000.ethernet", "macb", 1, 0, 0, 0, 0, 1, "flap"));
}
