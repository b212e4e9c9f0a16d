using NicHangExporter.Diagnose;
using NicHangExporter.Linux;
using NicHangExporter.Remediation.Planning;

namespace NicHangExporter.Tests.Diagnose;

/// <summary>The advice of <c>diagnose</c> is correct for the driver, the kind of the device and the log.</summary>
public sealed class DiagnosisAdviceTests
{
    private const string Watchdog = "NETDEV WATCHDOG: CPU: 1: transmit queue 0 timed out 5100 ms";

    public static TheoryData<string> WholeAdapter => [.. Renegotiations.Drivers(RenegotiationEffect.WholeAdapter)];

    public static TheoryData<string> NotWholeAdapter =>
        [
            .. Renegotiations.Drivers(RenegotiationEffect.LinkOnly),
            .. Renegotiations.Drivers(RenegotiationEffect.None),
            "brand_new",
        ];

    public static TheoryData<string, string> Guests => new()
    {
            { "virtio_net", "virtio0" },
            { "ena", "0000:00:05.0" },
            { "gve", "0000:00:04.0" },
            { "vmxnet3", "0000:0b:00.0" },
            { "brand_new", "virtio3" },
            { "iavf", "0000:00:06.0" },
    };

    [Theory]
    [MemberData(nameof(WholeAdapter))]
    public void Recovery_OfADriverThatReinitialises_IsEthtoolR(string driver) =>
        Assert.Contains("    ethtool -r eth0\n", Wedge(driver, "0000:01:00.0"), StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(NotWholeAdapter))]
    public void Recovery_OfAnyOther_DoesNotTellToNegotiate(string driver) =>
        Assert.DoesNotContain("    ethtool -r", Wedge(driver, "0000:01:00.0"), StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Guests))]
    public void Flap_OfAGuest_SendsNobodyToCableAndSwitch(string driver, string bus)
    {
        var prose = DiagnosedText.Prose(
            $"""
            [  100.0] {driver} {bus} eth0: {Watchdog}
            [  140.0] {driver} {bus} eth0: {Watchdog}
            """);

        Assert.Contains("flap", prose, StringComparison.Ordinal);
        Assert.Contains("the host", prose, StringComparison.Ordinal);
        Assert.DoesNotContain("cable", prose, StringComparison.Ordinal);
        Assert.DoesNotContain("switch", prose, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Guests))]
    public void LinkFlaps_OfAGuest_SendNobodyToCableAndSwitch(string driver, string bus)
    {
        var prose = DiagnosedText.Prose(
            string.Concat(
                Enumerable.Range(1, 3).Select(second => $"[ {second}.0] {driver} {bus} eth0: NIC Link is Down\n")));

        Assert.Contains("The link flaps: look at the host", prose, StringComparison.Ordinal);
        Assert.DoesNotContain("cable", prose, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ena", "0000:00:05.0")]
    [InlineData("gve", "0000:00:04.0")]
    [InlineData("vmxnet3", "0000:0b:00.0")]
    [InlineData("r8152", "2-1:1.0")]
    public void Wedge_OfADriverThatResetsItself_SaysSo(string driver, string bus) =>
        Assert.Contains("The driver resets the device itself", Wedge(driver, bus), StringComparison.Ordinal);

    [Fact]
    public void Wedge_OfVirtio_IsSentToTheHost()
    {
        var prose = Wedge("virtio_net", "virtio0");

        Assert.Contains("Look there", prose, StringComparison.Ordinal);
        Assert.DoesNotContain("    ip link", prose, StringComparison.Ordinal);
        Assert.DoesNotContain("ethtool", prose, StringComparison.Ordinal);
    }

    [Fact]
    public void Prevention_OfIgc_IsNotThatOfE1000e()
    {
        var prose = Wedge("igc", "0000:03:00.0");

        Assert.DoesNotContain("tso off", prose, StringComparison.Ordinal);
        Assert.Contains("ethtool --set-eee eth0 eee off", prose, StringComparison.Ordinal);
    }

    [Fact]
    public void Usb_DeviceThatHangs_IsFoundAnewByItsOwnAddress() =>
        Assert.Contains("/sys/bus/usb/devices/1-1.2 &&", Wedge("smsc95xx", "1-1.2:1.0"), StringComparison.Ordinal);

    [Theory]
    [InlineData("i40e 0000:04:00.0: tx_timeout recovery level 1, txqueue 3", false)]
    [InlineData("i40e 0000:04:00.0: NIC Link is Down", true)]
    public void Interface_ThatTheLogDoesNotName_IsExplainedWhereACommandNeedsIt(string line, bool explained)
    {
        var prose = DiagnosedText.Prose(
            $"tx_timeout: VSI_seid: 390, Q 3, NTC: 0x1c, HWB: 0x1c, NTU: 0x3f, TAIL: 0x3f, INT: 0x0\n{line}\n");

        Assert.Equal(explained, prose.Contains("IF below", StringComparison.Ordinal));
    }

    [Fact]
    public void WatchdogOfAnOldKernel_Once_IsSaidToComeOnceABoot() =>
        Assert.Contains(
            "only once in a boot",
            DiagnosedText.Prose("[ 10.0] NETDEV WATCHDOG: eth0 (igb): transmit queue 0 timed out\n"),
            StringComparison.Ordinal);

    [Fact]
    public void WatchdogOfAnOldKernel_OnceInEachOfTwoBoots_IsSaidToComeOnceABoot() =>
        Assert.Contains(
            "only once in a boot",
            DiagnosedText.Prose(
                """
                [ 10.0] NETDEV WATCHDOG: eth0 (igb): transmit queue 0 timed out
                [  0.0] Linux version 5.10.0
                [ 20.0] NETDEV WATCHDOG: eth0 (igb): transmit queue 0 timed out
                """),
            StringComparison.Ordinal);

    [Theory]
    // The log shows that this kernel prints it again, for any NIC.
    [InlineData(
        "[ 10.0] NETDEV WATCHDOG: eth0 (igb): transmit queue 0 timed out\n[ 900.0] NETDEV WATCHDOG: eth0 (igb): "
        + "transmit queue 0 timed out\n")]
    [InlineData(
        "[ 10.0] NETDEV WATCHDOG: eth0 (igb): transmit queue 0 timed out\n[ 900.0] NETDEV WATCHDOG: eth1 (tg3): "
        + "transmit queue 0 timed out\n")]
    [InlineData(
        "[ 10.0] NETDEV WATCHDOG: eth0 (igb): transmit queue 0 timed out\n[ 900.0] igb 0000:01:00.0 eth0: NETDEV "
        + "WATCHDOG: CPU: 1: transmit queue 0 timed out 5100 ms\n")]
    // This one is printed with each timeout: up to 2.6.26, and since 6.8.
    [InlineData("[ 10.0] NETDEV WATCHDOG: eth0: transmit timed out\n")]
    [InlineData("[ 10.0] igb 0000:01:00.0 eth0: NETDEV WATCHDOG: CPU: 1: transmit queue 0 timed out 5100 ms\n")]
    public void Watchdog_OfAKernelThatRepeatsIt_IsNotSaidToComeOnceABoot(string log) =>
        Assert.DoesNotContain("once", DiagnosedText.Prose(log), StringComparison.Ordinal);

    [Fact]
    public void NothingFound_NamesTheBootBefore() =>
        Assert.Contains(
            "journalctl -k -b -1 | nic-hang-exporter diagnose",
            DiagnosedText.Prose("[    0.000000] Linux version 6.1.0\n"), StringComparison.Ordinal);

    [Fact]
    public void Drivers_AreInOneRowEach()
    {
        Assert.Distinct(DriverTable.Rows.SelectMany(row => row.Drivers));
        Assert.Distinct(Renegotiations.All.SelectMany(row => row.Drivers));
        Assert.All(DriverTable.Rows, row => Assert.NotEmpty(row.Why));
    }

    [Fact]
    public void Json_HasTheAdviceOfTheText()
    {
        const string log =
            "[ 1.0] e1000e 0000:00:1f.6 eno1: Detected Hardware Unit Hang:\n[ 3.0] e1000e 0000:00:1f.6 eno1: "
            + "Detected Hardware Unit Hang:\n";
        var prose = DiagnosedText.Prose(log);

        var advice = Assert.Single(DiagnosedText.Text(log).Devices).Advice;
        Assert.Contains("    ethtool -r eno1", advice);
        Assert.All(advice, line => Assert.Contains(line, prose, StringComparison.Ordinal));
    }

    // Two timeouts of one queue, with nothing sent in between.
    private static string Wedge(string driver, string bus)
    {
        var prose = DiagnosedText.Prose(
            $"""
            [  100.0] {driver} {bus} eth0: NETDEV WATCHDOG: CPU: 1: transmit queue 0 timed out 5100 ms
            [  105.0] {driver} {bus} eth0: NETDEV WATCHDOG: CPU: 1: transmit queue 0 timed out 10100 ms
            """);
        Assert.Contains("wedge", prose, StringComparison.Ordinal);
        return prose;
    }
}
