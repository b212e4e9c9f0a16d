using NicHangExporter.Diagnose;
using NicHangExporter.Diagnose.LogText;
using NicHangExporter.Linux;

namespace NicHangExporter.Tests.Diagnose;

/// <summary>Rare log formats, one per test: what must count and what must not.</summary>
public sealed class RareFormTests
{
    private const string Hang = "e1000e 0000:00:1f.6 eno1: Detected Hardware Unit Hang:";

    private const string ThreeHangs = "[ 9380.1] " + Hang + " [ 9382.1] " + Hang + " [ 9384.1] " + Hang;

    private const string Watchdog = "NETDEV WATCHDOG: eno1 (e1000e): transmit queue 0 timed out";

    [Theory]
    [InlineData("root@pve:~# dmesg | tail\n[  123.400000] " + Hang, 1)]
    [InlineData("root@pve:~# dmesg | tail [  123.400000] " + Hang, 1)]
    [InlineData("root@pve:~# [  123.400000] " + Hang, 1)]
    [InlineData("[root@host ~]# journalctl -k -n 20 Jul 24 15:52:37 host1 kernel: " + Hang, 1)]
    [InlineData("root@pve:~# dmesg | grep -i hang " + Hang, 1)]
    [InlineData("root@pve:~# dmesg | grep e1000e [  123.4] " + Hang + " [  125.4] " + Hang, 2)]
    [InlineData("pve# [  123.400000] " + Hang, 1)]
    [InlineData("$ " + Hang, 1)]
    [InlineData("pve# " + Watchdog, 1)]
    [InlineData("root@pve:~# grep " + Hang, 0)]
    [InlineData("root@pve:~# dmesg | grep -i NETDEV WATCHDOG: eno1: transmit timed out", 0)]
    [InlineData("root@pve:~# grep \"" + Watchdog + "\" /var/log/syslog", 0)]
    [InlineData("root@pve:~# echo " + Watchdog, 0)]
    [InlineData("root@pve:~# logger -p kern.err " + Hang, 0)]
    [InlineData("root@pve:~# dmesg | grep Detected Hardware Unit Hang:", 0)]
    [InlineData("root@pve:~# journalctl -t npd Jul 24 15:52:37 host1 npd[12]: " + Hang, 0)]
    public void Command_BehindAPrompt_IsNoPartOfTheRecord(string log, int hangs) => Assert.Equal(hangs, Reports(log));

    [Theory]
    [InlineData("Here is my log: " + ThreeHangs, 3)]
    [InlineData(
        "since the update Jul 24 15:52:37 host1 kernel: " + Hang + " Jul 24 15:52:39 host1 kernel: " + Hang
        + " Jul 24 15:52:41 host1 kernel: " + Hang,
        3)]
    [InlineData("Here is my log: kernel: " + Hang + " kernel: " + Hang + " kernel: " + Hang, 3)]
    [InlineData("I saw [ 9385.6] " + Hang + " and also [ 9387.6] " + Hang + " yesterday", 0)]
    [InlineData("Apr 16 06:10:04 host1 npd[1]: log: " + ThreeHangs, 0)]
    [InlineData("12,77,9327470501,-;the log: " + ThreeHangs, 0)]
    [InlineData("    MESSAGE=the log: " + ThreeHangs, 0)]
    [InlineData("data: {\"_TRANSPORT\":\"syslog\",\"MESSAGE\":\"the log: " + ThreeHangs + "\"}", 0)]
    [InlineData("npd[1]: log: " + ThreeHangs, 0)]
    [InlineData(
        "e1000e prints " + Hang + " and resets, which is what " + Hang + " means, see " + Hang + " in netdev.c", 0)]
    public void Prose_BeforeAFlattenedLog_IsNoPartOfIt(string log, int hangs) => Assert.Equal(hangs, Reports(log));

    [Theory]
    [InlineData("** ")]
    [InlineData(" - ")]
    [InlineData("| ")]
    [InlineData("* ")]
    [InlineData("- ")]
    [InlineData(" - `")]
    [InlineData("> - ")]
    [InlineData("- > ")]
    public void Bullet_BeforeEachLine_IsNoPartOfIt(string bullet)
    {
        string[] report = [Hang, "  TDH  <8b>", "  TDT  <99>", "  time_stamp  <100227358>", "  jiffies  <100227517>"];
        var end = bullet.EndsWith('`') ? "`" : "";
        foreach (var time in new[] { "[  512.100000] ", "" })
        {
            var lines = report.Select(line => $"{bullet}{time}{line}{end}\n");
            var device = Assert.Single(
                DiagnosedText.Text(string.Concat(Enumerable.Repeat(string.Concat(lines), 3))).Devices);
            Assert.Equal((3, "wedge"), (device.HangMessages, device.Shape));
        }
    }

    [Theory]
    [InlineData("### [  512.1] " + Watchdog, 1)]
    [InlineData("## " + Watchdog, 0)]
    [InlineData("### " + Watchdog + " (bug report)", 0)]
    [InlineData("- " + Watchdog + " is printed by the core", 0)]
    [InlineData("* npd[12]: " + Hang, 0)]
    [InlineData("- Jul 24 15:52:37 host1 npd[12]: " + Hang, 0)]
    public void Sign_BeforeProse_MakesNoRecordOfIt(string line, int hangs) => Assert.Equal(hangs, Reports(line + "\n"));

    [Theory]
    [InlineData("Sep  1 17:37:16 host1 klogd: ")]
    [InlineData("Sep  1 17:37:16 host1 klogd: [   12.345678] ")]
    [InlineData("Sep  1 17:37:16 host1 kern: ")]
    [InlineData("Sep  1 17:37:16 host1 vmunix: [   12.345678] ")]
    [InlineData("Sep  1 17:37:16 host1 vmunix:[   12.345678] ")]
    [InlineData("Sep  1 17:37:16 host1 kernel: kernel: [   12.345678] ")]
    [InlineData("kernel: kernel: ")]
    [InlineData("Nov  8 12:34:56.123456 sonic WARNING kernel: [   12.345678] ")]
    [InlineData("Jun 10 12:00:00 esx vmkernel: WARNING: LinNet: netdev_watchdog:3678: ")]
    [InlineData("WARNING: LinNet: netdev_watchdog:3678: ")]
    [InlineData("Jun 10 12:00:00 esx vmkernel: 3:03:04:05.678 cpu3:4099)WARNING: LinNet: netdev_watchdog: ")]
    [InlineData("Jun 10 12:00:00 esx vmkernel: 3:03:04:05.678 WARNING: LinNet: netdev_watchdog:3678: ")]
    [InlineData("2016-05-01T12:00:00.123Z esx vmkwarning: cpu3:33270)WARNING: LinNet: netdev_watchdog:3678: ")]
    [InlineData("2016-05-01T12:00:00.123Z Al(177) vmkalert: cpu3:33270)WARNING: LinNet: netdev_watchdog:3678: ")]
    [InlineData("2016-05-01T12:00:00.123Z Wa(180) vmkwarning: ")]
    public void Tag_OfTheKernelByAnotherName_IsItsTag(string tag) => Assert.Equal(1, Reports(tag + Watchdog));

    [Theory]
    [InlineData("Sep  1 17:37:16 host1 klogger: ")]
    [InlineData("Sep  1 17:37:16 host1 kernel-watch: ")]
    [InlineData("Sep  1 17:37:16 host1 kern[12]: ")]
    [InlineData("Nov  8 12:34:56.123456 sonic WARNING npd[12]: ")]
    [InlineData("Sep  1 17:37:16 host1 npd[12]: kernel: ")]
    public void Tag_OfAProcess_IsNotTheKernels(string tag) => Assert.Equal(0, Reports(tag + Watchdog));

    [Theory]
    [InlineData("kernel: message repeated 3 times: [ [  518.345678] " + Hang + "]", 4)]
    [InlineData("kernel: [  520.1] message repeated 2 times: [ [  518.345678] " + Hang + "]", 3)]
    [InlineData("Last message 'kernel: [  518.3] " + Hang + "' repeated 2 times, suppressed by syslog-ng on host1", 3)]
    [InlineData("kernel: message repeated 3 times: [ npd[12]: " + Hang + "]", 1)]
    public void Repetition_WithATimeInTheQuotedText_CountsAsOftenAsItSays(string repetition, int hangs)
    {
        var log = $"Dec  7 08:03:12 host1 kernel: [  512.345678] {Hang}\nDec  7 08:03:20 host1 {repetition}\n";
        var device = Assert.Single(DiagnosedText.Text(log).Devices);
        Assert.Equal((hangs, 1), (device.HangMessages, device.Episodes));
    }

    [Theory]
    [InlineData("e1000e 0000:00:1f.6 eno1: Detected Hardware Unit Ha…")]
    [InlineData("e1000e 0000:00:1f.6 eno1: Detected Hardware Un>")]
    [InlineData("e1000e 0000:00:1f.6 eno1: Detected Hardware...")]
    [InlineData("e1000e 0000:00:1f.6 eno1: Detected Hardware Unit")]
    [InlineData("igb 0000:01:00.0: Detected Tx Unit Ha>")]
    [InlineData("e1000e 0000:00:1f.6 eno1: NETDEV WATCHDOG…")]
    [InlineData("NETDEV WATCHDOG: eno1 (e1000e): transmit que…")]
    [InlineData("NETDEV WATCHDOG: eno1: transmit ti")]
    [InlineData("bnxt_en 0000:04:00.0 eth0: TX timeout detected, starting re")]
    [InlineData("ena 0000:00:05.0 eth0: The number of lost tx completions is above the thr>")]
    public void Message_CutOffWithinItsFirstWords_CountsWhereNothingElseStartsSo(string line)
    {
        var diagnosis = DiagnosedText.Text($"[   12.345678] {line}\n[   13.000000] usb 1-1: new device\n");
        var device = Assert.Single(diagnosis.Devices);
        Assert.Equal((1, 0), (device.HangMessages + device.WatchdogMessages, diagnosis.CutLines));
    }

    [Theory]
    [InlineData("[   12.345678] e1000e 0000:00:1f.6 eno1: Detected Ha…\n[   13.0] x\n", 1)]
    [InlineData("[   12.345678] igb 0000:01:00.0 eth0: Det>\n[   13.0] x\n", 1)]
    [InlineData("[   12.345678] e1000e 0000:00:1f.6 eno1: Detected", 1)]
    [InlineData("[   12.345678] e1000e 0000:00:1f.6 eno1: Detected\n[   13.0] x\n", 0)]
    [InlineData("[   12.345678] e1000e 0000:00:1f.6 eno1: Interrupt Throttling Ra…\n", 0)]
    [InlineData("It says Detected Hardware Unit…\n", 0)]
    [InlineData("Detected Hardware Unit…\n", 0)]
    [InlineData("Jul 24 15:52:37 host1 npd[12]: e1000e 0000:00:1f.6 eno1: Detected Hardware Un…\n", 0)]
    public void Message_OfWhichTooLittleIsLeft_IsNamedAndDoesNotCount(string log, int cutLines)
    {
        var diagnosis = DiagnosedText.Text(log);
        Assert.Equal((0, cutLines), (Reports(diagnosis), diagnosis.CutLines));
        var prose = DiagnosedText.Prose(log);
        Assert.Equal(cutLines > 0, prose.Contains("cut off within the message", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("[  512.1] e1000e 0000:00:1f.6 eno1: Detected\nHardware\nUnit Hang:")]
    [InlineData("[  512.1] e1000e 0000:00:1f.6 eno1: Detected Ha\nrdware Un\nit Hang:")]
    [InlineData("[  512.1] e1000e\n0000:00:1f.6 eno1: Detected\nHardware Unit Hang:")]
    [InlineData("[  512.1] NETDEV WATCHDOG: eno1\n(e1000e): transmit queue\n0 timed out")]
    [InlineData("> [  512.1] NETDEV WATCHDOG: eno1\n> (e1000e): transmit queue\n> 0 timed out")]
    [InlineData("[  512.1] e1000e 0000:00:1f.6 eno1:\nNETDEV WATCHDOG: CPU: 3: transmit\nqueue 0 timed\nout 5376 ms")]
    public void Message_OnThreeLinesOrMore_IsOne(string log)
    {
        var device = Assert.Single(DiagnosedText.Text(log + "\n[  513.1] usb 1-1: new device\n").Devices);
        Assert.Equal(("eno1", 1), (device.Device, device.HangMessages + device.WatchdogMessages));
    }

    [Theory]
    [InlineData("I see Detected\nHardware\nUnit Hang:")]
    [InlineData("Mar 12 08:00:01 gw npd[12]: e1000e 0000:00:1f.6 eno1: Detected\nHardware\nUnit Hang:")]
    [InlineData("[  512.1] e1000e 0000:00:1f.6 eno1: Detected\n[  512.2] Hardware\n[  512.3] Unit Hang:")]
    public void Lines_ThatAreNoMessageTogether_AreNone(string log) => Assert.Equal(0, Reports(log));

    [Theory]
    [InlineData("\u001e{0}\n\u001e{0}\n")]
    [InlineData("data: {0}\n\ndata: {0}\n\n")]
    [InlineData("[{0},{0}]\n")]
    [InlineData("[{0}, {0}]")]
    [InlineData("[{0},\n{0}]\n")]
    [InlineData("[\n  {0},\n  {0}\n]\n")]
    [InlineData("\uFEFF[{0},{0}]\n")]
    [InlineData("The journal:\n[{0},{0}]\n")]
    [InlineData("[{0}]\n[{0}]\n")]
    public void Json_InEachFrame_IsRead(string frame)
    {
        Assert.Equal(2, Reports(frame.Replace("{0}", Entry("kernel"), StringComparison.Ordinal)));
        Assert.Equal(0, Reports(frame.Replace("{0}", Entry("syslog"), StringComparison.Ordinal)));
    }

    [Fact]
    public void JsonArray_OfManyEntriesOnOneLine_IsReadToItsEnd()
    {
        var log = $"[{string.Join(',', Enumerable.Repeat(Entry("kernel"), 2 * LineReader.MaxLength / Hang.Length))}]";
        Assert.Equal(2 * LineReader.MaxLength / Hang.Length, Reports(log));
    }

    // Brackets and commas in strings are no structure.
    [Fact]
    public void JsonArray_WithStructureInItsStrings_IsPartedBetweenObjectsOnly() => Assert.Equal(1, Reports(
        $$"""
        [{"_TRANSPORT":"kernel","MESSAGE":"a ] \"}, {\\"},{"_TRANSPORT":"kernel","X":["],",1],"MESSAGE":"{{Hang}}"}] [ 1.0] end
        """));

    [Fact]
    public void FileName_BeforeALine_IsLookedForWithinABound()
    {
        Assert.Equal(1, Reports($"/{new string('a', 200)}-b-Mar  5 02:17:41 pve kernel: {Watchdog}"));
        var dashes = new string('-', LogLineParser.MaxFileName);
        Assert.Equal(0, Reports($"/{dashes}-Mar  5 02:17:41 pve kernel: {Watchdog}"));
    }

    private static string Entry(string transport) =>
        $$"""{"__CURSOR":"s=1","_TRANSPORT":"{{transport}}","SYSLOG_IDENTIFIER":"kernel","MESSAGE":"{{Hang}}"}""";

    private static int Reports(string log) => Reports(DiagnosedText.Text(log));

    private static int Reports(DiagnosisJson diagnosis) =>
        diagnosis.Devices.Sum(device => device.HangMessages + device.WatchdogMessages);
}
