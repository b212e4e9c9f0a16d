using NicHangExporter.Linux;

namespace NicHangExporter.Tests.Diagnose;

/// <summary>Messages that a mail program or a terminal has broken over two lines.</summary>
public sealed class WrappedMessageTests
{
    [Theory]
    [InlineData("Mar 12 08:00:01 gw kernel: [86421.1] e1000e 0000:00:19.0 eth0: Detected\nHardware Unit Hang:", 1, 0)]
    [InlineData("Mar 12 08:00:01 gw kernel: [86421.1] e1000e 0000:00:19.0 eth0: Detected Ha\nrdware Unit Hang:", 1, 0)]
    [InlineData("[86421.1] NETDEV WATCHDOG: eth0 (e1000e):\ntransmit queue 0 timed out", 0, 1)]
    [InlineData("> [ 3432.3] NETDEV WATCHDOG: eth0 (igb): transmit queue 3 timed\n> out", 0, 1)]
    [InlineData("[86421.1] NETDEV WATCHDOG: eth0 (igb): transmit queue\n5 timed out", 0, 1)]
    [InlineData(
        "[  512.1] e1000e 0000:00:1f.6 eth0: NETDEV WATCHDOG: CPU: 3: transmit\nqueue 0 timed out 5376 ms", 0, 1)]
    [InlineData("[  512.1] tg3 0000:02:00.0 eth0: transmit timed out,\nresetting", 1, 0)]
    [InlineData(
        "[  512.1] e1000e 0000:00:1f.6 eth0: Detected Hardware\n  Unit Hang:\n[  512.1]   TDH                  "
        + "<0>\n[  512.2] x",
        1,
        0)]
    // Whole ones stay two, however short the lines are.
    [InlineData("eth0: tx timeout\nNETDEV WATCHDOG: eth0: transmit timed out", 1, 1)]
    public void Message_OnTwoLines_IsOne(string log, int hangs, int watchdogs)
    {
        var device = Assert.Single(DiagnosedText.Text(log).Devices);
        Assert.Equal(("eth0", hangs, watchdogs), (device.Device, device.HangMessages, device.WatchdogMessages));
    }

    [Theory]
    [InlineData("I keep getting NETDEV WATCHDOG: eth0 (e1000e):\ntransmit queue 0 timed out whenever I copy files.")]
    [InlineData("Mar 12 08:00:01 gw watcher[12]: e1000e 0000:00:19.0 eth0: Detected\nHardware Unit Hang:")]
    [InlineData("[ 1.1] e1000e 0000:00:19.0 eth0: Detected\nMar 12 08:00:01 gw watcher[12]: x\nHardware Unit Hang:")]
    [InlineData("[ 1.1] e1000e 0000:00:19.0 eth0: Detected\n[ 1.2] Hardware Unit Hang:")]
    [InlineData("\"%s: transmit timed out,\nresetting\"")]
    public void Lines_ThatAreNoMessageTogether_AreNone(string log) => Assert.Empty(DiagnosedText.Text(log).Devices);
}
