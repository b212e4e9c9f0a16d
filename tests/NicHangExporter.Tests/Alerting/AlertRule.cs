using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace NicHangExporter.Tests.Alerting;

/// <summary>A rule of deploy/prometheus as the tests read it.</summary>
/// <param name="File">The file it is in, below deploy/prometheus.</param>
/// <param name="Name">Of the alert, or of what is recorded.</param>
/// <param name="IsAlert">False for a recording rule.</param>
/// <param name="Expression">What it asks.</param>
/// <param name="Labels">What it adds; a value may be a template.</param>
/// <param name="Annotations">What people read.</param>
internal sealed partial record AlertRule(
    string File, string Name, bool IsAlert, string Expression, IReadOnlyDictionary<string, string> Labels,
    IReadOnlyDictionary<string, string> Annotations)
{
    private static readonly string[] KnownSeverities = ["critical", "warning", "info", "none"];

    /// <summary>Where rules and their tests are.</summary>
    public static string Home { get; } = Path.Combine(Repository.Root, "deploy/prometheus");

    /// <summary>All rules, in the order of the files, those of rules/ first.</summary>
    public static IReadOnlyList<AlertRule> All { get; } =
    [
        .. from directory in new[] { "rules", "rules-optional" }
           from file in Directory.EnumerateFiles(Path.Combine(Home, directory), "*.yml").Order(StringComparer.Ordinal)
           from @group in Sequence(Load(file), "groups")
           from rule in Sequence(@group, "rules")
           select Of(Path.GetRelativePath(Home, file), rule),
    ];

    /// <summary>Those that alert.</summary>
    public static IEnumerable<AlertRule> Alerts => All.Where(rule => rule.IsAlert);

    /// <summary>Whether it is in a file that a site adds only where it fits.</summary>
    public bool IsOptional => File.StartsWith("rules-optional/", StringComparison.Ordinal);

    /// <summary>The severities that its label can have, as the template names them.</summary>
    public IReadOnlyList<string> Severities =>
        [.. Word().Matches(Labels["severity"]).Select(word => word.Value).Where(KnownSeverities.Contains)];

    /// <summary>The values of the label reason that the expression itself sets or selects.</summary>
    public IReadOnlyList<string> Reasons =>
    [
        .. ReasonSet().Matches(Expression).Select(match => match.Groups[1].Value)
            .Concat(ReasonSelected().Matches(Expression).SelectMany(match => match.Groups[1].Value.Split('|')))
            .Distinct(),
    ];

    /// <summary>The only document of a YAML file.</summary>
    public static YamlMappingNode Load(string file)
    {
        var stream = new YamlStream();
        using var reader = System.IO.File.OpenText(file);
        stream.Load(reader);
        return (YamlMappingNode)stream.Documents.Single().RootNode;
    }

    /// <summary>The mappings below a key.</summary>
    public static IEnumerable<YamlMappingNode> Sequence(YamlMappingNode node, string key) =>
        ((YamlSequenceNode)node[key]).Children.Cast<YamlMappingNode>();

    private static AlertRule Of(string file, YamlMappingNode rule)
    {
        var isAlert = rule.Children.ContainsKey("alert");
        return new(file, rule[isAlert ? "alert" : "record"].ToString(), isAlert, rule["expr"].ToString(),
            Words(rule, "labels"), Words(rule, "annotations"));
    }

    private static Dictionary<string, string> Words(YamlMappingNode rule, string key) =>
        rule.Children.TryGetValue(key, out var node)
        ? ((YamlMappingNode)node).ToDictionary(pair => pair.Key.ToString(), pair => pair.Value.ToString()) : [];

    // Of a template only what it gives, not what it asks.
    [GeneratedRegex(@"(?<=^|}}\s*)\w+")]
    private static partial Regex Word();

    [GeneratedRegex(@"""reason"",\s*""(\w+)""")]
    private static partial Regex ReasonSet();

    [GeneratedRegex(@"\breason=~?""([\w|]+)""")]
    private static partial Regex ReasonSelected();
}
