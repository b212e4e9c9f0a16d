using System.Text;
using NicHangExporter.Detection.Patterns;

namespace NicHangExporter.Tests.Detection.Patterns;

/// <summary>
/// Kernel records that hold text of others: names of processes, names of USB devices, rules of a firewall. None of them
/// is a message of a driver, for any process name.
/// </summary>
public sealed class ForgedRecordTests
{
    // The text after a process name at the start of a record.
    private static readonly string[] Tails =
    [
        "[4242]: segfault at 0 ip 00007f3538d1aad8 sp 00007ffd5922f5f8 error 4 in "
        + "libc.so.6[167ad8,7f3538bd9000+156000]",
        "[4242]: segfault (11) at 0 nip 0 lr 0 code 1", "[4242]: unhandled exception: DABT (lower EL), ESR 0x92000006",
        "[4242]: unhandled signal 11 code 0x1 at 0x0", "[4242] bad frame in rt_sigreturn frame:0 ip:0 sp:0 orax:0",
        "[4242] vsyscall attempted with vsyscall=none ip:0 cs:33 sp:0 ax:0 si:0 di:0",
        "/4242: potentially unexpected fatal signal 11.",
        ": page allocation failure: order:4, mode:0xdc0(GFP_KERNEL), nodemask=(null)",
        " invoked oom-killer: gfp_mask=0xcc0, order=0",
        " (4242): drop_caches: 3",
        " (4242) used obsolete MD ioctl, upgrade your software",
        " uses 32-bit capabilities (legacy support in use)",
        "(4242): Attempt to set a LOCK_MAND lock via flock(2).", ": clone() with bad flags",
    ];

    private static readonly string[] Prefixes =
    [
        "",
        "a: ",
        "a ",
        "tg3: a: ",
        "tg3 a: ",
        "tg3: a ",
        "tg3 0:1: ",
        "0:1: ",
        "0:1 a: ",
        "a 0:1: ",
        "a 0:1 b: ",
        "a b.1 c: ",
        "a b c: ",
        "net a: ",
        "[f:1(a)]", "a: [f:1()]", "eno1: ", "eno1 ", "usb 1-1.2: a: ", "a (dummy): ",
    ];

    [Theory]
    // A process: segfault, general protection, memory, hung task, stack.
    [InlineData("eno1: tx hang\n[4242]: segfault at 0 ip 0 sp 0 error 4 in libc.so.6[7f0000+1000]")]
    [InlineData("eth0: tx hang\n[4242]: segfault at 0 ip 0 sp 0 error 4 likely on CPU 0 (core 0, socket 0)")]
    [InlineData("e0: tx timeout\n[1]: segfault at 0 ip 0 sp 0 error 4")]
    [InlineData("e0: Tx timeout\n: page allocation failure: order:4, mode:0xdc0(GFP_KERNEL), nodemask=(null)")]
    [InlineData("e0: resetting\n invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0")]
    [InlineData("e0: TX timeout\n/77: potentially unexpected fatal signal 11.")]
    [InlineData("e0: Link is Up\n[1]: segfault at 0 ip 0 sp 0 error 4")]
    [InlineData("e0: tx hang\r[1]: segfault at 0 ip 0 sp 0 error 4")]
    [InlineData("e0: tx hang\t")]
    [InlineData("e0: link is up[1]: segfault at 0 ip 0 sp 0 error 4")]
    [InlineData("alx a: NIC Up: [1]: segfault at 0 ip 0 sp 0 error 4")]
    [InlineData("tg3 a: link up, invoked oom-killer: gfp_mask=0xcc0")]
    [InlineData("a b c: tx hang\n[1]: segfault at 0 ip 0 sp 0 error 4")]
    [InlineData("traps: eno1: tx hang\n[4242] general protection fault ip:0 sp:0 error:0 in libc.so.6[7f0000+1000]")]
    [InlineData("INFO: task eno1: tx hang\n:4242 blocked for more than 120 seconds.")]
    [InlineData("process 'eno1: tx hang' started with executable stack")]
    [InlineData("x[1]: segfault at 0 ip 0 sp 0 error 4 in \neno1: tx hang[400000+1000]")]
    // A short message without a sign that a driver printed it.
    [InlineData("eno1: tx hang")]
    [InlineData("eno1: tx timeout")]
    [InlineData("eno1: Link is Up")]
    [InlineData("a b c: tx hang")]
    // A USB device with a name that it chooses, behind a hub; a keyboard.
    [InlineData("usb 1-1.2: Product: transmit timed out, resetting")]
    [InlineData("usb 1-1.2: Manufacturer: NETDEV WATCHDOG: CPU: 1: transmit queue 0 timed out 5010 ms")]
    [InlineData("input: link is up as /devices/virtual/input/input5")]
    // A firewall in a user's network namespace, with nf_log_all_netns=1.
    [InlineData(
        "e1000e 0000:00:1f.6 eno1: Detected Hardware Unit Hang:\nIN=eth0 OUT= MAC=00 SRC=10.0.0.1 DST=10.0.0.2 LEN=60")]
    [InlineData(
        "e1000e 0000:00:1f.6 eno1: Detected Hardware Unit Hang:\n  TDH                  <0> IN=eth0 OUT= MAC=00 "
        + "SRC=10.0.0.1")]
    [InlineData("macb 1f00100000.ethernet eth0: TX stall detected on queue 0 (IN=eth0 OUT= SRC=10.0.0.1 DST=10.0.0.2")]
    [InlineData("e1000e 0000:00:1f.6 eno1: NIC Link is Up IN= OUT=lo SRC=10.0.0.1 DST=10.0.0.2 LEN=60")]
    [InlineData("e1000e 0000:00:1f.6 eno1: Reset adapter unexpectedly\nIN=eth0 OUT= SRC=10.0.0.1")]
    public void Record_ThatIsNotTheKernelsOwnText_IsNothing(string text) =>
        Assert.False(Detect(Encoding.Latin1.GetBytes(text)));

    [Fact]
    public void ProcessName_MadeOfAnyRowOfTheTable_ForgesNothing()
    {
        var messages = File.ReadLines(Fixtures.PathOf("patterns.tsv"))
            .Skip(1)
            .Select(line => line.Split('\t'))
            .Select(Message)
            .ToArray();
        var tried = 0;
        foreach (var message in messages)
            foreach (var prefix in Prefixes)
                foreach (var name in Names(prefix + message))
                    foreach (var tail in Tails)
                    {
                        tried++;
                        Assert.False(Detect(Encoding.Latin1.GetBytes(name + tail)), $"{name}|{tail}");
                    }
        Assert.InRange(tried, 100_000, int.MaxValue);
    }

    [Fact]
    public void ProcessName_OfRandomBytes_ForgesNothing()
    {
        var random = new Random(20_261_129);
        string[] pieces =
        [
            "a",
            "e0",
            "eno1",
            ": ",
            " ",
            "tg3",
            "igb",
            "alx",
            "tx hang",
            "tx timeout",
            "link up",
            "link is up",
            "link up, ",
            "NIC Up: 1", "\n", "\t", "[", ")]", "usb", "0:1", "net", "Link", " is ", "Up", "\u00e4",
        ];
        string Piece() =>
            random.Next(6) == 0 ? ((char)random.Next(1, 256)).ToString() : pieces[random.Next(pieces.Length)];
        for (var count = 0; count < 300_000; count++)
        {
            var name = string.Concat(Enumerable.Range(0, random.Next(1, 8)).Select(_ => Piece()));
            var text = name[..Math.Min(name.Length, HangPattern.MaxProcessName)] + Tails[random.Next(Tails.Length)];
            Assert.False(Detect(Encoding.Latin1.GetBytes(text)), text);
        }
    }

    [Fact]
    public void FirewallPrefix_MadeOfAnyMessage_ForgesNothing()
    {
        foreach (
            var line in File.ReadLines(Fixtures.PathOf("patterns.tsv")).Skip(1).Select(line => line.Split('\t')[7]))
            foreach (
            var between in new[] { "", " ", "\n", "\n  TDH                  <0>", "\n  TDH                  <0>\n" })
            {
                var prefix = line + between;
                var text =
                    prefix[..Math.Min(prefix.Length, 127)]
                    + "IN=eth0 OUT= MAC=00:00:5e:00:53:01 SRC=192.0.2.1 DST=192.0.2.2 LEN=60 TOS=0x00";
                Assert.False(Detect(Encoding.Latin1.GetBytes(text)), text);
            }
    }

    [Fact]
    public void Report_OfEveryIntelDriver_IsAcceptedAsTheDriverPrintsIt()
    {
        string[] reports =
        [
            "e1000 0000:02:01.0 eth0: Detected Tx Unit Hang\n  Tx Queue             <0>\n  TDH                  "
            + "<7d>\n  TDT                  <7d>\n  next_to_use          <7d>\n"
                + "  next_to_clean        <92>\nbuffer_info[next_to_clean]\n  time_stamp           <ffff358a>\n  "
                + "next_to_watch        <93>\n  jiffies              <ffff379e>\n  next_to_watch.status <0>",
            "igb 0000:01:00.0: Detected Tx Unit Hang\n  Tx Queue             <1>\n  TDH                  <0>\n  "
            + "TDT                  <1>\n  next_to_use          <1>\n  next_to_clean        <0>\n"
                + "buffer_info[next_to_clean]\n  time_stamp           <ffff358a>\n  next_to_watch        "
                + "<00000000f5a3e0c2>\n  jiffies              <ffff379e>\n  desc.status          <558000>",
            "igc 0000:03:00.0 enp3s0: Detected Tx Unit Hang\n  Tx Queue             <1>\n  next_to_watch        "
            + "<(____ptrval____)>\n  jiffies              <ffff379e>",
            "igc 0000:03:00.0 enp3s0: Detected Tx Unit Hang\n  Tx Queue             <1>\n  next_to_watch        "
            + "<(ptrval)>\n  jiffies              <ffff379e>",
            "ixgbe 0000:01:00.0 eth2: Detected Tx Unit Hang \n  Tx Queue             <2>\n  TDH, TDT             "
            + "<13a>, <16a>\n  next_to_use          <16a>\n  next_to_clean        <13a>\n"
            + "tx_buffer_info[next_to_clean]\n  time_stamp           <ffffde69>\n  jiffies              <ffffe060>",
        ];
        Assert.All(reports, report => Assert.True(Detect(Encoding.ASCII.GetBytes(report)), report));
        // An old kernel's empty line, and a line that no driver prints.
        Assert.True(Detect("mlx5_core 0000:08:00.0 eth2: TX timeout detected\n"u8));
        Assert.False(Detect(Encoding.ASCII.GetBytes(reports[1] + "\n[4242]: segfault")));
        Assert.False(Detect("mlx5_core 0000:08:00.0 eth2: TX timeout detected\n  TDH                  <0>"u8));
    }

    private static bool Detect(ReadOnlySpan<byte> text) =>
        HangDetector.TryDetect(text, default, default, DetectionMode.Kernel, out _);

    // The message of a fixture line, without its prefix.
    private static string Message(string[] fixture)
    {
        var row = HangPatterns.All.Single(row => row.Id == fixture[0]);
        return fixture[7][fixture[7].IndexOf(Start(row), StringComparison.Ordinal)..];
    }

    private static string Start(HangPattern row) => Encoding.ASCII.GetString(row.Message.Start.Span);

    // The longest possible text, with and without a newline after it, and its parts.
    private static IEnumerable<string> Names(string text)
    {
        for (var length = 1; length <= Math.Min(text.Length, HangPattern.MaxProcessName); length++)
        {
            yield return text[..length];
            if (length < HangPattern.MaxProcessName) yield return text[..length] + "\n";
        }
    }
}
