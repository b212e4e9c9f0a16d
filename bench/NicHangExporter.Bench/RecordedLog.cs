using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using NicHangExporter.Api;
using NicHangExporter.Linux;

namespace NicHangExporter.Bench;

/// <summary>
/// A long kernel log made of records of real kernels: ordinary records in turn, and in every hundredth place a record
/// that reports a hang or a reset. It is written in two forms: as /dev/kmsg returns it, and as lines of text as dmesg
/// prints them, one line per record.
/// </summary>
internal sealed partial class RecordedLog
{
    private const int HangEvery = 100;
    private const ulong MicrosecondsBetween = 1000;

    private readonly List<Record> _ordinary = [];
    private readonly List<Record> _hangs = [];

    /// <summary>Reads the recordings, *.raw in a directory.</summary>
    public RecordedLog(string directory)
    {
        foreach (var file in Directory.EnumerateFiles(directory, "*.raw").Order(StringComparer.Ordinal))
            foreach (Match match in Whole().Matches(File.ReadAllText(file, Encoding.Latin1)))
            {
                var record = new Record(
                    match.Groups["priority"].Value, match.Groups["text"].Value, match.Groups["dictionary"].Value);
                var tellsOfHang = Hang().IsMatch(record.Text);
                // Excludes hang messages that user space wrote, because the two programs treat them differently.
                if (!tellsOfHang)
                    _ordinary.Add(record);
                else if (int.Parse(record.Priority, CultureInfo.InvariantCulture) < 8)
                    _hangs.Add(record);
            }
        if (_ordinary.Count == 0 || _hangs.Count == 0)
            throw new InvalidOperationException($"{directory} holds no recorded kernel logs (*.raw)");
    }

    /// <summary>
    /// Writes a number of records as kernel records and as text. Returns how many of them report a hang or reset.
    /// </summary>
    public int Write(int records, string kmsg, string text)
    {
        var hangs = 0;
        using var kernel = new StreamWriter(kmsg, append: false, Encoding.Latin1, 1 << 20);
        using var lines = new StreamWriter(text, append: false, Encoding.Latin1, 1 << 20);
        for (var number = 0; number < records; number++)
        {
            var record =
                number % HangEvery == HangEvery - 1
                    ? _hangs[hangs++ % _hangs.Count]
                    : _ordinary[number % _ordinary.Count];
            var time = (ulong)number * MicrosecondsBetween;
            kernel.Write(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{record.Priority},{number},{time},-;{record.Text}\n{record.Dictionary}"));
            lines.Write(
                string.Create(
                    CultureInfo.InvariantCulture, $"[{time / 1_000_000,5}.{time % 1_000_000:D6}] {record.Text}\n"));
        }
        return hangs;
    }

    [GeneratedRegex(
        @"^(?<priority>\d+),\d+,\d+,[^;\n]*;(?<text>[^\n]*)\n(?<dictionary>( [^\n]*\n)*)", RegexOptions.Multiline)]
    private static partial Regex Whole();

    [GeneratedRegex("Detected (Hardware|Tx) Unit Hang|NETDEV WATCHDOG|TX timeout on queue|Reset adapter")]
    private static partial Regex Hang();

    private sealed record Record(string Priority, string Text, string Dictionary);
}
