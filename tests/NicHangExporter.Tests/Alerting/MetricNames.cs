using System.Text.RegularExpressions;
using NicHangExporter.Metrics;

namespace NicHangExporter.Tests.Alerting;

/// <summary>
/// The metrics that a query may use: those that are served, with their labels, and those of Prometheus.
/// </summary>
internal static partial class MetricNames
{
    /// <summary>
    /// Labels of every series, from the scrape: job and instance always, the others if a site sets them.
    /// </summary>
    private static readonly string[] OfTheTarget = ["job", "instance", "cluster", "node", "pod"];

    /// <summary>Every metric with its labels.</summary>
    public static IReadOnlyDictionary<string, HashSet<string>> All { get; } = Read();

    /// <summary>The metrics of an expression, each with the labels that its selector names.</summary>
    public static IEnumerable<(string Metric, string[] Labels)> Selectors(string expression) =>
        Selector().Matches(expression)
        .Select(match =>
            (match.Groups[1].Value,
                Matcher().Matches(match.Groups[2].Value).Select(matcher => matcher.Groups[1].Value).ToArray()));

    /// <summary>The labels by which an expression joins and groups.</summary>
    public static IEnumerable<string> Groupings(string expression) =>
        Grouping().Matches(expression)
        .SelectMany(match =>
            match.Groups[1].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));

    /// <summary>The labels that an expression itself sets.</summary>
    public static IEnumerable<string> Added(string expression) =>
        Set().Matches(expression).Select(match => match.Groups[1].Value);

    private static Dictionary<string, HashSet<string>> Read()
    {
        var metrics = new Dictionary<string, HashSet<string>>
        {
            ["up"] = [.. OfTheTarget],
            ["ALERTS"] = ["alertname", "alertstate", .. OfTheTarget],
            ["ALERTS_FOR_STATE"] = ["alertname", .. OfTheTarget]
        };
        foreach (var metric in new ExporterMetrics().All)
            metrics[metric.Family.Name] = [.. metric.LabelNames, .. OfTheTarget];
        // The kernel's, with the labels that they really have.
        foreach (var line in File.ReadLines(
            Path.Combine(Repository.Root, "tests/NicHangExporter.Tests/golden/exposition.prom"))
                .Where(line => line[0] != '#'))
        {
            var name = line[..line.IndexOfAny(['{', ' '])];
            if (!metrics.TryGetValue(name, out var labels))
                metrics[name] = labels = [.. OfTheTarget];
            labels.UnionWith(ExpositionLabel().Matches(line).Select(match => match.Groups[1].Value));
        }
        return metrics;
    }

    // A name of this exporter, or one of the others that rules may use. Quoted text is left out, except the queries of
    // annotations.
    [GeneratedRegex(@"(?<![\w:""{])((?:nichang|process)_\w+|up|ALERTS(?:_FOR_STATE)?)\b(?![\w:(])(?:\{([^}]*)\})?")]
    private static partial Regex Selector();

    [GeneratedRegex(@"(\w+)\s*(?:=~|!~|!=|=)")]
    private static partial Regex Matcher();

    [GeneratedRegex(@"\b(?:on|by|without|ignoring|group_left|group_right)\s*\(([^)]*)\)")]
    private static partial Regex Grouping();

    // label_replace(…, "label", "value", "", "")
    [GeneratedRegex(@"[)\]}\w]\s*,\s*""(\w+)"",\s*""[^""]*"",")]
    private static partial Regex Set();

    [GeneratedRegex("[{,]([a-z_]+)=\"")]
    private static partial Regex ExpositionLabel();
}
