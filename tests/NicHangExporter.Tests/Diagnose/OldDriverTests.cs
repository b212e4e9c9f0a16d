using System.Text;
using NicHangExporter.Detection.Patterns;
using NicHangExporter.Linux;

namespace NicHangExporter.Tests.Diagnose;

/// <summary>Wordings and prefixes of old kernels, and look-alikes.</summary>
public sealed class OldDriverTests
{
    [Theory]
    [InlineData(
        "ixgbe: eth4: ixgbe_clean_tx_irq: tx hang 1 detected, resetting adapter", "ixgbe-tx-hang-reset-old", "ixgbe",
        "eth4")]
    [InlineData(
        "8139cp 0000:00:03.0 eth0: Transmit timeout, status  d    2b    0 80ff", "8139cp-tx-timeout", "8139cp", "eth0")]
    [InlineData("eth0: Tx timed out, cable problem? TSR=0x16, ISR=0x0, t=37.", "8390-tx-timeout", "", "eth0")]
    [InlineData(
        "eth0: Transmit timed out: status 0050  0cf0 at 134704418/134704432 command 000c0000.", "eepro100-tx-timeout",
        "eepro100", "eth0")]
    [InlineData("bnx2: eth0 NIC Copper Link is Down", "bnx2-link-down", "bnx2", "eth0")]
    [InlineData("bnx2: eth0 NIC SerDes Link is Up, 1000 Mbps full duplex", "bnx2-link-up", "bnx2", "eth0")]
    [InlineData("netxen_nic: eth2 NIC Link is down", "nic-link-down-lower", "netxen_nic", "eth2")]
    [InlineData("niu 0000:84:00.0: niu: eth4: Transmit timed out, resetting", "nicvf-tx-timeout", "niu", "eth4")]
    public void Message_OfAnOldKernel_IsKnown(string text, string row, string driver, string device)
    {
        Assert.True(
            HangDetector.TryDetect(
                Encoding.ASCII.GetBytes(text), default, default, DetectionMode.Kernel, out var message));
        Assert.Equal((row, driver, device), (message.Pattern.Id, message.Driver ?? "", message.Device.ToString()));
    }

    [Theory]
    [InlineData("ata4: link is down")]
    [InlineData("hci0: tx timeout")]
    [InlineData("mmc0: transmit timed out")]
    [InlineData("cec-pulse8: transmit timed out")]
    [InlineData("i2c-0: transmit timed out")]
    [InlineData("e1000e: Detected Hardware Unit Hang")]
    [InlineData("Detected Hardware Unit Hang")]
    [InlineData("niu 0000:84:00.0: igb: eth4: Transmit timed out, resetting")]
    public void Message_OfAnotherSubsystem_IsNothing(string text) =>
        Assert.False(
            HangDetector.TryDetect(Encoding.ASCII.GetBytes(text), default, default, DetectionMode.Pasted, out _));

    [Fact]
    public void AddressAndName_OfTheOnlyTroubleOfADriver_AreOneDevice()
    {
        var device = Assert.Single(
            DiagnosedText
                .Text(
                    "igb 0000:03:00.1: Detected Tx Unit Hang\nNETDEV WATCHDOG: eth1 (igb): transmit queue 0 timed "
                    + "out\n")
                .Devices);
        Assert.Equal(
            ("eth1", "0000:03:00.1", 1, 1), (device.Device, device.Bus, device.HangMessages, device.WatchdogMessages));
    }

    [Theory]
    // A link elsewhere proves nothing, two candidates neither, nor another driver.
    [InlineData("igb 0000:03:00.1: Detected Tx Unit Hang\nigb: eth0 NIC Link is Down\n")]
    [InlineData("igb 0000:03:00.1: Detected Tx Unit Hang\nNETDEV WATCHDOG: eth1 (ixgbe): transmit queue 0 timed out\n")]
    public void AddressAndName_ThatNeedNotBelongTogether_AreTwo(string log) =>
        Assert.Equal(2, DiagnosedText.Text(log).Devices.Count);

    [Fact]
    public void AddressesAndName_OfSeveralPorts_StaySeveral() => Assert.Equal(3, DiagnosedText.Text(
                    "igb 0000:03:00.0: Detected Tx Unit Hang\nigb 0000:03:00.1: Detected Tx Unit Hang\nNETDEV "
                    + "WATCHDOG: eth1 (igb): transmit queue 0 timed out\n")
                .Devices.Count);
}
