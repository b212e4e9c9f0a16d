using System.Buffers.Binary;
using System.Text;
using NicHangExporter.Linux;

namespace NicHangExporter.Tests.Diagnose;

/// <summary>Log formats, or variants of them, that the corpora do not contain.</summary>
public sealed class LogFormTests
{
    private const string Hang = "e1000e 0000:00:1f.6 eno1: Detected Hardware Unit Hang:";

    [Theory]
    [InlineData("Dec  7 08:03:12 host1 kernel: " + Hang + "\nDec  7 08:03:50 host1 last message repeated 3 times\n", 4)]
    [InlineData(
        "Dec  7 08:03:12 host1 kernel: "
            + Hang
            + "\nDec  7 08:03:50 host1 kernel: message repeated 2 times: [ "
            + Hang
            + "]\n",
        3)]
    [InlineData(
        "Dec  7 08:03:12 host1 kernel: "
            + Hang
            + "\nDec  7 08:03:50 host1 Last message '"
            + Hang
            + "' repeated 2 times, suppressed by syslog-ng on host1\n",
        3)]
    [InlineData("Dec  7 08:03:12 host1 kernel: " + Hang + "\nDec  7 08:03:50 host2 last message repeated 3 times\n", 1)]
    [InlineData(
        "Dec  7 08:03:12 host1 kernel: "
            + Hang
            + "\nDec  7 08:03:13 host1 cron[1]: x\nDec  7 08:03:50 host1 last message repeated 3 times\n",
        1)]
    [InlineData(
        "Dec  7 08:03:12 host1 kernel: "
            + Hang
            + "\nDec  7 08:03:12 host1 kernel:   TDH                  <0>\nDec  7 08:03:50 host1 last message "
            + "repeated 3 times\n",
        1)]
    [InlineData(
        "Dec  7 08:03:12 host1 kernel: "
            + Hang
            + "\nDec  7 08:03:50 host1 app[7]: message repeated 9 times: [ "
            + Hang
            + "]\n",
        1)]
    public void Repetition_OfTheMessageBefore_CountsAsOftenAsItSays(string log, int hangs) =>
        Assert.Equal(hangs, Hangs(log));

    [Fact]
    public void Repetition_WithoutBound_IsBounded()
    {
        var log = new StringBuilder($"Dec  7 08:03:12 host1 kernel: {Hang}\n");
        for (var line = 0; line < 50; line++)
            log.Append("Dec  7 08:03:50 host1 last message repeated 999999999 times\n");

        Assert.Equal(100_001, Hangs(log.ToString()));
    }

    [Fact]
    public void Export_OfTheJournal_IsReadWithItsBinaryForm()
    {
        using var log = new MemoryStream();
        Span<byte> length = stackalloc byte[8];
        for (var entry = 0; entry < 2; entry++)
        {
            log.Write(
                Encoding.ASCII.GetBytes(
                    $"__CURSOR=s=1;i={entry}\n__REALTIME_TIMESTAMP={1757311179000000 + entry * 2000000}\n"
                    + "_TRANSPORT=kernel\nMESSAGE\n"));
            var message = Encoding.ASCII.GetBytes(Hang + "\n  TDH                  <0>\n  TDT                  <1>");
            BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)message.Length);
            log.Write(length);
            log.Write(message);
            log.Write("\n_KERNEL_DEVICE=+pci:0000:00:1f.6\n_KERNEL_SUBSYSTEM=pci\n\n"u8);
        }
        log.Write(
            Encoding.ASCII.GetBytes($"__CURSOR=s=1;i=9\n_TRANSPORT=syslog\nSYSLOG_IDENTIFIER=app\nMESSAGE={Hang}\n\n"));

        var device = Assert.Single(DiagnosedText.Bytes(log.ToArray()).Devices);
        Assert.Equal(("eno1", "0000:00:1f.6", 2), (device.Device, device.Bus, device.HangMessages));
    }

    [Fact]
    public void Verbose_OfTheJournal_IsRead() => Assert.Equal(1, Hangs(
        $"""
        Fri 2026-07-24 15:52:37.123456 CEST [s=1;i=2;b=3;m=4;t=5;x=6]
            _TRANSPORT=kernel
            PRIORITY=3
            SYSLOG_IDENTIFIER=kernel
            MESSAGE={Hang}
        Fri 2026-07-24 15:52:38.123456 CEST [s=1;i=3;b=3;m=4;t=5;x=6]
            _TRANSPORT=stdout
            SYSLOG_IDENTIFIER=app
            MESSAGE={Hang}

        """));

    [Fact]
    public void Json_SpreadOverLines_IsRead() => Assert.Equal(1, Hangs(
        $$"""
        {
                "_TRANSPORT" : "kernel",
                "__REALTIME_TIMESTAMP" : "1757311179000000",
                "MESSAGE" : "{{Hang}}"
        }

        """));

    [Theory]
    [InlineData("ipqess c080000.ethernet eth0: NETDEV WATCHDOG: CPU: 2: transmit queue 1 timed out 5010 ms", 1)]
    [InlineData("ipqess c080000.ethernet eth0: NETDEV WATCHDOG: transmit queue 1 timed out 5010 ms", 1)]
    [InlineData(
        "Jun  7 10:11:12 esx1 vmkernel: 0:03:04:05.678 cpu3:4099)WARNING: LinNet: netdev_watchdog:3678: NETDEV "
        + "WATCHDOG: vmnic2: transmit timed out",
        1)]
    [InlineData("r8169 0000:03:00.0 enp3s0: NETDEV WATCHDOG: CPU: 2: transmit queue 0 tim…", 1)]
    [InlineData("NETDEV WATCHDOG: eth0 (r8169): transmit queue 0 ti...", 1)]
    [InlineData("NETDEV WATCHDOG: eth0 (r8169): transmit queue 0 timed out is printed when a queue stands still", 0)]
    [InlineData("NETDEV WATCHDOG: eth0", 0)]
    [InlineData("NETDEV WATCHDOG", 0)]
    [InlineData("I saw NETDEV WATCHDOG: eth0 (r8169): transmit queue 0 timed out in the log", 0)]
    public void Watchdog_InEachForm_Counts(string line, int watchdogs) =>
        Assert.Equal(watchdogs, DiagnosedText.Text(line + "\n").Devices.Sum(device => device.WatchdogMessages));

    [Theory]
    [InlineData("em0: watchdog timeout -- resetting\nem0: link state changed to DOWN\n", "bsd", "FreeBSD")]
    [InlineData(
        "2026-04-10T08:27:13.470Z In(182) vmkernel: cpu2:2097999)igbn: igbn_CheckLink:1628: vmnic2: Link is down\n",
        "esxi",
        "ESXi")]
    [InlineData(
        "Log Name:      System\nSource:        e1dexpress\nEvent ID:      27\nIntel(R) Ethernet Connection "
        + "I219-LM\n Network link is disconnected.\n",
        "windows",
        "Windows")]
    [InlineData("Jul 24 15:52:37 mac kernel[0]: AppleEthernetE1000: link down\n", "mac_os", "macOS")]
    public void Text_OfAnotherSystem_IsSaidToBeNoLinuxKernelLog(string log, string system, string name)
    {
        Assert.Equal(system, DiagnosedText.Text(log).System);
        Assert.Contains("no Linux kernel log", DiagnosedText.Prose(log), StringComparison.Ordinal);
        Assert.Contains(name, DiagnosedText.Prose(log), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "[    0.000000] Linux version 6.12.0\n[    5.1] e1000e: loading out-of-tree module, ported from FreeBSD\n")]
    [InlineData("hello\n")]
    public void Text_OfLinux_OrOfNobody_IsNotSaidToBeAnotherSystems(string log) =>
        Assert.Contains("no NIC hang found", DiagnosedText.Prose(log), StringComparison.Ordinal);

    [Theory]
    [InlineData("{\n[  512.100000] " + Hang + "\n", 1)]
    [InlineData("1753365157 " + Hang + " 1753365158 " + Hang + " 1753365159 " + Hang + "\n", 0)]
    public void Text_ThatOnlyBeginsLikeAForm_IsReadAllTheSame(string log, int atLeast) =>
        Assert.InRange(Hangs(log), atLeast, 3);

    private static int Hangs(string log) => DiagnosedText.Text(log).Devices.Sum(device => device.HangMessages);
}
