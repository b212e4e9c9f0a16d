using System.Globalization;
using System.Text;
using System.Text.Json;
using NicHangExporter.Diagnose;
using NicHangExporter.Linux;

namespace NicHangExporter.Tests.Diagnose;

/// <summary>One wedge of e1000e in every log format: the answer is the same each time.</summary>
public sealed class PasteFormatTests
{
    private static readonly string[] Report =
    [
        "e1000e 0000:00:1f.6 eno1: Detected Hardware Unit Hang:",
        "  TDH                  <8b>",
        "  TDT                  <99>",
        "  next_to_use          <99>",
        "  next_to_clean        <8b>",
        "buffer_info[next_to_clean]:",
        "  time_stamp           <100227358>",
        "  next_to_watch        <8c>",
        "  jiffies              <100227517>",
        "  next_to_watch.status <0>",
        "MAC Status             <40080083>",
        "PHY Status             <796d>",
        "PHY 1000BASE-T Status  <3c00>",
        "PHY Extended Status    <3000>",
        "PCI Status             <10>",
    ];

    private static readonly Dictionary<string, Func<TimeSpan, IEnumerable<string>>> Formats = new()
    {
        ["dmesg"] = at => Report.Select(line => $"[{at.TotalSeconds,12:0.000000}] {line}"),
        ["dmesg, first line with a time"] = at =>
            Report.Select((line, number) => number == 0 ? $"[{at.TotalSeconds,12:0.000000}] {line}" : line),
        ["dmesg, indented"] = at =>
            Report.Select(
                (line, number) => number == 0 ? $"[{at.TotalSeconds,12:0.000000}] {line}" : $"               {line}"),
        ["dmesg, truncated times"] = at => Report.Select(line => $"[{Math.Floor(at.TotalSeconds),5}.] {line}"),
        ["dmesg, jiffies wrap"] = at => Report.Select(line => $"[{at.TotalSeconds + 4294960000:0.000000}] {line}"),
        ["dmesg, blank lines"] = at =>
            Report.SelectMany(line => new[] { $"[{at.TotalSeconds,12:0.000000}] {line}", "" }),
        ["caller"] = at => Report.Select(line => $"[{at.TotalSeconds,12:0.000000}][   C28] {line}"),
        ["caller, thread"] = at => Report.Select(line => $"[{at.TotalSeconds,12:0.000000}] [ T1234] {line}"),
        ["dmesg -T"] = at => Report.Select(line => $"[{Wall(at):ddd MMM d HH:mm:ss yyyy}] {line}"),
        ["dmesg -x"] = at => Report.Select(line => $"kern  :err   : [{at.TotalSeconds,12:0.000000}] {line}"),
        ["dmesg -x -T"] = at => Report.Select(line => $"kern  :err   : [{Wall(at):ddd MMM d HH:mm:ss yyyy}] {line}"),
        ["dmesg -d"] = at => Report.Select(line => $"[{at.TotalSeconds,12:0.000000} <    0.000012>] {line}"),
        ["dmesg --time-format=iso"] = at =>
            Report.Select(line => $"{Wall(at):yyyy-MM-ddTHH:mm:ss,ffffff}+02:00 {line}"),
        ["dmesg -r"] = at => Report.Select(line => $"<3>[{at.TotalSeconds,12:0.000000}] {line}"),
        ["klog without a time"] = _ => Report.Select(line => $"<3>{line}"),
        ["journalctl short"] = at => Report.Select(line => $"{Wall(at):MMM dd HH:mm:ss} pve1 kernel: {line}"),
        ["journalctl short, aligned"] = at =>
            Report.Select(
                (line, number) =>
                    number == 0
                        ? $"{Wall(at):MMM dd HH:mm:ss} pve1 kernel: {line}"
                        : $"                             {line}"),
        ["journalctl short-precise"] = at =>
            Report.Select(line => $"{Wall(at):MMM dd HH:mm:ss.ffffff} pve1 kernel: {line}"),
        ["journalctl short-iso"] = at =>
            Report.Select(line => $"{Wall(at):yyyy-MM-ddTHH:mm:ss}+0200 pve1 kernel: {line}"),
        ["journalctl short-iso-precise"] = at =>
            Report.Select(line => $"{Wall(at):yyyy-MM-ddTHH:mm:ss.ffffff}+02:00 pve1 kernel: {line}"),
        ["journalctl short-full"] = at =>
            Report.Select(line => $"{Wall(at):ddd yyyy-MM-dd HH:mm:ss} CEST pve1 kernel: {line}"),
        ["journalctl short-monotonic"] = at =>
            Report.Select(line => $"[{at.TotalSeconds,12:0.000000}] pve1 kernel: {line}"),
        ["journalctl short-unix"] = at =>
            Report.Select(line => $"{(Wall(at) - DateTime.UnixEpoch).TotalSeconds:0.000000} pve1 kernel: {line}"),
        ["journalctl -o json"] = at => [Json(at)],
        ["RFC 3164 with a time since boot"] = at =>
            Report.Select(line => $"{Wall(at):MMM dd HH:mm:ss} pve1 kernel: [{at.TotalSeconds,12:0.000000}] {line}"),
        ["RFC 3164 without a host"] = at => Report.Select(line => $"{Wall(at):MMM dd HH:mm:ss} kernel: {line}"),
        ["RFC 3164 and time since boot only"] = at =>
            Report.Select(line => $"{Wall(at):MMM dd HH:mm:ss} [{at.TotalSeconds,12:0.000000}][   C28] {line}"),
        ["rsyslog, ISO"] = at =>
            Report.Select(line =>
                $"{Wall(at):yyyy-MM-ddTHH:mm:ss.ffffff}+02:00 pve1 kernel: [{at.TotalSeconds,12:0.000000}] {line}"),
        ["rsyslog, control characters escaped"] = at =>
            [$"{Wall(at):MMM dd HH:mm:ss} pve1 kernel: [{at.TotalSeconds,12:0.000000}] {string.Join("#012", Report)}"],
        ["RFC 5424"] = at =>
            Report.Select(line => $"<3>1 {Wall(at):yyyy-MM-ddTHH:mm:ss.ffffff}+02:00 pve1 kernel - - - {line}"),
        ["RFC 5424, structured data"] = at =>
            Report.Select(line =>
                $"<3>1 {Wall(at):yyyy-MM-ddTHH:mm:ss.ffffffZ} pve1 kernel - - [meta x=\"1\"] "
                + $"[{at.TotalSeconds,12:0.000000}] {line}"),
        ["RFC 3164 with a priority"] = at =>
            Report.Select(line => $"<3>{Wall(at):MMM dd HH:mm:ss} pve1 kernel: {line}"),
        ["OpenWrt logread"] = at =>
            Report.Select(line =>
                $"{Wall(at):ddd MMM dd HH:mm:ss yyyy} kern.err kernel: [{at.TotalSeconds,12:0.000000}] {line}"),
        ["BusyBox"] = at =>
            Report.Select(line =>
                $"{Wall(at):MMM dd HH:mm:ss} OpenWrt kern.err kernel: [{at.TotalSeconds,12:0.000000}] {line}"),
        ["Talos"] = at =>
            Report.Select(line => $"10.5.0.2: kern:     err: [{Wall(at):yyyy-MM-ddTHH:mm:ss.fffffffZ}]: {line}"),
        ["Home Assistant"] = at =>
            Report.Select(line => $"{Wall(at):yyyy-MM-dd HH:mm:ss.fff} homeassistant kernel: {line}"),
        ["VMware"] = at => Report.Select(line => $"{Wall(at):yyyy-MM-ddTHH:mm:ss.fffZ} cpu1:65936)<3>{line}"),
        ["VMware 8"] = at =>
            Report.Select(line => $"{Wall(at):yyyy-MM-ddTHH:mm:ss.fffZ} In(182) vmkernel: cpu1:65936)<3>{line}"),
        ["time of day"] = at => Report.Select(line => $"{Wall(at):HH:mm:ss} kernel: {line}"),
        ["host only"] = _ => Report.Select(line => $"pve1 kernel: {line}"),
        ["tag only"] = _ => Report.Select(line => $"kernel: {line}"),
        ["time since boot and tag"] = at => Report.Select(line => $"[{at.TotalSeconds,12:0.000000}] kernel: {line}"),
        ["bare"] = _ => Report,
        ["bare, indented"] = _ => Report.Select(line => $"    {line}"),
        ["headers only"] = at => [$"[{at.TotalSeconds,12:0.000000}] {Report[0]}"],
        ["quoted"] = at => Report.Select(line => $"> [{at.TotalSeconds,12:0.000000}] {line}"),
        ["quoted twice"] = at => Report.Select(line => $">> > [{at.TotalSeconds,12:0.000000}] {line}"),
        ["line numbers of vi"] = at =>
            Report.Select((line, number) => $"{number + 3055} [{at.TotalSeconds,12:0.000000}] {line}"),
        ["line numbers of grep"] = at =>
            Report.Select(
                (line, number) => $"{number + 12}{(number == 0 ? ':' : '-')}[{at.TotalSeconds,12:0.000000}] {line}"),
        ["line numbers of grep, bare"] = _ => [$"12:{Report[0]}"],
        ["file names of grep"] = at => [$"/var/log/kern.log:{Wall(at):MMM dd HH:mm:ss} pve1 kernel: {Report[0]}"],
        ["file names and line numbers of grep"] = at =>
            [$"kern.log.1:77:{Wall(at):MMM dd HH:mm:ss} pve1 kernel: {Report[0]}"],
        ["CR LF"] = at => Report.Select(line => $"[{at.TotalSeconds,12:0.000000}] {line}\r"),
        ["colours"] = at =>
            Report.Select(line =>
                $"\u001b[32m[{at.TotalSeconds,12:0.000000}] \u001b[0m\u001b[1;33m"
                + $"{line.Replace(": ", ": \u001b[0m\u001b[31m", StringComparison.Ordinal)}\u001b[0m"),
        ["other output between"] = at =>
            Report
                .SelectMany(line =>
                    new[]
                    {
                        $"[{at.TotalSeconds,12:0.000000}] {line}",
                        "[  5]   7.00-8.00   sec  0.00 Bytes  0.00 bits/sec    0   8.74 KBytes",
                    })
                .Take(1),
        ["/dev/kmsg"] = at =>
            [
                $"3,1001,{(long)at.TotalMicroseconds},-;{string.Join(@"\x0a", Report)}",
                " SUBSYSTEM=pci",
                " DEVICE=+pci:0000:00:1f.6",
            ],
        ["/dev/kmsg, caller"] = at =>
            [
                $"3,1001,{(long)at.TotalMicroseconds},-,caller=C3;{string.Join(@"\x0a", Report)}",
                " SUBSYSTEM=pci",
                " DEVICE=+pci:0000:00:1f.6",
            ],
        ["/dev/kmsg, blanks lost"] = at =>
            [
                $"> 3,1001,{(long)at.TotalMicroseconds},-;{string.Join(@"\x0a", Report)}",
                "SUBSYSTEM=pci",
                "DEVICE=+pci:0000:00:1f.6",
            ],
    };

    public static TheoryData<string> Names => [.. Formats.Keys, "dmesg -H"];

    [Theory]
    [MemberData(nameof(Names))]
    public void Wedge_InAnyFormat_IsTheSameWedge(string name)
    {
        var device = Assert.Single(DiagnosedText.Text(Log(name, "\n")).Devices);
        // Without times and registers it is unknown whether it recovered in between.
        var shape = name == "line numbers of grep, bare" ? "unknown" : "wedge";
        Assert.Equal(
            new DiagnosisJson.Entry("eno1", "0000:00:1f.6", "e1000e", 5, 0, 0, 0, 0, 1, shape),
            device with
            {
                Faults = [],
                Advice = [],
            });
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Wedge_WithByteOrderMarkAndWithoutLastLineEnd_IsTheSameWedge(string name)
    {
        byte[] log = [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(Log(name, "\n").TrimEnd('\n'))];
        Assert.Equal(5, Assert.Single(DiagnosedText.Bytes(log).Devices).HangMessages);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Wedge_CutAnywhere_NeverCountsMore(string name)
    {
        var log = Log(name, "\n");
        for (var length = 0; length < log.Length; length += 37)
            Assert.InRange(DiagnosedText.Text(log[..length]).Devices.Sum(device => device.HangMessages), 0, 5);
        for (var from = 0; from < log.Length; from += 37)
            Assert.InRange(DiagnosedText.Text(log[from..]).Devices.Sum(device => device.HangMessages), 0, 5);
    }

    [Fact]
    public void TwoWedgesFarApart_InFormatsWithTimes_AreTwoEpisodes()
    {
        string[] timeless =
        [
            "klog without a time",
            "host only",
            "tag only",
            "bare",
            "bare, indented",
            "line numbers of grep, bare",
        ];
        foreach (var (name, format) in Formats.Where(format => !timeless.Contains(format.Key)))
        {
            var log = string.Join('\n', new[] { 0, 2, 4, 300, 302, 304 }.SelectMany(second => format(Boot(second))));
            Assert.Equal((name, 2), (name, Assert.Single(DiagnosedText.Text(log).Devices).Episodes));
        }
    }

    private static string Log(string name, string end) =>
        string.Concat((name == "dmesg -H"
            ? Enumerable.Range(0, 5).SelectMany(count => Report.Select((line, number) => (count, number) switch
            {
                (0, 0) => $"[Jul24 15:52] {line}",
                (_, 0) => $"[  +2.015991] {line}",
                _ => $"[  +0.000000] {line}",
            }))
            : Enumerable.Range(0, 5).SelectMany(count => Formats[name](Boot(2 * count)))).Select(line => line + end));

    private static TimeSpan Boot(double second) => TimeSpan.FromSeconds(9327.470501 + second);

    // One that goes past midnight and the turn of the year.
    private static DateTime Wall(TimeSpan at) =>
        new DateTime(2026, 12, 31, 23, 59, 57, DateTimeKind.Utc) + (at - Boot(0));

    private static string Json(TimeSpan at) => JsonSerializer.Serialize(new Dictionary<string, string>
    {
        ["__REALTIME_TIMESTAMP"] = ((Wall(at) - DateTime.UnixEpoch).TotalMicroseconds).ToString(
                    "0", CultureInfo.InvariantCulture),
        ["_SOURCE_MONOTONIC_TIMESTAMP"] = at.TotalMicroseconds.ToString("0", CultureInfo.InvariantCulture),
        ["_TRANSPORT"] = "kernel",
        ["SYSLOG_IDENTIFIER"] = "kernel",
        ["PRIORITY"] = "3",
        ["_KERNEL_SUBSYSTEM"] = "pci",
        ["_KERNEL_DEVICE"] = "+pci:0000:00:1f.6",
        ["MESSAGE"] = string.Join('\n', Report),
    });
}
