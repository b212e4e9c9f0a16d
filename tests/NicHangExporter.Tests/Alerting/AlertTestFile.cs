using YamlDotNet.RepresentationModel;

namespace NicHangExporter.Tests.Alerting;

/// <summary>
/// A file of promtool tests of one alert: &lt;alert&gt;.yml, or &lt;alert&gt;.&lt;reason&gt;.yml if it has several
/// reasons.
/// </summary>
internal sealed class AlertTestFile
{
    private readonly YamlMappingNode _root;

    private AlertTestFile(string path)
    {
        _root = AlertRule.Load(path);
        Name = Path.GetFileName(path);
        Alert = Name[..Name.IndexOf('.', StringComparison.Ordinal)];
    }

    /// <summary>All of them. Those of scenarios/ are of no single alert.</summary>
    public static IReadOnlyList<AlertTestFile> All { get; } =
        [.. Directory.EnumerateFiles(Path.Combine(AlertRule.Home, "tests")).Order(StringComparer.Ordinal)
            .Select(path => new AlertTestFile(path))];

    /// <summary>Without directories.</summary>
    public string Name { get; }

    /// <summary>The alert that it is about.</summary>
    public string Alert { get; }

    /// <summary>The first of the files whose rules it evaluates.</summary>
    public string RuleFile => ((YamlSequenceNode)_root["rule_files"])[0].ToString();

    /// <summary>Of each case, by its name, how many of the alert it expects at each moment.</summary>
    public IReadOnlyDictionary<string, List<int>> Cases => AlertRule.Sequence(_root, "tests").ToDictionary(
        test => test["name"].ToString(),
        test => AlertRule.Sequence(test, "alert_rule_test").Where(moment => moment["alertname"].ToString() == Alert)
        .Select(moment => Fired(moment).Count()).ToList());

    /// <summary>The values of a label of all alerts that it expects to fire.</summary>
    public IEnumerable<string> Expected(string label) =>
        from test in AlertRule.Sequence(_root, "tests")
        from moment in AlertRule.Sequence(test, "alert_rule_test")
        from alert in Fired(moment)
        let labels = (YamlMappingNode)alert["exp_labels"]
        where labels.Children.ContainsKey(label)
        select labels[label].ToString();

    private static IEnumerable<YamlMappingNode> Fired(YamlMappingNode moment) =>
        AlertRule.Sequence(moment, "exp_alerts");
}
