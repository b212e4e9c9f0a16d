using System.Text;
using NicHangExporter.Diagnose.LogText;
using NicHangExporter.Linux;
using NicHangExporter.Tests.Detection.Patterns;

namespace NicHangExporter.Tests.Diagnose;

/// <summary>Only the kernel's own lines count, even if a process quotes them exactly.</summary>
public sealed class OriginTests
{
    private const string Hang = "e1000e 0000:00:1f.6 eno1: Detected Hardware Unit Hang:";
    private const string Watchdog = "NETDEV WATCHDOG: eno1 (e1000e): transmit queue 0 timed out";

    [Theory]
    [InlineData("Apr 16 06:10:02 host1 sudo[4242]: ")]
    [InlineData("Apr 16 06:10:02 host1 node-problem-detector: ")]
    [InlineData("Apr 16 06:10:02 host1 nic-hang-exporter[812]: ")]
    [InlineData("Apr 16 06:10:02 host1 root: ")]
    [InlineData("2026-07-24T15:52:37.123456+02:00 host1 promtail[99]: ")]
    [InlineData("2026-07-24T15:52:37+0200 host1 telegraf: ")]
    [InlineData("Fri 2026-07-24 15:52:37 CEST host1 python3[77]: ")]
    [InlineData("[ 9385.606118] host1 python3[77]: ")]
    [InlineData("[ 9385.606118] systemd[1]: ")]
    [InlineData("Tue Feb 28 10:35:36 2023 user.notice nichang: ")]
    [InlineData("Tue Feb 28 10:35:36 2023 daemon.info nichang[812]: ")]
    [InlineData("Jan  1 00:00:18 OpenWrt user.notice nichang: ")]
    [InlineData("<14>")]
    [InlineData("<11>[ 9385.606118] ")]
    [InlineData("<11>Apr 16 06:10:02 host1 nichang: ")]
    [InlineData("<11>1 2026-07-24T15:52:37.123456+02:00 host1 nichang 812 - - ")]
    [InlineData("user  :err   : [ 9385.606118] ")]
    [InlineData("daemon:info   : [ 9385.606118] ")]
    [InlineData("11,4003,65000001,-;")]
    [InlineData("12,4003,65000001,-,caller=T1;")]
    [InlineData("2047,4003,65000001,-;")]
    [InlineData("Apr 16 06:10:02 host1 logger: kernel: ")]
    [InlineData("Apr 16 06:10:02 host1 sshd[1]: [ 9385.606118] ")]
    public void Line_OfAProcess_NeverCounts(string header)
    {
        Assert.Empty(DiagnosedText.Text($"{header}{Hang}\n{header}{Watchdog}\n").Devices);
        Assert.Contains("no NIC hang found", DiagnosedText.Prose($"{header}{Hang}\n"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Apr 16 06:10:02 host1 kernel: ")]
    [InlineData("<3>")]
    [InlineData("Tue Feb 28 10:35:36 2023 kern.err kernel: ")]
    [InlineData("kern  :err   : [ 9385.606118] ")]
    public void Line_OfTheKernel_Counts(string header) =>
        Assert.Equal(
            (1, 1),
            (
                DiagnosedText.Text($"{header}{Hang}\n").Devices[0].HangMessages,
                DiagnosedText.Text($"{header}{Watchdog}\n").Devices[0].WatchdogMessages));

    [Fact]
    public void Json_OfAProcess_NeverCounts()
    {
        Assert.Empty(
            DiagnosedText
                .Text($"{{\"MESSAGE\":\"{Hang}\",\"_TRANSPORT\":\"syslog\",\"SYSLOG_IDENTIFIER\":\"kernel\"}}\n")
                .Devices);
        Assert.Empty(DiagnosedText.Text($"{{\"MESSAGE\":\"{Hang}\",\"SYSLOG_IDENTIFIER\":\"nichang\"}}\n").Devices);
        Assert.Single(DiagnosedText.Text($"{{\"MESSAGE\":\"{Hang}\",\"_TRANSPORT\":\"kernel\"}}\n").Devices);
        Assert.Single(
            DiagnosedText
                .Text($"{{\"MESSAGE\":[{string.Join(',', Encoding.UTF8.GetBytes(Hang))}],\"_TRANSPORT\":\"kernel\"}}\n")
                .Devices);
    }

    [Theory]
    [InlineData("""{"MESSAGE":"\ud800","_TRANSPORT":"kernel"}""")]
    [InlineData("""{"MESSAGE":[1,2,300],"_TRANSPORT":"kernel"}""")]
    [InlineData("""{"MESSAGE":{"a":[{}]},"_TRANSPORT":"kernel"}""")]
    [InlineData("""{"MESSAGE":null}""")]
    [InlineData("""{"MESSAGE":"x","_TRANSPORT":{"a":1}}""")]
    [InlineData("""{"\ud800":"MESSAGE"}""")]
    [InlineData("""{"MESSAGE":}""")]
    [InlineData("""{"MESSAGE":"a","__REALTIME_TIMESTAMP":"99999999999999999999"}""")]
    public void Json_Broken_IsNothing(string line) => Assert.Empty(DiagnosedText.Text(line + "\n").Devices);

    [Fact]
    public void Record_OfAProcessInTheRing_TakesNoDictionaryAndNoLinesFromOthers()
    {
        const string log =
            "3,1,1000000,-;"
            + Hang
            + "\n DEVICE=+pci:0000:00:1f.6\n12,2,2000000,-;forged\n DEVICE=+pci:0000:00:00.0\n "
            + "SUBSYSTEM=pci\n3,3,3000000,-;"
            + Hang
            + "\n";
        Assert.Equal(2, Assert.Single(DiagnosedText.Text(log).Devices).HangMessages);
    }

    [Fact]
    public void MutatedLogs_WhoseRecordsAreAllOfProcesses_NeverCount()
    {
        var mutations = new Mutations(seed: 99);
        var random = new Random(99);
        for (var count = 0; count < 5_000; count++)
        {
            var log = new MemoryStream();
            for (var line = 0; line < 10; line++)
            {
                var text = mutations.Next().Where(octet => octet is not ((byte)'\n' or (byte)'\r')).ToArray();
                log.Write(
                    Encoding.ASCII.GetBytes(
                        random.Next(3) switch
                        {
                            0 => $"{random.Next(8, 2048)},{line},{line}000000,-;",
                            1 => $"<{random.Next(8, 192)}>",
                            _ => "Apr 16 06:10:02 host1 app[7]: ",
                        }));
                log.Write(text);
                log.WriteByte((byte)'\n');
            }
            Assert.Empty(DiagnosedText.Bytes(log.ToArray()).Devices);
        }
    }

    [Fact]
    public void Parse_AnyBytes_NeverThrows()
    {
        var mutations = new Mutations(seed: 5);
        string[] headers =
        [
            "[",
            "[ 1.",
            "<3>1 ",
            "<3>",
            "kern.",
            "kern :",
            "2026-07-24T15:52:37",
            "Oct 29 01:14:38 ",
            "Fri 2026-07-24 15:52:37 ",
            "Tue Feb 28 10:35:36 2023 ",
            "1753365157.123456 ",
            "cpu1:",
            "12:",
            ">",
            "[Mar15 18:17]",
            "[  +",
            "[<",
            "3,1,2,-;",
            "{\"MESSAGE\":\"",
            "\u001b[",
            "#012",
            "\\x0",
            "-2026-1-1",
        ];
        var random = new Random(5);
        for (var count = 0; count < 200_000; count++)
        {
            byte[] line =
            [
                .. Encoding.UTF8.GetBytes(headers[random.Next(headers.Length)]),
                .. random.Next(2) == 0 ? Encoding.UTF8.GetBytes(headers[random.Next(headers.Length)]) : [],
                .. mutations.Next(),
            ];
            var cleaned = LineCleaner.Clean(line, new byte[line.Length]);
            Assert.InRange(LogLineParser.Parse(cleaned).Text.Length, 0, line.Length);
            _ = RawRecord.TryParse(line, out _);
            _ = JournaldEntry.TryParse(line, out _);
        }
    }
}
