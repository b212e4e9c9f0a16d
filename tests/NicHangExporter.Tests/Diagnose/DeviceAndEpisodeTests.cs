using static NicHangExporter.Tests.Diagnose.DiagnosedText;

namespace NicHangExporter.Tests.Diagnose;

/// <summary>Which messages are about one device, and which of them are about one episode.</summary>
public sealed class DeviceAndEpisodeTests
{
    [Fact]
    public void Rename_BetweenTwoHangs_IsOneDevice() => Counts(
        """
        [    3.1] e1000e 0000:00:1f.6 eth0: NIC Link is Up 1000 Mbps Full Duplex, Flow Control: None
        [    3.5] e1000e 0000:00:1f.6 eno1: renamed from eth0
        [    3.6] r8169 0000:02:00.0 eth0: renamed from eth1
        [  100.1] e1000e 0000:00:1f.6 eno1: Detected Hardware Unit Hang:
        [  102.1] NETDEV WATCHDOG: eno1 (e1000e): transmit queue 0 timed out
        """, ("eno1", "0000:00:1f.6", "e1000e", 1, 1, 0, 0, 1, 1, "unknown"));

    [Fact]
    public void Rename_OfAContainersInterface_MovesNothing() => Counts(
        """
        [  10.1] NETDEV WATCHDOG: eth0 (e1000e): transmit queue 0 timed out
        [  10.2] eth0: renamed from vethab12cd
        [  10.3] e1000e 0000:00:1f.6 eth0: Reset adapter unexpectedly
        """, ("eth0", "0000:00:1f.6", "e1000e", 0, 1, 1, 0, 0, 1, "flap"));

    [Fact]
    public void SameNameOnTwoBuses_AreTwoDevices() => Counts(
        """
        [ 1.1] igb 0000:01:00.0 eth0: Reset adapter
        [ 1.2] igb 0000:01:00.0 eth1: renamed from eth0
        [ 1.3] igb 0000:01:00.1 eth0: Reset adapter
        """,
        ("eth1", "0000:01:00.0", "igb", 0, 0, 1, 0, 0, 0, "unknown"),
        ("eth0", "0000:01:00.1", "igb", 0, 0, 1, 0, 0, 0, "unknown"));

    [Fact]
    public void TwoInterfacesOnOneBus_StayTwo() => Counts(
        """
        [ 1.1] mtk_soc_eth 1e100000.ethernet eth0: NETDEV WATCHDOG: CPU: 1: transmit queue 3 timed out 5010 ms
        [ 1.2] mtk_soc_eth 1e100000.ethernet wan: Link is Down
        """,
        ("eth0", "1e100000.ethernet", "mtk_soc_eth", 0, 1, 0, 0, 0, 1, "unknown"),
        ("wan", "1e100000.ethernet", "mtk_soc_eth", 0, 0, 0, 1, 0, 0, "unknown"));

    [Fact]
    public void Igb_BusOnlyThenNamed_IsOneDevice() => Counts(
        """
        [ 10.1] igb 0000:01:00.0: Detected Tx Unit Hang
        [ 12.1] NETDEV WATCHDOG: eth0 (igb): transmit queue 0 timed out
        [ 12.2] igb 0000:01:00.0 eth0: Reset adapter
        [ 15.2] igb: eth0 NIC Link is Up 1000 Mbps Full Duplex, Flow Control: RX/TX
        """, ("eth0", "0000:01:00.0", "igb", 1, 1, 1, 0, 1, 1, "flap"));

    [Fact]
    public void Reboot_BetweenHangs_PartsTheEpisodes() => Counts(
        """
        [ 500.1] e1000e 0000:00:1f.6 eno1: Detected Hardware Unit Hang:
        [ 502.1] e1000e 0000:00:1f.6 eno1: Detected Hardware Unit Hang:
        [   0.0] Linux version 6.1.0
        [  20.1] e1000e 0000:00:1f.6 eno1: Detected Hardware Unit Hang:
        [  22.1] e1000e 0000:00:1f.6 eno1: Detected Hardware Unit Hang:
        """, ("eno1", "0000:00:1f.6", "e1000e", 4, 0, 0, 0, 0, 2, "wedge"));

    [Fact]
    public void Watchdog_GrowingOverAnHour_IsOneWedge() => Counts(
        """
        [ 1000.0] mtk_soc_eth 1e100000.ethernet eth0: NETDEV WATCHDOG: CPU: 1: transmit queue 3 timed out 5010 ms
        [ 2000.0] mtk_soc_eth 1e100000.ethernet eth0: NETDEV WATCHDOG: CPU: 1: transmit queue 3 timed out 1005010 ms
        [ 4600.0] mtk_soc_eth 1e100000.ethernet eth0: NETDEV WATCHDOG: CPU: 1: transmit queue 3 timed out 3605010 ms
        """, ("eth0", "1e100000.ethernet", "mtk_soc_eth", 0, 3, 0, 0, 0, 1, "wedge"));

    [Fact]
    public void Watchdog_EveryTwentySecondsWithoutGrowing_IsAFlap() => Counts(
        """
        [ 1000.0] r8169 0000:02:00.0 enp2s0: NETDEV WATCHDOG: CPU: 1: transmit queue 0 timed out 5010 ms
        [ 1020.0] r8169 0000:02:00.0 enp2s0: NETDEV WATCHDOG: CPU: 1: transmit queue 0 timed out 5300 ms
        [ 1040.0] r8169 0000:02:00.0 enp2s0: NETDEV WATCHDOG: CPU: 1: transmit queue 0 timed out 5120 ms
        """, ("enp2s0", "0000:02:00.0", "r8169", 0, 3, 0, 0, 0, 1, "flap"));

    [Fact]
    public void LinksOfOtherThings_AreNoDevices() => Assert.Empty(DiagnosedText.Text(
        """
        [ 1.0] pcieport 0000:00:1c.0: pciehp: Slot(0): Link Up
        [ 1.1] imx6q-pcie 33800000.pcie: Link up, Gen2
        [ 1.2] ata3: SATA link down (SStatus 0 SControl 300)
        [ 1.3] bond0: (slave eth0): link status definitely up, 1000 Mbps full duplex
        [ 1.4] IPv6: ADDRCONF(NETDEV_UP): eth0: link is not ready
        [ 1.5] qla2xxx [0000:05:00.0]-500a:2: LOOP UP detected (8 Gbps).
        [ 1.6] br-lan: port 2(eth2) entered disabled state
        [ 1.7] sd 0:0:0:0: [sda] tag#3 timing out command, waited 180s
        [ 1.8] mpt3sas_cm0: SAS host is non-operational !!!!
        [ 1.9] ib_srp: connection closed
        [ 2.0] nfs: server 10.0.0.1 not responding, timed out
        [ 2.1] xhci_hcd 0000:00:14.0: Timeout while waiting for setup device command
        [ 2.2] watchdog: BUG: soft lockup - CPU#3 stuck for 22s! [ksoftirqd/3:30]
        """).Devices);
}
