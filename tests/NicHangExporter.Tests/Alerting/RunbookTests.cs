using System.Text.RegularExpressions;
using NicHangExporter.Tests.Documentation;

namespace NicHangExporter.Tests.Alerting;

/// <summary>
/// The runbooks: one page for each alert, with the same headings, a section for each reason, and queries of metrics
/// that exist.
/// </summary>
public sealed partial class RunbookTests
{
    private static readonly string[] Headings =
        ["Meaning", "Impact", "Diagnosis", "What to do", "When it is a false alarm"];

    public static TheoryData<string> Alerts => [.. AlertRule.Alerts.Select(rule => rule.Name)];

    [Fact]
    public void EveryRunbook_BelongsToAnAlert() => Assert.Equal(
        AlertRule.Alerts.Select(rule => rule.Name).Order(StringComparer.Ordinal),
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs/runbooks"))
        .Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Alerts))]
    public void Runbook_HasTheSameHeadings_AndASectionForEachReason(string name)
    {
        var runbook = new Document($"docs/runbooks/{name}.md").Text;

        Assert.StartsWith($"# {name}\n", runbook, StringComparison.Ordinal);
        Assert.Equal(Headings, Heading().Matches(runbook).Select(match => match.Groups[1].Value));
        foreach (var reason in AlertRule.Alerts.Single(rule => rule.Name == name).Reasons)
            Assert.Contains($"\n### `{reason}`\n", runbook, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Alerts))]
    public void Runbook_HasQueriesOfMetricsThatExist(string name)
    {
        var queries = new Document($"docs/runbooks/{name}.md").Blocks("promql")
            .SelectMany(block => block.Split('\n', StringSplitOptions.RemoveEmptyEntries)).ToList();

        Assert.NotEmpty(queries);
        Assert.All(queries, query =>
        {
            var selectors = MetricNames.Selectors(query).ToList();
            Assert.True(selectors.Count > 0
                || AlertRule.All.Any(rule => rule.Name == query), $"{query} asks for nothing");
            foreach (var (metric, labels) in selectors)
                Assert.Subset(
                    MetricNames.All.GetValueOrDefault(metric)
                    ?? throw new KeyNotFoundException(metric), labels.ToHashSet());
        });
    }

    [GeneratedRegex("^## (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();
}
