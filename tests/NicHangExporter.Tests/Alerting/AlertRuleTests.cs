using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using NicHangExporter.Tests.Documentation;

namespace NicHangExporter.Tests.Alerting;

/// <summary>
/// What promtool can't check: the rules use metrics that are served, and each alert has what the on-call person needs.
/// </summary>
public sealed partial class AlertRuleTests
{
    // It always fires, so it has neither an end nor a time to wait.
    private const string DeadMansSwitch = "NicHangDeadMansSwitch";

    // More alerts than these are too many to read. Alerts for some sites only are in rules-optional.
    private const int MostCoreAlerts = 12;

    // The only intended comparison by all labels: whether the same process has restarted its count. Another pod always
    // has.
    private const string AnewInTheSamePod = "!= last_over_time(nichang_hang_events_unattributed_total[1d] offset";

    public static TheoryData<string> Alerts => [.. AlertRule.Alerts.Select(rule => rule.Name)];

    public static TheoryData<string> TestFiles => [.. AlertTestFile.All.Select(file => file.Name)];

    public static TheoryData<string> Rules => [.. AlertRule.All.Select(rule => rule.Name)];

    [Theory]
    [MemberData(nameof(Rules))]
    public void Rule_AsksForMetricsAndLabelsThatExist(string name)
    {
        var rule = AlertRule.All.Single(rule => rule.Name == name);
        var selectors = MetricNames.Selectors(rule.Expression).ToList();
        var recorded = AlertRule.All.Where(other =>
            !other.IsAlert && rule.Expression.Contains(other.Name, StringComparison.Ordinal)).ToList();
        Assert.True(selectors.Count + recorded.Count > 0 || name == DeadMansSwitch, $"{name} asks for nothing");
        // What people read asks Prometheus as well.
        selectors = [.. selectors, .. rule.Annotations.Values.SelectMany(MetricNames.Selectors),
            .. recorded.SelectMany(other => MetricNames.Selectors(other.Expression))];
        foreach (var (metric, labels) in selectors)
        {
            Assert.True(MetricNames.All.ContainsKey(metric), $"{name} asks for {metric}, which does not exist");
            foreach (var label in labels)
                Assert.True(MetricNames.All[metric].Contains(label),
                    $"{name} asks {metric} for a label {label} that it does not have");
        }
        var known = selectors.SelectMany(selector => MetricNames.All[selector.Metric])
            .Concat(MetricNames.Added(rule.Expression)).ToHashSet();
        foreach (var label in MetricNames.Groupings(rule.Expression))
            Assert.True(known.Contains(label), $"{name} groups by {label}, which none of its metrics has");
        foreach (Match use in TemplateLabel().Matches(string.Concat(rule.Annotations.Values)))
            Assert.True(known.Contains(use.Groups[1].Value), $"{name} says {use.Value}, which none of its metrics has");
    }

    [Theory]
    [MemberData(nameof(Alerts))]
    public void Alert_HasWhatAPersonNeeds(string name)
    {
        var rule = AlertRule.Alerts.Single(rule => rule.Name == name);

        Assert.StartsWith("NicHang", name, StringComparison.Ordinal);
        Assert.NotEmpty(rule.Severities);
        Assert.Equal(name == DeadMansSwitch, rule.Severities.Contains("none"));
        Assert.Matches(@"^[A-Z][^{}]+\.$", rule.Annotations["summary"]);
        Assert.Matches(@"\.(\s*\{\{-? end }})?$", rule.Annotations["description"]);
        Assert.Equal($"{Runbooks()}/{name}.md", rule.Annotations["runbook_url"]);
    }

    [Fact]
    public void CoreAlerts_AreFew() =>
        Assert.InRange(AlertRule.Alerts.Count(rule => !rule.IsOptional), 1, MostCoreAlerts);

    [Theory]
    [MemberData(nameof(Rules))]
    public void Rule_NeverMatchesByAllLabels(string name)
    {
        var rule = AlertRule.All.Single(rule => rule.Name == name);

        // Another pod has another label pod: what compares with the past has to say by which labels.
        foreach (Match comparison in ByAllLabels().Matches(rule.Expression))
            Assert.True(comparison.Value == AnewInTheSamePod,
                $"{name} compares with the past by all labels: {comparison.Value}");
    }

    [Fact]
    public void Documents_HaveOneAddressOfTheRunbooks()
    {
        Assert.Contains(Runbooks(), new Document("docs/how-to/alerts.md").Text, StringComparison.Ordinal);
        Assert.DoesNotContain(
            "runbooks.example", string.Concat(AlertRule.Alerts.SelectMany(rule => rule.Annotations.Values)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Names_AreDistinct() => Assert.Distinct(AlertRule.All.Select(rule => rule.Name));

    [Fact]
    public void EveryAlert_HasTestFiles_AndEveryTestFileAnAlert() =>
        Assert.Equal(
            AlertRule.Alerts.Select(rule => rule.Name).Order(StringComparer.Ordinal),
            AlertTestFile.All.Select(file => file.Alert).Distinct().Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(TestFiles))]
    public void Alert_IsTestedToFireAndNotTo(string name)
    {
        var file = AlertTestFile.All.Single(file => file.Name == name);
        Assert.Equal($"../{AlertRule.Alerts.Single(rule => rule.Name == file.Alert).File}", file.RuleFile);

        Assert.Contains(file.Cases["fires"], alerts => alerts > 0);
        Assert.NotEmpty(file.Cases["survives a restart"]);
        Assert.NotEmpty(file.Cases["survives a gap"]);
        if (file.Alert == DeadMansSwitch)
            return;
        Assert.All(file.Cases["does not fire"], alerts => Assert.Equal(0, alerts));
        Assert.True(file.Cases["resolves"] is [> 0, .., 0], $"{name} is not tested to end");
    }

    [Theory]
    [MemberData(nameof(Alerts))]
    public void Alert_IsTestedWithEachReasonAndSeverity(string name)
    {
        var rule = AlertRule.Alerts.Single(rule => rule.Name == name);
        var files = AlertTestFile.All.Where(file => file.Alert == name).ToList();

        Assert.Subset(files.SelectMany(file => file.Expected("reason")).ToHashSet(), rule.Reasons.ToHashSet());
        Assert.Equal(rule.Severities.ToHashSet(), files.SelectMany(file => file.Expected("severity")).ToHashSet());
    }

    [Fact]
    public void AlertingDocument_ListsExactlyTheAlertsThatExist()
    {
        new Document("docs/reference/alerts.md").AssertGenerated("core alerts", Table(optional: false));
        new Document("docs/reference/alerts.md").AssertGenerated("optional alerts", Table(optional: true));
    }

    [Fact]
    public void EveryFile_MentionsOnlyAlertsThatExist()
    {
        var known = AlertRule.Alerts.Select(rule => rule.Name).Append("NicHangExporter").ToHashSet();
        foreach (var file in Directory.EnumerateFiles(
            Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/decisions/", StringComparison.Ordinal))
            .Concat(Directory.EnumerateFiles(
                Path.Combine(Repository.Root, "deploy"), "*", SearchOption.AllDirectories)))
            foreach (Match mention in Alert().Matches(File.ReadAllText(file)))
                Assert.True(known.Contains(mention.Value),
                    $"{Path.GetRelativePath(Repository.Root, file)} mentions {mention.Value}, which does not exist");
    }

    // The one place that says where the repository is published.
    private static string Runbooks() =>
        RepositoryUrl().Match(File.ReadAllText(Path.Combine(Repository.Root, "Directory.Build.props"))).Groups[1].Value
        + "/blob/main/docs/runbooks";

    private static string Table(bool optional)
    {
        var table = new StringBuilder("| alert | severity | file | says |\n| --- | --- | --- | --- |\n");
        foreach (var rule in AlertRule.Alerts.Where(rule => rule.IsOptional == optional))
            table.Append(CultureInfo.InvariantCulture,
                $"| [{rule.Name}](../runbooks/{rule.Name}.md) | {string.Join(", ", rule.Severities)} | {rule.File} | "
                + $"{rule.Annotations["summary"]} |\n");
        return table.ToString();
    }

    [GeneratedRegex(@"\$labels\.(\w+)")]
    private static partial Regex TemplateLabel();

    [GeneratedRegex("<RepositoryUrl>(.+?)</RepositoryUrl>")]
    private static partial Regex RepositoryUrl();

    [GeneratedRegex(@"(?:[<>]=?|[!=]=|\b(?:and|or|unless))\s+last_over_time\([^()]*?\boffset")]
    private static partial Regex ByAllLabels();

    [GeneratedRegex(@"\bNicHang[A-Za-z]*\b")]
    private static partial Regex Alert();
}
