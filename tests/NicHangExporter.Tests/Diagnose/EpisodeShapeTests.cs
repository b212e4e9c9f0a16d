using NicHangExporter.Linux;

namespace NicHangExporter.Tests.Diagnose;

/// <summary>
/// The course of a hang that a log proves: repetitions, recoveries and elapsed times, and what remains unknown.
/// </summary>
public sealed class EpisodeShapeTests
{
    [Fact]
    public void CoreAndDriver_SecondsApart_AreOneEvent() => Shape("unknown",
        """
        [  100.0] alx 0000:02:00.0 enp2s0: NETDEV WATCHDOG: CPU: 1: transmit queue 0 timed out 5010 ms
        [  103.2] alx 0000:02:00.0 enp2s0: transmit timed out
        """);

    [Fact]
    public void Queues_OfOneEvent_AreNoRepetition() => Shape("unknown",
        """
        [  500.0] mlx5_core 0000:08:00.0 eth2: TX timeout detected
        [  500.1] mlx5_core 0000:08:00.0 eth2: TX timeout on queue: 0, SQ: 0x1164, CQ: 0x41f, SQ Cons: 0x1 SQ Prod: 0x1, usecs since last trans: 21085000
        [  502.7] mlx5_core 0000:08:00.0 eth2: TX timeout on queue: 7, SQ: 0x1165, CQ: 0x420, SQ Cons: 0x1 SQ Prod: 0x1, usecs since last trans: 21085000
        """);

    [Fact]
    public void SameQueue_SecondsLater_IsARepetition() => Shape("wedge",
        """
        [  500.0] mlx5_core 0000:08:00.0 eth2: TX timeout detected
        [  500.1] mlx5_core 0000:08:00.0 eth2: TX timeout on queue: 0, SQ: 0x1164, CQ: 0x41f, SQ Cons: 0x1 SQ Prod: 0x1, usecs since last trans: 15000000
        [  515.0] mlx5_core 0000:08:00.0 eth2: TX timeout detected
        [  515.1] mlx5_core 0000:08:00.0 eth2: TX timeout on queue: 0, SQ: 0x1164, CQ: 0x41f, SQ Cons: 0x1 SQ Prod: 0x1, usecs since last trans: 30000000
        """);

    [Fact]
    public void Driver_ThatSaysItRecovered_IsAFlap() => Shape("flap",
        """
        mlx5_core 0000:08:00.0 eth2: TX timeout detected
        mlx5_core 0000:08:00.0 eth2: TX timeout on queue: 0, SQ: 0x1164, CQ: 0x41f, SQ Cons: 0x1 SQ Prod: 0x1, usecs since last trans: 21085000
        mlx5_core 0000:08:00.0 eth2: EQ 0xa: Cons = 0x1, irqn = 0x3f
        mlx5_core 0000:08:00.0 eth2: Recovered 1 eqes on EQ 0xa
        """);

    [Fact]
    public void Driver_ThatResetsEachTime_IsAFlap() => Shape("flap",
        """
        [  101.0] r8152 2-1:1.0 eth1: Tx timeout
        [  121.0] r8152 2-1:1.0 eth1: Tx timeout
        """);

    [Fact]
    public void Reports_WithoutTimes_AreUnknown() => Shape("unknown",
        """
        e1000e 0000:00:1f.6 eno1: Detected Hardware Unit Hang:
        e1000e 0000:00:1f.6 eno1: Detected Hardware Unit Hang:
        e1000e 0000:00:1f.6 eno1: Detected Hardware Unit Hang:
        """);

    [Fact]
    public void Reports_WithoutTimesOfTheSamePacket_AreAWedge() => Shape("wedge",
        """
        e1000e 0000:00:1f.6 eno1: Detected Hardware Unit Hang:
          time_stamp           <1000baba9>
          jiffies              <1000baff9>
        e1000e 0000:00:1f.6 eno1: Detected Hardware Unit Hang:
          time_stamp           <1000baba9>
          jiffies              <1000bb7c9>
        """);

    [Fact]
    public void Elapsed_GrowingWithoutTimes_IsAWedge() => Shape("wedge",
        """
        mtk_soc_eth 1e100000.ethernet eth0: NETDEV WATCHDOG: CPU: 3: transmit queue 3 timed out 310210 ms
        mtk_soc_eth 1e100000.ethernet eth0: NETDEV WATCHDOG: CPU: 3: transmit queue 3 timed out 315250 ms
        """);

    [Fact]
    public void Elapsed_OfTheDriverGrowing_IsAWedge() => Shape("wedge",
        """
        virtio_net virtio0 eth0: TX timeout on queue: 0, sq: output.0, vq: 0x1, name: output.0, 5560000 usecs ago
        virtio_net virtio0 eth0: TX timeout on queue: 0, sq: output.0, vq: 0x1, name: output.0, 10680000 usecs ago
        """);

    [Fact]
    public void Elapsed_OfTheDriverSmallerThanTheTimeBetween_IsAFlap() => Shape("flap",
        """
        [  100.0] virtio_net virtio0 eth0: TX timeout on queue: 0, sq: output.0, vq: 0x1, name: output.0, 5560000 usecs ago
        [  130.0] virtio_net virtio0 eth0: TX timeout on queue: 0, sq: output.0, vq: 0x1, name: output.0, 5180000 usecs ago
        """);

    [Fact]
    public void Elapsed_OfAnotherQueue_SaysNothingOfTheFirst() => Shape("wedge",
        """
        [  100.0] virtio_net virtio0 eth0: NETDEV WATCHDOG: CPU: 1: transmit queue 0 timed out 5100 ms
        [  110.0] virtio_net virtio0 eth0: NETDEV WATCHDOG: CPU: 1: transmit queue 1 timed out 5100 ms
        [  120.0] virtio_net virtio0 eth0: NETDEV WATCHDOG: CPU: 1: transmit queue 0 timed out 25100 ms
        """);

    [Fact]
    public void Hang_ThatAResetEndsAndThenLasts_IsAWedge() => Shape("wedge",
        """
        [  100.0] e1000e 0000:00:1f.6 eno1: Detected Hardware Unit Hang:
        [  105.0] e1000e 0000:00:1f.6 eno1: Reset adapter unexpectedly
        [  112.0] e1000e 0000:00:1f.6 eno1: Detected Hardware Unit Hang:
        [  114.0] e1000e 0000:00:1f.6 eno1: Detected Hardware Unit Hang:
        [  150.0] e1000e 0000:00:1f.6 eno1: Detected Hardware Unit Hang:
        """);

    [Fact]
    public void Hang_BeforeAndAfterAReboot_IsNoRecovery() => Shape("unknown",
        """
        [ 5000.0] NETDEV WATCHDOG: eth0 (smsc95xx): transmit queue 0 timed out
        [    0.0] Linux version 5.10.0
        [ 6000.0] NETDEV WATCHDOG: eth0 (smsc95xx): transmit queue 0 timed out
        """);

    [Fact]
    public void Hang_TwiceInOneBoot_IsARecovery() => Shape("flap",
        """
        [    0.0] Linux version 5.10.0
        [ 5000.0] NETDEV WATCHDOG: eth0 (smsc95xx): transmit queue 0 timed out
        [ 6000.0] NETDEV WATCHDOG: eth0 (smsc95xx): transmit queue 0 timed out
        """);

    [Fact]
    public void Reset_InSeveralRows_IsOneInProse()
    {
        const string log = """
            [  155.920201] ixgbe 0000:01:00.0 eth2: tx hang 1 detected on queue 8, resetting adapter
            [  155.920205] ixgbe 0000:01:00.0 eth2: initiating reset due to tx timeout
            [  155.920230] ixgbe 0000:01:00.0 eth2: Reset adapter
            """;

        Assert.Contains("1 reset (3 messages)", DiagnosedText.Prose(log), StringComparison.Ordinal);
        Assert.Contains(
            "2 resets (6 messages)",
            DiagnosedText.Prose(log + "\n" + log.Replace("155.", "255.", StringComparison.Ordinal)),
            StringComparison.Ordinal);
    }

    private static void Shape(string expected, string log) =>
        Assert.Equal(expected, Assert.Single(DiagnosedText.Text(log).Devices).Shape);
}
