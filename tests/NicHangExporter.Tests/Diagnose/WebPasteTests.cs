using NicHangExporter.Diagnose.LogText;
using NicHangExporter.Linux;

namespace NicHangExporter.Tests.Diagnose;

/// <summary>
/// Lines as web pages, mails, containers and consoles pass them on: the kernel's are found, and nothing else becomes
/// one.
/// </summary>
public sealed class WebPasteTests
{
    private const string Watchdog = "NETDEV WATCHDOG: eth0 (e1000e): transmit queue 0 timed out";

    [Theory]
    // markup
    [InlineData("```" + Watchdog + "```")]
    [InlineData("`" + Watchdog + "`")]
    [InlineData("`[  512.100000] " + Watchdog + "`")]
    [InlineData("<pre>Jul  4 05:06:07 box kernel: " + Watchdog + "</pre>")]
    [InlineData("<pre class=\"wiki\"><code>" + Watchdog + "</code></pre>")]
    [InlineData("<p>[  512.100000] " + Watchdog + "<br />")]
    [InlineData("[CODE]Jul  4 05:06:07 box kernel: " + Watchdog + "[/CODE]")]
    [InlineData("&lt;6&gt;[  512.100000] " + Watchdog)]
    [InlineData("&gt; &gt; [  512.100000] " + Watchdog)]
    [InlineData("[\u00a0512.100000]\u00a0NETDEV WATCHDOG: eth0\u00a0(e1000e): transmit queue\u00a00 timed out")]
    // other languages, other orders
    [InlineData("[Do Okt 29 01:14:38 2020] " + Watchdog)]
    [InlineData("[mar. oct. 29 01:14:38 2024] " + Watchdog)]
    [InlineData("[三 10月  9 11:22:33 2024] " + Watchdog)]
    [InlineData("Mär 05 02:17:41 pve-node-1.lan kernel: " + Watchdog)]
    [InlineData("févr. 12 10:00:01 srv kernel: " + Watchdog)]
    [InlineData("окт 12 10:00:01 srv kernel: " + Watchdog)]
    [InlineData("10月 09 11:22:33 nas kernel: " + Watchdog)]
    [InlineData("2024/05/14 08:12:33 nas kernel: " + Watchdog)]
    [InlineData("2024-05-14 08:12:33 " + Watchdog)]
    [InlineData("2024-05-14 08:12:33 +02:00 box kernel: " + Watchdog)]
    // containers, consoles, collectors
    [InlineData("node-logger-1  | [  512.100000] " + Watchdog)]
    [InlineData("2024-05-14T08:12:33.123456789Z stdout F [  512.100000] " + Watchdog)]
    [InlineData("debian login: [  512.100000] " + Watchdog)]
    [InlineData(" kernel:[  512.100000] " + Watchdog)]
    [InlineData("Oct 29 01:14:38 box kernel:[  512.100000] " + Watchdog)]
    [InlineData("Oct 29 01:14:38 192.168.1.5 [  512.100000] " + Watchdog)]
    [InlineData("[  512.100000@3] " + Watchdog)]
    [InlineData("/var/log/kern.log-Mar  5 02:17:41 pve kernel: " + Watchdog)]
    [InlineData("* [  512.100000] " + Watchdog)]
    [InlineData("+[  512.100000] " + Watchdog)]
    [InlineData(":" + Watchdog)]
    // VMware
    [InlineData("2016-05-01T12:00:00.123Z cpu3:33270)WARNING: LinNet: netdev_watchdog:3678: " + Watchdog)]
    [InlineData("Jun 10 12:00:00 esx vmkernel: 0:03:04:05.678 cpu3:4099)<6>" + Watchdog)]
    // the hole of a hard reset
    [InlineData("\0\0\0\0Oct 29 01:14:38 box kernel: " + Watchdog)]
    public void Line_PassedOn_IsTheKernels(string line)
    {
        var device = Assert.Single(DiagnosedText.Text(line + "\n").Devices);
        Assert.Equal(("eth0", 1), (device.Device, device.WatchdogMessages));
    }

    [Theory]
    [InlineData("| core | `" + Watchdog + "` | watchdog |")]
    [InlineData("- `" + Watchdog + "` is what it prints")]
    [InlineData("app-1  | 2024-05-14 08:12:33 INFO  Watcher - " + Watchdog)]
    [InlineData("app-1  | " + Watchdog)]
    [InlineData("2024-05-14T08:12:33.123456789Z stdout F " + Watchdog)]
    [InlineData("wrz 12 10:00:01 srv watcher[12]: " + Watchdog)]
    [InlineData("10月 09 11:22:33 nas watcher: " + Watchdog)]
    [InlineData("&lt;13&gt;" + Watchdog)]
    [InlineData("<message>" + Watchdog + "</message>")]
    [InlineData("debian login: " + Watchdog)]
    [InlineData("\"" + Watchdog + "\"")]
    public void Line_OfSomebodyElse_IsNothing(string line) => Assert.Empty(DiagnosedText.Text(line + "\n").Devices);

    [Fact]
    public void FurtherLines_OfAProcessInTheJournal_AreItsOwn() => Assert.Empty(DiagnosedText.Text(
        $"""
        Mar 12 08:00:01 gw watcher[12]: recent kernel messages:
                                        e1000e 0000:00:19.0 eth0: Detected Hardware Unit Hang:
                                        {Watchdog}
        Mar 12 08:00:02 gw systemd[1]: Started.
        """).Devices);

    [Fact]
    public void Dates_OfAnotherLanguage_PartEpisodes() => Assert.Equal(2, Assert.Single(DiagnosedText.Text(
        $"""
        Mär 05 02:17:41 pve kernel: {Watchdog}
        Mär 05 02:17:46 pve kernel: {Watchdog}
        Mär 06 02:17:46 pve kernel: {Watchdog}
        """).Devices).Episodes);

    [Theory]
    [InlineData("&lt;3&gt;&amp;&quot;&#39;&nbsp;.", "<3>&\"' .")]
    [InlineData("a & b &unknown; &lt", "a & b &unknown; &lt")]
    public void Clean_Entities_AreWhatTheyStandFor(string line, string expected)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(line);
        Assert.Equal(expected, System.Text.Encoding.UTF8.GetString(LineCleaner.Clean(bytes, new byte[bytes.Length])));
    }
}
