using System.Globalization;
using System.Text;

namespace NicHangExporter.EndToEnd.Support;

/// <summary>One sample of a scrape.</summary>
internal sealed record Sample(string Name, IReadOnlyDictionary<string, string> Labels, double Value);

/// <summary>
/// The result of a scrape, parsed strictly by the rules of the text format 0.0.4: every line must be valid, no series
/// may occur twice, and the samples of a family must be contiguous.
/// </summary>
internal sealed class Scrape
{
    private Scrape(string text) => Text = text;

    /// <summary>The raw text.</summary>
    public string Text { get; }

    /// <summary>Every sample, in order.</summary>
    public List<Sample> Samples { get; } = [];

    /// <summary>The type of each family.</summary>
    public Dictionary<string, string> Types { get; } = [];

    /// <summary>The only sample with that name and at least those labels.</summary>
    public double this[string name, params (string Name, string Value)[] labels] => Of(name, labels) switch
    {
        [var only] => only.Value,
        var several =>
            throw new InvalidOperationException(
                $"{several.Count} samples of {name}{{{string.Join(',', labels)}}} in {this}"),
    };

    /// <summary>Parses an exposition; fails the test if it is invalid.</summary>
    public static Scrape Parse(string text)
    {
        var scrape = new Scrape(text);
        var series = new HashSet<string>();
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
                Assert.True(scrape.Types.TryAdd(line.Split(' ')[2], line.Split(' ')[3]), $"second TYPE: {line}");
            else if (!line.StartsWith("# HELP ", StringComparison.Ordinal))
            {
                var sample = ParseSample(line);
                // TYPE precedes the first sample of its family, and samples of a family are contiguous.
                Assert.True(scrape.Types.LastOrDefault() is { Key: not null } family
                    && IsOf(sample.Name, family.Key, family.Value), $"outside its family: {line}");
                Assert.True(series.Add(line[..line.LastIndexOf(' ')]), $"second sample of a series: {line}");
                scrape.Samples.Add(sample);
            }
        return scrape;
    }

    /// <summary>The samples with that name and at least those labels.</summary>
    public List<Sample> Of(string name, params (string Name, string Value)[] labels) =>
        Samples.FindAll(
            sample => sample.Name == name && labels.All(label =>
                sample.Labels.GetValueOrDefault(label.Name) == label.Value));

    /// <summary>Their sum; 0 for none.</summary>
    public double Sum(string name, params (string Name, string Value)[] labels) =>
        Of(name, labels).Sum(sample => sample.Value);

    /// <summary>The values of a label of a metric, in order.</summary>
    public List<string> Labels(string name, string label) =>
        [.. Of(name).Select(sample => sample.Labels[label]).Distinct()];

    /// <summary>The part that is useful in a failure message: the exporter's own metrics, without zeros.</summary>
    public override string ToString() =>
        string.Join('\n',
            Text.Split('\n').Where(line => !line.StartsWith('#') && !line.EndsWith(" 0", StringComparison.Ordinal)
        && new[] { "nichang_feature", "nichang_device_r", "nichang_device_t", "process_" }.All(
            prefix => !line.StartsWith(prefix, StringComparison.Ordinal))));

    private static bool IsOf(string sample, string family, string type) =>
        type == "histogram" ? sample == family + "_bucket" || sample == family + "_sum" || sample == family + "_count"
        : sample == family;

    private static Sample ParseSample(string line)
    {
        var labels = new Dictionary<string, string>();
        var end = line.AsSpan().IndexOfAny('{', ' ');
        var rest = line[end] == '{' ? ParseLabels(line, end + 1, labels) : end;
        Assert.True(line[rest] == ' ', line);
        var value = line[(rest + 1)..];
        return new Sample(line[..end], labels, value switch
        {
            "+Inf" => double.PositiveInfinity,
            "-Inf" => double.NegativeInfinity,
            _ => double.Parse(value, NumberStyles.Float, CultureInfo.InvariantCulture),
        });
    }

    // Returns the position after the closing brace.
    private static int ParseLabels(string line, int position, Dictionary<string, string> labels)
    {
        while (true)
        {
            var equals = line.IndexOf("=\"", position, StringComparison.Ordinal);
            var name = line[position..equals];
            var value = new StringBuilder();
            for (position = equals + 2; line[position] != '"'; position++)
                value.Append(line[position] != '\\' ? line[position] : line[++position] switch
                {
                    'n' => '\n',
                    '\\' => '\\',
                    '"' => '"',
                    _ => throw new FormatException($"unknown escape: {line}"),
                });
            Assert.True(labels.TryAdd(name, value.ToString()), $"second label {name}: {line}");
            position++;
            if (line[position] == '}')
                return position + 1;
            Assert.True(line[position++] == ',', line);
        }
    }
}
