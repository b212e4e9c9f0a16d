using System.Text;
using NicHangExporter.Detection.Patterns;
using NicHangExporter.Linux;

namespace NicHangExporter.Tests.Detection.Patterns;

public sealed class HangDetectorTests
{
    private const string Report =
        "e1000e 0000:00:1f.6 eno1: Detected Hardware Unit Hang:\n  TDH                  <8b>\n  "
        + "TDT                  <99>\n  next_to_use          <99>\n"
        + "  next_to_clean        <8b>\nbuffer_info[next_to_clean]:\n  time_stamp           <100227358>\n  "
        + "next_to_watch        <8c>\n  jiffies              <100227517>\n"
        + "  next_to_watch.status <0>\nMAC Status             <40080083>\nPHY Status             <796d>\nPHY "
        + "1000BASE-T Status  <3c00>\nPHY Extended Status    <3000>\nPCI Status             <10>";

    [Fact]
    public void TryDetect_MultiLineReport_IsOneMessageWithItsRegisters()
    {
        Assert.True(Detect(Report, "pci", "+pci:0000:00:1f.6", DetectionMode.Kernel, out var message));
        Assert.Equal(
            new HangReport
            {
                Head = 0x8b,
                Tail = 0x99,
                NextToUse = 0x99,
                NextToClean = 0x8b,
                TimeStamp = 0x100227358,
                NextToWatch = 0x8c,
                Jiffies = 0x100227517,
                DescriptorStatus = 0,
                MacStatus = 0x40080083,
                PhyStatus = 0x796d,
                Phy1000Status = 0x3c00,
                PhyExtendedStatus = 0x3000,
                PciStatus = 0x10,
            },
            message.Report);
    }

    [Fact]
    public void TryDetect_IxgbeReport_HasQueueHeadAndTail()
    {
        const string text =
            "ixgbe 0000:01:00.0 eth2: Detected Tx Unit Hang \n  Tx Queue             <2>\n  TDH, TDT             "
            + "<13a>, <16a>\n  next_to_use          <16a>\n"
            + "  next_to_clean        <13a>\ntx_buffer_info[next_to_clean]\n  time_stamp           <ffffde69>\n  "
            + "jiffies              <ffffe060>";
        Assert.True(Detect(text, "", "", DetectionMode.Kernel, out var message));
        Assert.Equal((2, 0x13aul, 0x16aul), (message.Queue, message.Report!.Head, message.Report.Tail));
    }

    [Fact]
    public void TryDetect_ReportWithGarbledLines_KeepsWhatCanBeRead()
    {
        Assert.True(
            Detect(
                "igb 0000:01:00.0: Detected Tx Unit Hang\n<\n  TDH <zz>\n  TDT\n TDT <5\n<<>>\n  Tx Queue <", "", "",
                DetectionMode.Pasted, out var message));
        Assert.Equal(new HangReport { Tail = 5 }, message.Report);
    }

    [Theory]
    [InlineData("+pci:0000:00:1f.6", true)]
    [InlineData("", true)]
    [InlineData("n2", true)]
    [InlineData("+pci:0000:00:1f.7", false)]
    [InlineData("+usb:4-1:1.0", false)]
    [InlineData("b8:0", false)]
    [InlineData("c1:11", false)]
    [InlineData("+pci", false)]
    public void TryDetect_DictionaryOfTheRecord_MustAgreeWithTheText(string device, bool expected) =>
        Assert.Equal(
            expected,
            Detect(Report, device.Length == 0 || device[0] != '+' ? "" : "pci", device, DetectionMode.Kernel, out _));

    [Fact]
    public void TryDetect_TextWithoutBus_TakesItFromTheDictionary()
    {
        const string Text = "ixgbevf: Detected Tx Unit Hang";
        Assert.True(Detect(Text, "pci", "+pci:0000:01:10.0", DetectionMode.Kernel, out var message));
        Assert.Equal(("ixgbevf", "0000:01:10.0"), (message.Driver, message.Bus.ToString()));
    }

    [Theory]
    [InlineData("Detected Hardware Unit Hang:", "e1000e")]
    [InlineData("tx_timeout: VSI_seid: 396, Q 31, NTC: 0x1cb, HWB: 0x1cb, NTU: 0x1f5, TAIL: 0x1f5, INT: 0x1", "i40e")]
    [InlineData("...: NETDEV WATCHDOG: transmit queue 0 timed out", null)]
    [InlineData("NETDEV WATCHDOG: CPU: 3: transmit queue 0 timed out 5010 ms", null)]
    [InlineData("e1000e 0000:00:1f.6: Detected Hardware Unit Hang:", "e1000e")]
    [InlineData("0000:00:1f.6 eno1: Detected Hardware Unit Hang:", "e1000e")]
    [InlineData("eno1: Detected Hardware Unit Hang:", "e1000e")]
    [InlineData("TX timeout detected, starting reset task!", "bnxt_en")]
    public void TryDetect_PastedWithItsPrefixCutOff_IsStillRecognised(string text, string? driver)
    {
        Assert.True(Detect(text, "", "", DetectionMode.Pasted, out var message));
        Assert.Equal(driver, message.Driver);
    }

    [Theory]
    [InlineData("tx hang")]
    [InlineData("resetting")]
    [InlineData("Tx timeout")]
    [InlineData("link up")]
    [InlineData("NIC Link is Down")]
    [InlineData("transmit timed out")]
    [InlineData("the log says: Detected Hardware Unit Hang:")]
    public void TryDetect_PastedWithoutPrefixAndNotDistinctive_IsNothing(string text) =>
        Assert.False(Detect(text, "", "", DetectionMode.Pasted, out _));

    [Fact]
    public void TryDetect_KnownDriver_IsOneStringForAll()
    {
        Assert.True(Detect("r8152 4-1:1.0 eth1: Tx timeout", "", "", DetectionMode.Kernel, out var first));
        Assert.True(Detect("r8152 2-1:1.0 eth7: Tx timeout", "", "", DetectionMode.Kernel, out var second));
        Assert.Same(first.Driver, second.Driver);
    }

    private static bool Detect(
        string text, string subsystem, string device, DetectionMode mode, out NicMessage message) =>
        HangDetector.TryDetect(
            Encoding.ASCII.GetBytes(text), Encoding.ASCII.GetBytes(subsystem), Encoding.ASCII.GetBytes(device), mode,
            out message);
}
