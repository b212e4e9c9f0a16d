using NicHangExporter.Detection.Patterns;
using NicHangExporter.Diagnose;
using NicHangExporter.Linux;

namespace NicHangExporter.Tests.Diagnose;

/// <summary>Devices that failed without a transmit hang: the output names them, their fault and the advice.</summary>
public sealed class FaultTests
{
    [Theory]
    [InlineData("igc 0000:03:00.0 enp3s0: PCIe link lost, device now detached", "enp3s0", "off_bus", "off the bus")]
    [InlineData("ixgbe 0000:01:00.0: Adapter removed", "0000:01:00.0", "off_bus", "off the bus")]
    [InlineData("r8169 0000:02:00.0 eth0: Can't reset secondary PCI bus, detach NIC", "eth0", "off_bus", "off the bus")]
    [InlineData(
        "mlx5_core 0000:d2:00.0: poll_health:825:(pid 0): device's health compromised - reached miss count",
        "0000:d2:00.0", "no_answer", "firmware")]
    [InlineData("atlantic 0000:0a:00.0: Boot code hanged", "0000:0a:00.0", "firmware", "firmware")]
    [InlineData(
        "i40e 0000:04:00.0: Firmware recovery mode detected. Limiting functionality.", "0000:04:00.0", "firmware",
        "firmware")]
    [InlineData("ena 0000:00:07.0 eth1: Keep alive watchdog timeout.", "eth1", "no_answer", "keep-alive")]
    [InlineData("gve 0000:00:04.0: Reset failed! !!! DISABLING ALL QUEUES !!!", "0000:00:04.0", "failed", "host")]
    [InlineData(
        "iavf 0000:00:06.0: Reset task did not complete, VF disabled", "0000:00:06.0", "failed", "physical function")]
    [InlineData("smsc95xx 1-1.1:1.0 eth0: Failed to read reg index 0x00000114: -110", "eth0", "no_answer", "USB")]
    [InlineData(
        "igb 0000:01:00.0 eth0: The network adapter was stopped because it overheated", "eth0", "overheated", "hot")]
    public void Fault_WithoutAHang_IsNamedWithWhatHelps(string line, string name, string kind, string word)
    {
        var log = $"[   77.1] {line}\n";
        var prose = DiagnosedText.Prose(log);
        var device = Assert.Single(DiagnosedText.Text(log).Devices);

        Assert.Equal(name, device.Device ?? device.Bus);
        Assert.Equal(kind, Assert.Single(device.Faults).Kind);
        Assert.NotEmpty(device.Advice);
        Assert.Contains(name, prose, StringComparison.Ordinal);
        Assert.Contains(word, prose, StringComparison.Ordinal);
        Assert.All(device.Advice, advice => Assert.Contains(advice, prose, StringComparison.Ordinal));
        Assert.DoesNotContain("no NIC hang found", prose, StringComparison.Ordinal);
        Assert.DoesNotContain("ethtool", prose, StringComparison.Ordinal);
        Assert.DoesNotContain("ip link", prose, StringComparison.Ordinal);
    }

    [Fact]
    public void Fault_InProse_HasTheKernelsWords() =>
        Assert.Contains("\"SGE idma…, queue …, potentially stuck in state … for … seconds (…\"",
            DiagnosedText.Prose(
                "cxgb4 0000:03:00.4: SGE idma1, queue 12, potentially stuck in state 3 for 5 seconds (debug0=0x1, "
                + "debug11=0x2)\n"),
            StringComparison.Ordinal);

    [Fact]
    public void Faults_OfSeveralKinds_GiveEachAdviceOnce()
    {
        var device = Assert.Single(DiagnosedText.Text(
            """
            mlx5_core 0000:d2:00.0: poll_health:825:(pid 0): device's health compromised - reached miss count
            mlx5_core 0000:d2:00.0: print_health_info:431:(pid 0): Health issue observed, firmware internal error, severity(3) ERROR:
            """).Devices);

        Assert.Equal(["no_answer", "firmware"], device.Faults.Select(fault => fault.Kind));
        Assert.Distinct(device.Advice);
    }

    [Fact]
    public void Hang_OfADeviceOffTheBus_GetsNoCommandForTheInterface()
    {
        var prose = DiagnosedText.Prose(
            """
            [  100.0] igc 0000:03:00.0 enp3s0: Detected Tx Unit Hang
            [  102.0] igc 0000:03:00.0 enp3s0: Detected Tx Unit Hang
            [  104.0] igc 0000:03:00.0 enp3s0: PCIe link lost, device now detached
            """);

        Assert.Contains("off the bus", prose, StringComparison.Ordinal);
        Assert.DoesNotContain("ethtool", prose, StringComparison.Ordinal);
    }

    [Fact]
    public void Fault_ThatTheDriverAnswersWithAReset_LeavesTheHangsAdvice()
    {
        var prose = DiagnosedText.Prose(
            """
            [  100.0] e1000e 0000:00:1f.6 eno1: Detected Hardware Unit Hang:
            [  104.0] e1000e 0000:00:1f.6 eno1: ME firmware caused invalid TDT - resetting
            """);

        Assert.Contains("The driver resets the device because of it.", prose, StringComparison.Ordinal);
        Assert.Contains("ethtool -K eno1 tso off gso off", prose, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_ThatAreFatal_SayWhatIsWrong() =>
        Assert.All(
            HangPatterns.All, row => Assert.Equal(row.Kind == MessageKind.Fatal, row.Trouble != DeviceTrouble.None));

    [Fact]
    public void Advice_IsThereForEachTrouble() =>
        Assert.Equal(
            Enum.GetValues<DeviceTrouble>().Except([DeviceTrouble.None]).Order(), FaultAdvice.Troubles.Order());
}
