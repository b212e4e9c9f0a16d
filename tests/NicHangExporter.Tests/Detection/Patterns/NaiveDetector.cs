using System.Text;
using System.Text.RegularExpressions;
using NicHangExporter.Detection.Patterns;

namespace NicHangExporter.Tests.Detection.Patterns;

/// <summary>
/// What <see cref="HangDetector"/> promises for records of the kernel, written as slowly and plainly as possible: every
/// row at every position of the line, formats and prefixes as regular expressions, no index, no early exit. The oracle
/// of the fast one.
/// </summary>
internal static class NaiveDetector
{
    // dev_valid_name(), isspace() of lib/ctype.c
    private const string Name = @"(?!\.\.?(?![^\x00\t-\r \xa0/:]))[^\x00\t-\r \xa0/:]{1,15}";
    private const string Driver = @"[A-Za-z0-9][A-Za-z0-9_.+-]{0,54}";
    private const string Bus = @"[A-Za-z0-9](?:[A-Za-z0-9.:_@+-]{0,46}[A-Za-z0-9._@+-])?";
    private const string State =
        @"(?: \((?:uninitialized|unregistering|unregistered|unregister|released|dummy|unknown)\))";
    private const string Unnamed = @"\(unnamed net_device\)";

    // The form of a bus address: a colon, too long for an interface, the numbering of a known bus, or a platform
    // device.
    private const string BusWord =
        @"(?=(?:[^ ]+:[^ ]*[^ :]|[^ ]{15,}[^ :]|virtio[0-9]+|netdevsim[0-9]+|vif-[0-9]+"
        + @"|[0-9A-Fa-f]{8,}|[0-9A-Fa-f]{5,}\.[^ ]*?)(?::? |:?$))"
        + Bus;

    // A platform device by its number. An interface can have such a name.
    private const string Numbered = @"(?=[^ ]+\.[0-9]+(?::? |:?$))" + Bus;

    private static readonly (HangPattern Row, string Start, Regex Format)[] Rows =
    [
        .. HangPatterns.All.Select(row =>
            (
                row, Encoding.ASCII.GetString(row.Message.Start.Span),
                new Regex(Format(row.Format), RegexOptions.CultureInvariant))),
    ];

    /// <summary>The rows that a record's first line matches, the text being Latin-1: one character a byte.</summary>
    public static IEnumerable<HangPattern> Matches(string text)
    {
        var lines = text.TrimEnd('\n').Split('\n');
        var line = text.Split('\n')[0];
        if (line.Length is < 3 or > HangDetector.MaxLineLength) yield break;
        // A driver's first line has no control character, and a firewall's log is no driver's.
        if (Regex.IsMatch(line, @"[\x00-\x1f\x7f]") || Regex.IsMatch(line, "IN=.* OUT=")) yield break;
        line = line.TrimEnd(' ');
        foreach (var (row, start, format) in Rows)
            for (var at = line.IndexOf(start, StringComparison.Ordinal); at >= 0;
                at = line.IndexOf(start, at + 1, StringComparison.Ordinal))
                if (at <= KernelPrefix.MaxLength
                    && format.Match(line[at..]) is { Success: true } match
                    && HasName(row, match)
                    && Prefixes(row).IsMatch(line[..at])
                    && (!row.IsTerse || NamesTheDriver(row).IsMatch(line[..at]))
                    && !Regex.IsMatch(line[..at], @"\Ausb .")
                    && (lines.Length <= 1 || row.HasReport && lines.Skip(1).All(further => Register.IsMatch(further))))
                {
                    yield return row;
                    break;
                }
    }

    // A line of a report as Intel's drivers print it.
    private static readonly Regex Register = new(
        @"\A *(?:(?:tx_)?buffer_info\[next_to_clean\]|buffer_info\[next_to_clean\]:|"
            + @"(?:Tx Queue|TDH, TDT|TDH|TDT|next_to_use|next_to_clean|time_stamp|jiffies"
            + @"|next_to_watch|next_to_watch\.status|desc\.status|MAC Status|PHY Status"
            + @"|PHY 1000BASE-T Status|PHY Extended Status|PCI Status)[ \t\r]*<V>(?:, <V>)?) *\z".Replace(
                "V", @"(?:[0-9A-Fa-f]{1,16}|\(null\)|\(____ptrval____\)|\(ptrval\))", StringComparison.Ordinal),
        RegexOptions.CultureInvariant);

    // After the driver of the row, after driver, address and interface, or after a function with its line.
    private static Regex NamesTheDriver(HangPattern row) => DriverOf.GetOrAdd(row, static row => new Regex(
        $@"\A(?:{Any(row.Drivers)}:? .|(?!net ){Driver} (?:{BusWord}|{Numbered}): (?!{Unnamed}){Name}"
        + $@"|{Driver} (?:{BusWord}|{Numbered}) "
        + $@"(?!{Unnamed}|{State.Replace("(?: ", "(?:", StringComparison.Ordinal)}){Name}"
        + $@"|(?:{Driver}: )?\[{Driver}:[0-9]+\(.*\)\]\z|.*:\(pid )",
        RegexOptions.CultureInvariant));

    private static readonly System.Collections.Concurrent.ConcurrentDictionary<HangPattern, Regex> DriverOf = new();

    private static bool HasName(HangPattern row, Match match) =>
        new[] { row.DeviceAt, row.FormerNameAt }.All(at =>
            at < 0 || Regex.IsMatch(match.Groups[at + 1].Value, $@"\A(?:{Name})\z", RegexOptions.CultureInvariant));

    private static readonly System.Collections.Concurrent.ConcurrentDictionary<HangPattern, Regex> PrefixOf = new();

    private static Regex Prefixes(HangPattern row) =>
        PrefixOf.GetOrAdd(
            row,
            static row => new Regex($@"\A(?:{string.Join('|', Alternatives(row))})\z", RegexOptions.CultureInvariant));

    private static IEnumerable<string> Alternatives(HangPattern row)
    {
        var named = Any(row.Drivers);
        var known = row.AnyDriver ? $"(?:{named}|{Any(NetDrivers.All)})" : named;
        var any = row.AnyDriver ? Driver : named;
        var notModule = $"(?!(?:{Any([.. row.Drivers, .. NetDrivers.All])}): )(?!{BusWord}: ){Name}";
        var twice = Any(row.AnyDriver ? NetDrivers.All : row.Drivers.Where(NetDrivers.All.Contains));
        var notBus = $"(?!{BusWord}:? ){Name}";
        if (row.Shapes.HasFlag(PrefixShapes.Netdev))
        {
            yield return $@"{any} {Bus} (?<n>{Name}){State}?: (?:\k<n>{State}?: )?";
            yield return $@"{any} {Bus} {Unnamed}{State}?: ";
            yield return $@"(?!net ){any} (?:{BusWord}|{Numbered}): {notBus}{State}?: ";
            yield return $@"(?!net ){any} (?:{BusWord}|{Numbered}): {Unnamed}{State}?: ";
            yield return $@"{BusWord} (?<f>{Name}){State}?: (?:\k<f>{State}?: )?";
            yield return $@"{BusWord}: {notBus}{State}?: ";
            yield return $@"net (?<m>{Name}){State}?: (?:\k<m>{State}?: )?";
            yield return $@"(?!net |{BusWord} ){known} (?<d>(?!{Numbered}: ){notBus}): (?:\k<d>{State}?: )?";
            yield return $@"(?!net |{BusWord} ){known} (?<e>{Name}){State}: (?:\k<e>{State}?: )?";
            yield return $@"(?<t>{twice}) (?:{BusWord}|{Numbered}): \k<t>: (?:{notBus}|{Unnamed}){State}?: ";
            yield return $@"(?<u>{twice}) {Bus} (?<v>{Name}){State}?: \k<u>: \k<v>{State}?: ";
            yield return $@"(?!(?:ata|hci|mmc|nvme|spi|i2c-)[0-9]+: |cec-){notModule}: ";
            yield return $@"{Name}{State}: ";
            yield return $@"(?!{BusWord}: ){known}: {notBus}{State}?: (?:(?=[A-Za-z0-9.+-]*_){Driver}: )?";
        }
        if (row.Shapes.HasFlag(PrefixShapes.Device))
        {
            yield return $@"{named} (?:{BusWord}|{Numbered}): ";
            yield return $@"{named}: {BusWord}: ";
        }
        if (row.Shapes.HasFlag(PrefixShapes.Module)) yield return $"{named}: ";
        if (row.Shapes.HasFlag(PrefixShapes.Bare)) yield return "";
        if (row.Shapes.HasFlag(PrefixShapes.Function))
            yield return $@"(?:{named}: )?\[{Driver}:[0-9]+\((?=(?:(?!\)\]).)*\)\]\z)(?:{Name})?\)\]";
        if (row.Shapes.HasFlag(PrefixShapes.Traced))
            yield return $@"{named} (?<b>{BusWord}|{Numbered}): (?:\k<b>:)?{Driver}:[0-9]+:\(pid [0-9]+\): ";
        if (row.Shapes.HasFlag(PrefixShapes.NameBlank))
        {
            yield return $"{Name} ";
            yield return $"{known}: {Name} ";
            yield return $@"{any} {Bus} (?<p>{Name}){State}?: (?:{Driver}: )?\k<p> ";
            yield return $@"(?!net ){any} (?:{BusWord}|{Numbered}): (?<q>{notBus}){State}?: {Driver}: \k<q> ";
            yield return $"(?:(?!net ){any} (?:{BusWord}|{Numbered})|{BusWord}): (?:{Driver}: )?{Name} ";
            yield return $@"{BusWord} (?<r>{Name}){State}?: (?:{Driver}: )?\k<r> ";
            yield return $@"{BusWord}: (?<s>{notBus}){State}?: {Driver}: \k<s> ";
        }
    }

    private static string Any(IEnumerable<string> words) =>
        words.Any()
            ? $"(?:{string.Join('|', words.OrderByDescending(word => word.Length).Select(Regex.Escape))})"
            : "(?!)";

    private static string Format(string format)
    {
        var pattern = Regex.Replace(
            Regex.Escape(format.TrimEnd()),
            @"%(?:\\?[#0-9.lzh])*(\\\*|[diuxXps])",
            match =>
                match.Groups[1].Value switch
        {
            var kind when match.Value is ['%', >= '1' and <= '9', not '\\', ..] && kind is "x" or "X" or "d" =>
                " *" + (kind == "d" ? "(-?[0-9]+)" : "((?:0x)?[0-9A-Fa-f]+)"),
            @"\*" => "(.*)",
            "d" or "i" => "(-?[0-9]+)",
            "u" => "([0-9]+)",
            "s" => "(.*?)",
            _ => "((?:0x)?[0-9A-Fa-f]+)",
        });
        return $@"\A{pattern}\z";
    }
}
