using YamlDotNet.RepresentationModel;

namespace NicHangExporter.Tests.Alerting;

/// <summary>A rule of deploy/prometheus/rules as the tests read it.</summary>
/// <param name="File">The file it is in, without directories.</param>
/// <param name="Name">Of the alert, or of what is recorded.</param>
/// <param name="IsAlert">False for a recording rule.</param>
/// <param name="Expression">What it asks.</param>
/// <param name="Labels">What it adds.</param>
/// <param name="Annotations">What people read.</param>
internal sealed record AlertRule(
    string File, string Name, bool IsAlert, string Expression, IReadOnlyDictionary<string, string> Labels, IReadOnlyDictionary<string, string> Annotations)
{
    /// <summary>Where rules and their tests are.</summary>
    public static string Home { get; } = Path.Combine(Repository.Root, "deploy/prometheus");

    /// <summary>All rules, in the order of the files.</summary>
    public static IReadOnlyList<AlertRule> All { get; } =
    [
        .. from file in Directory.EnumerateFiles(Path.Combine(Home, "rules"), "*.yml").Order(StringComparer.Ordinal)
           from @group in Sequence(Load(file), "groups")
           from rule in Sequence(@group, "rules")
           select Of(Path.GetFileName(file), rule),
    ];

    /// <summary>Those that alert.</summary>
    public static IEnumerable<AlertRule> Alerts => All.Where(rule => rule.IsAlert);

    /// <summary>The only document of a YAML file.</summary>
    public static YamlMappingNode Load(string file)
    {
        var stream = new YamlStream();
        using var reader = System.IO.File.OpenText(file);
        stream.Load(reader);
        return (YamlMappingNode)stream.Documents.Single().RootNode;
    }

    /// <summary>The mappings below a key.</summary>
    public static IEnumerable<YamlMappingNode> Sequence(YamlMappingNode node, string key) => ((YamlSequenceNode)node[key]).Children.Cast<YamlMappingNode>();

    private static AlertRule Of(string file, YamlMappingNode rule)
    {
        var isAlert = rule.Children.ContainsKey("alert");
        return new(file, rule[isAlert ? "alert" : "record"].ToString(), isAlert, rule["expr"].ToString(), Words(rule, "labels"), Words(rule, "annotations"));
    }

    private static Dictionary<string, string> Words(YamlMappingNode rule, string key) =>
        rule.Children.TryGetValue(key, out var node) ? ((YamlMappingNode)node).ToDictionary(pair => pair.Key.ToString(), pair => pair.Value.ToString()) : [];
}
