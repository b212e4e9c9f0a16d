using System.Globalization;
using System.Text.RegularExpressions;

namespace NicHangExporter.Tests.Metrics;

/// <summary>
/// A strict reader of OpenMetrics 1.0.0: its ABNF, and its rules about names, types, order and duplicates, as far as an
/// exposition without timestamps, units and exemplars has them.
/// </summary>
internal sealed partial class OpenMetricsReader
{
    private static readonly Dictionary<string, string[]> Suffixes = new()
    {
        ["counter"] = ["_total", "_created"],
        ["gauge"] = [""],
        ["unknown"] = [""],
        ["histogram"] = ["_bucket", "_count", "_sum", "_created"],
    };

    private readonly Dictionary<string, string> _types = [];
    private readonly HashSet<string> _helps = [];
    private readonly HashSet<string> _series = [];
    private readonly HashSet<string> _reserved = [];
    private readonly List<(string Le, double Value)> _buckets = [];
    private string _family = "";
    private bool _hasSamples;

    private OpenMetricsReader()
    {
    }

    /// <summary>The samples: name and labels, and the value.</summary>
    public Dictionary<string, double> Samples { get; } = [];

    public IReadOnlyDictionary<string, string> Types => _types;

    /// <exception cref="FormatException">The text is no exposition of OpenMetrics.</exception>
    public static OpenMetricsReader Read(string text)
    {
        var reader = new OpenMetricsReader();
        if (!text.EndsWith("\n# EOF\n", StringComparison.Ordinal))
            throw new FormatException("the last line must be # EOF");
        foreach (var line in text[..^"# EOF\n".Length].Split('\n')[..^1])
            reader.Line(line);
        reader.EndFamily();
        return reader;
    }

    private void Line(string line)
    {
        if (Descriptor().Match(line) is { Success: true } descriptor)
            Describe(descriptor.Groups[1].Value, descriptor.Groups[2].Value, descriptor.Groups[3].Value);
        else if (Sample().Match(line) is { Success: true } sample)
            Add(sample);
        else
            throw new FormatException("not in the ABNF: " + line);
    }

    private void Describe(string kind, string family, string text)
    {
        if (family != _family)
        {
            EndFamily();
            if (_types.ContainsKey(family) || _helps.Contains(family))
                throw new FormatException("interleaved: " + family);
            (_family, _hasSamples) = (family, false);
        }
        if (_hasSamples)
            throw new FormatException("described after its samples: " + family);
        if (kind == "HELP" ? !_helps.Add(family) : !_types.TryAdd(family, text))
            throw new FormatException($"two lines {kind} of {family}");
        if (kind == "HELP" && !Escaped().IsMatch(text))
            throw new FormatException("not escaped: " + text);
        if (kind == "TYPE")
            foreach (var suffix in Suffixes.GetValueOrDefault(text)?.Append("").Distinct()
                ?? throw new FormatException("unknown type: " + text))
                if (!_reserved.Add(family + suffix))
                    throw new FormatException("a name of two families: " + family + suffix);
    }

    private void Add(Match sample)
    {
        var (name, labels, number) = (sample.Groups[1].Value, sample.Groups[2].Value, sample.Groups[3].Value);
        var type = _types.GetValueOrDefault(_family) ?? throw new FormatException("no type: " + name);
        var suffix = Array.Find(Suffixes[type], suffix => _family + suffix == name)
            ?? throw new FormatException($"{name} is no sample of {type} {_family}");
        _hasSamples = true;
        var pairs = Label().Matches(labels).Select(match => (Name: match.Groups[1].Value, match.Value)).ToList();
        if (pairs.DistinctBy(pair => pair.Name).Count() != pairs.Count)
            throw new FormatException("a label twice: " + labels);
        var ordered = string.Join(',', pairs.Select(pair => pair.Value).Order(StringComparer.Ordinal));
        var series = $"{name}{{{ordered}}}";
        if (!_series.Add(series))
            throw new FormatException("a series twice: " + series);
        var value = number is "NaN" or "+Inf" or "-Inf"
            ? double.NaN
            : double.Parse(number, CultureInfo.InvariantCulture);
        if (type is "counter" or "histogram" && !(value >= 0))
            throw new FormatException("a count must not be negative or NaN: " + series);
        Samples.Add(name + labels, value);
        if (type == "histogram")
            Check(suffix, pairs.Find(pair => pair.Name == "le").Value, value);
    }

    private void Check(string suffix, string? le, double value)
    {
        if (suffix != "_bucket")
            return;
        if (le is null || !Bound().IsMatch(le))
            throw new FormatException("no canonical bound: " + le);
        if (_buckets is [.., var last] && (last.Value > value || Number(last.Le) >= Number(le)))
            throw new FormatException("buckets must ascend: " + le);
        _buckets.Add((le, value));

        static double Number(string le) => le == "le=\"+Inf\""
            ? double.PositiveInfinity
            : double.Parse(le[4..^1], CultureInfo.InvariantCulture);
    }

    private void EndFamily()
    {
        if (_buckets is [.., var last]
            && (last.Le != "le=\"+Inf\"" || Samples.GetValueOrDefault(_family + "_count", double.NaN) != last.Value))
            throw new FormatException("the last bucket must be +Inf and have the count: " + _family);
        _buckets.Clear();
    }

    [GeneratedRegex(@"^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)$")]
    private static partial Regex Descriptor();

    [GeneratedRegex(
        """^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\]|\\[n"\\])*""" +
        """(?:",[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\]|\\[n"\\])*)*"\})? """ +
        """([-+]?[0-9]+(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?|NaN|[-+]Inf)$""")]
    private static partial Regex Sample();

    [GeneratedRegex("""([a-zA-Z_][a-zA-Z0-9_]*)="(?:[^"\\]|\\.)*"(?=[,}])""")]
    private static partial Regex Label();

    [GeneratedRegex("""^(?:[^"\\]|\\[n"\\])*$""")]
    private static partial Regex Escaped();

    [GeneratedRegex("""^le="(?:\+Inf|[0-9]+\.[0-9]+|[0-9.]+e[-+][0-9]+)"$""")]
    private static partial Regex Bound();
}
