using System.Globalization;
using System.Text;
using NicHangExporter.Diagnose.LogText;
using NicHangExporter.Remediation.Journaling;

namespace NicHangExporter.Tests.Diagnose;

/// <summary>
/// A log says the same, however it was passed on: each file of both corpora, changed as mailers, forums and people
/// change logs, gives the same counts.
/// </summary>
public sealed class TextFormTests
{
    private const string ProseFirst = "prose before a flattened log";

    private static readonly string[] EachLine =
        ["stars before each line", "dashes before each line", "bullets before each line"];

    // Files in which the change removes information, or which are about another format.
    private static readonly (string Form, string File, string Why)[] Lossy =
    [
        .. Enumerable.Concat(
                EachLine,
                ["arrow behind", "comment behind", "arrow in front", "bullets", "prompt in front", "command in front"])
            .SelectMany(form =>
                new[]
        {
            (form, "67-e1000e-hang.log", "a copy of /dev/kmsg is taken at its word"),
            (form, "68-igb-hang.log", "a copy of /dev/kmsg is taken at its word"),
        }),
        .. Enumerable
            .Concat(EachLine, ["arrow in front", "bullets", "prompt in front", "command in front"])
            .SelectMany(form =>
                new[]
        {
            (form, "07-mtk_soc_eth-brokenprefix.log", "the device is in the line before, and the remark parts the two"),
            (form, "12-e1000e-flattened.log", "one line, which the remark makes one of prose"),
            (form, "62-hns3-watchdog.log", "the lines have numbers in front"),
        }),
        ("arrow behind", "35-virtio-truncated.log", "the message is cut off where the remark begins"),
        ("comment behind", "35-virtio-truncated.log", "the message is cut off where the remark begins"),
        ("command in front", "24-i40e-hang.log", "the lines name no device, and may be what the command looks for"),
        .. new[] { "arrow behind", "comment behind" }.SelectMany(form => new[]
        {
            (form, "17-cdc_ether-wrapped.log", "the remark stands within a message that is wrapped"),
            (form, "24-acx-wlan.log", "the remark stands within a message that is wrapped"),
        }),
        .. EachLine.Select(form =>
            (form, "70-r8169-export.log", "fields of the Journal Export Format are taken at their word")),
        (ProseFirst, "07-mtk_soc_eth-brokenprefix.log", "as without the prose"),
        (ProseFirst, "14-ravb-quotedprintable.log", "as without the prose"),
        (ProseFirst, "26-enic-oops.log", "as without the prose"),
        (ProseFirst, "25-ixgbe-xdp-mail.log", "as without the prose"),
        ("flattened", "07-mtk_soc_eth-brokenprefix.log", "the line begins with a fence of Markdown"),
        .. Enumerable.Concat(EachLine, ["indented", "arrow behind", "comment behind", "flattened"]).Select(form =>
                (
                    form, "14-ravb-quotedprintable.log",
                    "it is quoted-printable, and the change parts what belongs together")),
        ("flattened", "26-enic-oops.log", "prose follows the message"),
        ("flattened", "35-virtio-truncated.log", "the line begins with prose"),
        ("flattened", "25-ixgbe-xdp-mail.log", "marks of quotation stand between the registers"),
    ];

    private static readonly Dictionary<string, Func<string, string>> Forms = new()
    {
        ["quoted-printable"] = QuotedPrintable,
        ["quoted"] = log => Lines(log, line => "> " + line),
        ["quoted twice"] = log => Lines(log, line => "> > " + line),
        ["quoted with bars"] = log => Lines(log, line => "| " + line),
        ["CRLF"] = log => log.Replace("\n", "\r\n", StringComparison.Ordinal),
        ["padded"] = log => Lines(log, line => line.PadRight(120)),
        ["indented"] = log => Lines(log, line => "    " + line),
        ["arrow behind"] = log => Lines(log, line => IsMessage(line) ? line + "   <-- here" : line),
        ["comment behind"] = log => Lines(log, line => IsMessage(line) ? line + " // the NIC is gone" : line),
        ["arrow in front"] = log => Lines(log, line => InFront("--> ", line)),
        ["bullets"] = log => Lines(log, line => InFront("* ", line)),
        ["prompt in front"] = log => Lines(log, line => InFront("root@pve:~# ", line)),
        ["stars before each line"] = log => Lines(log, line => "** " + line),
        ["dashes before each line"] = log => Lines(log, line => " - " + line),
        ["bullets before each line"] = log => Lines(log, line => "* " + line),
        ["command in front"] = log => Lines(log, line => InFront("root@pve:~# dmesg | tail -n 20 ", line)),
        ["tag klogd"] = log => log.Replace(" kernel: ", " klogd: ", StringComparison.Ordinal),
        ["tag twice"] = log => log.Replace(" kernel: ", " kernel: kernel: ", StringComparison.Ordinal),
        ["tag vmunix"] = log => log.Replace(" kernel: ", " vmunix: ", StringComparison.Ordinal),
        [ProseFirst] = log => "Hello, this is what I see here since the update of last week: " + Flattened(log),
        ["flattened"] = Flattened,
    };

    public static TheoryData<string, string> Cases()
    {
        var cases = new TheoryData<string, string>();
        foreach (var directory in new[] { "corpus", "corpus2" })
            foreach (var file in Directory
                    .EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "fixtures", directory), "*.log")
                    .Order(StringComparer.Ordinal))
                foreach (var form in Forms.Keys)
                    if ((form != ProseFirst || HasTimes(file))
                        && !Lossy.Any(lossy => lossy.Form == form && lossy.File == Path.GetFileName(file)))
                        cases.Add($"{directory}/{Path.GetFileName(file)}", form);
        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Log_InAnotherForm_GivesTheSameCounts(string file, string form)
    {
        var log = Encoding.Latin1.GetString(
            File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "fixtures", file)));

        Assert.Equal(Counts(log), Counts(Forms[form](log)));
    }

    // Prose may quote one or two lines, and lines without times look like prose.
    private static bool HasTimes(string file) => File.ReadAllLines(file, Encoding.Latin1).Count(HasTime) > 2;

    private static bool HasTime(string line) =>
        LogLineParser.Parse(Encoding.Latin1.GetBytes(line))
            is { Stamp.Clock: not LogClockKind.None, Origin: not LogOrigin.Process };

    private static string Counts(string log) =>
        string.Join(
            "; ",
            DiagnosedText
                .Bytes(Encoding.Latin1.GetBytes(log))
                .Devices.Where(device => device.HangMessages + device.WatchdogMessages + device.Resets > 0)
                .Select(device =>
                    $"{device.Device ?? device.Bus} {device.HangMessages} {device.WatchdogMessages} {device.Resets}")
                .Order(StringComparer.Ordinal));

    private static bool IsMessage(string line) => Counts(line + "\n").Length > 0;

    // Behind the quotes of a mail.
    private static string InFront(string remark, string line)
    {
        var text = line.TrimStart(' ', '>', '|', '\t');
        return IsMessage(line) ? line[..^text.Length] + remark + text : line;
    }

    private static string Lines(string log, Func<string, string> change) =>
        string.Join(
            '\n',
            log.TrimEnd('\n').Split('\n')
                .Select(line => line.EndsWith('\r') ? change(line[..^1]) + "\r" : change(line))) + "\n";

    private static string Flattened(string log) =>
        string.Join(' ', log.TrimEnd('\n').Split('\n').Select(line => line.TrimEnd('\r'))) + "\n";

    // RFC 2045, 6.7: a line has at most 76 characters, the last of which is the "=" of a soft line break.
    private static string QuotedPrintable(string log)
    {
        var encoded = new StringBuilder();
        foreach (var line in log.TrimEnd('\n').Split('\n'))
        {
            var length = 0;
            for (var at = 0; at < line.Length; at++)
            {
                var last = at == line.Length - 1;
                var plain = line[at] is >= '!' and <= '~' and not '=' || line[at] is ' ' or '\t' && !last;
                var part = plain
                    ? line[at].ToString()
                    : string.Create(CultureInfo.InvariantCulture, $"={(int)line[at]:X2}");
                if (length + part.Length > 75)
                {
                    encoded.Append("=\n");
                    length = 0;
                }
                encoded.Append(part);
                length += part.Length;
            }
            encoded.Append('\n');
        }
        return encoded.ToString();
    }
}
