using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using NicHangExporter.Tests.Documentation;
using YamlDotNet.RepresentationModel;

namespace NicHangExporter.Tests.Alerting;

/// <summary>What promtool can't know: that the rules ask for what is really served, and that each alert has what a person needs who is woken by it.</summary>
public sealed partial class AlertRuleTests
{
    // It fires always, so it has nothing to end and nothing to keep still for.
    private const string DeadMansSwitch = "NicHangDeadMansSwitch";

    private static readonly string[] Sections = ["Meaning", "Impact", "Diagnosis", "What to do", "When it is a false alarm"];

    public static TheoryData<string> Alerts => [.. AlertRule.Alerts.Select(rule => rule.Name)];

    public static TheoryData<string> Rules => [.. AlertRule.All.Select(rule => rule.Name)];

    [Theory]
    [MemberData(nameof(Rules))]
    public void Rule_AsksForMetricsAndLabelsThatExist(string name)
    {
        var rule = AlertRule.All.Single(rule => rule.Name == name);
        var selectors = MetricNames.Selectors(rule.Expression).ToList();
        Assert.True(selectors.Count > 0 || name == DeadMansSwitch, $"{name} asks for nothing");
        foreach (var (metric, labels) in selectors)
        {
            Assert.True(MetricNames.All.ContainsKey(metric), $"{name} asks for {metric}, which does not exist");
            foreach (var label in labels)
                Assert.True(MetricNames.All[metric].Contains(label), $"{name} asks {metric} for a label {label} that it does not have");
        }
        var known = selectors.SelectMany(selector => MetricNames.All[selector.Metric]).ToHashSet();
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
        Assert.Contains(rule.Labels["severity"], name == DeadMansSwitch ? ["none"] : new[] { "critical", "warning", "info" });
        Assert.Matches(@"^[A-Z][^{}]+\.$", rule.Annotations["summary"]);
        Assert.EndsWith(".", rule.Annotations["description"], StringComparison.Ordinal);
        Assert.Equal($"https://runbooks.example/nic-hang/{name}.md", rule.Annotations["runbook_url"]);
        var runbook = new Document($"docs/runbooks/{name}.md").Text;
        Assert.StartsWith($"# {name}\n", runbook, StringComparison.Ordinal);
        Assert.Equal(Sections, Heading().Matches(runbook).Select(match => match.Groups[1].Value));
    }

    [Fact]
    public void Names_AreDistinct() => Assert.Distinct(AlertRule.All.Select(rule => rule.Name));

    [Fact]
    public void EveryRunbook_BelongsToAnAlert() =>
        Assert.Equal(AlertRule.Alerts.Select(rule => rule.Name).Order(StringComparer.Ordinal), Names(Path.Combine(Repository.Root, "docs/runbooks")));

    [Fact]
    public void EveryTestFile_BelongsToAnAlert() =>
        Assert.Equal(AlertRule.Alerts.Select(rule => rule.Name).Order(StringComparer.Ordinal), Names(Path.Combine(AlertRule.Home, "tests")));

    [Theory]
    [MemberData(nameof(Alerts))]
    public void Alert_IsTestedToFireAndNotTo(string name)
    {
        var file = AlertRule.Load(Path.Combine(AlertRule.Home, $"tests/{name}.yml"));
        Assert.Equal($"../rules/{AlertRule.Alerts.Single(rule => rule.Name == name).File}", ((YamlSequenceNode)file["rule_files"])[0].ToString());
        var cases = AlertRule.Sequence(file, "tests").ToDictionary(test => test["name"].ToString(), test => AlertRule.Sequence(test, "alert_rule_test")
            .Where(expectation => expectation["alertname"].ToString() == name).Select(expectation => ((YamlSequenceNode)expectation["exp_alerts"]).Children.Count).ToList());

        Assert.Contains(cases["fires"], alerts => alerts > 0);
        Assert.NotEmpty(cases["survives a restart"]);
        Assert.NotEmpty(cases["survives a gap"]);
        if (name == DeadMansSwitch)
            return;
        Assert.All(cases["does not fire"], alerts => Assert.Equal(0, alerts));
        Assert.True(cases["resolves"] is [> 0, .., 0], $"{name} is not tested to end");
    }

    [Fact]
    public void AlertingDocument_ListsExactlyTheAlertsThatExist()
    {
        var table = new StringBuilder("| alert | severity | says |\n| --- | --- | --- |\n");
        foreach (var rule in AlertRule.Alerts)
            table.Append(CultureInfo.InvariantCulture, $"| [{rule.Name}](runbooks/{rule.Name}.md) | {rule.Labels["severity"]} | {rule.Annotations["summary"]} |\n");

        new Document("docs/alerting.md").AssertGenerated("alerts", table.ToString());
    }

    [Fact]
    public void EveryFile_MentionsOnlyAlertsThatExist()
    {
        var known = AlertRule.Alerts.Select(rule => rule.Name).Append("NicHangExporter").ToHashSet();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs/runbooks")).Append(Path.Combine(Repository.Root, "docs/alerting.md"))
            .Concat(Directory.EnumerateFiles(Path.Combine(Repository.Root, "deploy"), "*", SearchOption.AllDirectories)))
            foreach (Match mention in Alert().Matches(File.ReadAllText(file)))
                Assert.True(known.Contains(mention.Value), $"{Path.GetRelativePath(Repository.Root, file)} mentions {mention.Value}, which does not exist");
    }

    private static IEnumerable<string> Names(string directory) =>
        Directory.EnumerateFiles(directory).Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal);

    [GeneratedRegex(@"\$labels\.(\w+)")]
    private static partial Regex TemplateLabel();

    [GeneratedRegex("^## (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"\bNicHang[A-Za-z]*\b")]
    private static partial Regex Alert();
}
