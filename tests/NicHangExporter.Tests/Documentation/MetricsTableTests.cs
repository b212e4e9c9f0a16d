using System.Reflection;
using System.Text.RegularExpressions;
using NicHangExporter.Metrics;

namespace NicHangExporter.Tests.Documentation;

/// <summary>
/// docs/reference/metrics.md is generated from the tables and the registry: UPDATE_GOLDEN=1 writes it again. Other
/// files mention only metrics that exist.
/// </summary>
public sealed partial class MetricsTableTests
{
    private static readonly string Document = Path.Combine(Repository.Root, "docs/reference/metrics.md");

    [Fact]
    public void MetricsDocument_ListsExactlyTheMetricsThatExist()
    {
        var text = File.ReadAllText(Document);
        var start = text.IndexOf("<!-- begin generated -->", StringComparison.Ordinal);
        var end = text.IndexOf("<!-- end generated -->", StringComparison.Ordinal);
        var expected = text[..start] + "<!-- begin generated -->\n" + Table() + text[end..];
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
            File.WriteAllText(Document, expected);

        Assert.Equal(expected, File.ReadAllText(Document));
    }

    [Fact]
    public void EveryFile_MentionsOnlyMetricsThatExist()
    {
        // Of a histogram, queries ask for the series.
        var known = All()
            .SelectMany(metric =>
                metric.Type == "histogram" ? ["", "_bucket", "_sum", "_count"] : new[] { "" }, (metric, suffix) =>
                    metric.Name + suffix).ToHashSet();
        foreach (var directory in new[] { "docs", "deploy", "grafana", "." })
            foreach (var file in Directory.Exists(Path.Combine(Repository.Root, directory))
                ? Directory.EnumerateFiles(
                    Path.Combine(Repository.Root, directory), "*", directory == "." ? SearchOption.TopDirectoryOnly
                    : SearchOption.AllDirectories)
                : [])
                // The changelog also names what is gone.
                foreach (Match mention in Mention()
                    .Matches(Path.GetFileName(file) == "CHANGELOG.md" ? "" : File.ReadAllText(file)))
                    Assert.True(
                        known.Contains(mention.Value) || mention.Value.EndsWith('_'),
                        $"{Path.GetRelativePath(Repository.Root, file)} mentions {mention.Value}, "
                        + "which does not exist");
    }

    [Fact]
    public void Names_FollowTheHabitsOfTheField()
    {
        foreach (var (name, type, help, _) in All())
        {
            Assert.Matches("^(nichang|process)_[a-z_]+[a-z]$", name);
            Assert.Equal(type == "counter", name.EndsWith("_total", StringComparison.Ordinal));
            Assert.EndsWith(".", help, StringComparison.Ordinal);
        }
    }

    private static string Table()
    {
        var lines = All().OrderBy(metric => metric.Name, StringComparer.Ordinal)
            .Select(metric =>
                $"| `{metric.Name}` | {metric.Type} | {metric.Labels} | {Escape(metric.Help)} |");
        return "| metric | type | labels | meaning |\n| --- | --- | --- | --- |\n" + string.Join('\n', lines) + "\n";
    }

    private static string Escape(string help) =>
        help.Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);

    /// <summary>Every metric, in the order of the code.</summary>
    internal static List<(string Name, string Type, string Help, string Labels)> All()
    {
        var metrics = new List<(string, string, string, string)>();
        var labels = Labels();
        foreach (var holder in new[] { typeof(KernelMetrics), typeof(ProcessCollector) })
            foreach (var field in holder.GetFields(BindingFlags.Static | BindingFlags.Public)
                .Where(field => field.FieldType == typeof(MetricFamily)))
                Add((MetricFamily)field.GetValue(null)!);
        foreach (var row in KernelMetrics.Files)
            Add(row.Family);
        foreach (var metric in new ExporterMetrics().All)
            metrics.Add((
                metric.Family.Name, metric.Family.Type.ToString().ToLowerInvariant(), metric.Family.Help,
                string.Join(", ", metric.LabelNames)));
        return metrics;

        void Add(MetricFamily family) =>
            metrics.Add((
                family.Name, family.Type.ToString().ToLowerInvariant(), family.Help,
                labels.GetValueOrDefault(family.Name) ?? ""));
    }

    // The labels as they really are: those of the golden exposition.
    private static Dictionary<string, string> Labels()
    {
        var labels = new Dictionary<string, string>();
        foreach (var line in File.ReadLines(
            Path.Combine(Repository.Root, "tests/NicHangExporter.Tests/golden/exposition.prom"))
                .Where(line => line[0] != '#'))
        {
            var name = line[..line.IndexOfAny(['{', ' '])];
            labels[name] = string.Join(", ",
                LabelName().Matches(line).Select(match => match.Groups[1].Value)
                .Union(labels.GetValueOrDefault(name, "").Split(", ", StringSplitOptions.RemoveEmptyEntries)));
        }
        return labels;
    }

    [GeneratedRegex(@"nichang_[a-z_]+")]
    private static partial Regex Mention();

    [GeneratedRegex("[{,]([a-z_]+)=\"")]
    private static partial Regex LabelName();
}
