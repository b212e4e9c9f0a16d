using System.Text.RegularExpressions;
using k8s;
using k8s.Models;

namespace NicHangExporter.EndToEnd.Support;

/// <summary>The Helm chart, rendered by the helm program that HELM names, or that on PATH.</summary>
internal static partial class HelmChart
{
    /// <summary>The values file with the defaults.</summary>
    public const string Defaults = "default-values.yaml";

    private static readonly string Chart =
        Path.Combine(SimulatedPrometheus.Repository, "deploy/helm/nic-hang-exporter");

    /// <summary>The names of all values files.</summary>
    public static IEnumerable<string> Scenarios => Directory.EnumerateFiles(Path.Combine(Chart, "ci"), "*-values.yaml")
        .Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal);

    private static string? Program =>
        Environment.GetEnvironmentVariable("HELM") is { Length: > 0 } named ? named : Requires.Find("helm");

    /// <summary>Skips the test without helm.</summary>
    public static void RequireHelm() => Requires.That(File.Exists(Program),
        "needs helm on PATH, or its path in HELM (deploy/helm/get-helm gets it)");

    /// <summary>Renders it. The arguments are those of <c>helm template</c> after the chart.</summary>
    public static Execution Template(params IEnumerable<string> arguments)
    {
        using var home = new TemporaryDirectory();
        var places = new[] { "CACHE", "CONFIG", "DATA" }.Select(place => $"HELM_{place}_HOME={home.Path}");
        return Execution.Of(
            "env", [.. places, Program!, "template", "hangs", Chart, "--namespace", "nic-hang", .. arguments]);
    }

    /// <summary>The rendered documents of a scenario.</summary>
    public static IReadOnlyList<ChartDocument> Render(string scenario, params IEnumerable<string> arguments)
    {
        var run = Template(["--values", Path.Combine(Chart, "ci", scenario), .. arguments]);
        Assert.True(run.ExitCode == 0, run.Error);
        return [.. Separator().Split(run.Output).Where(text => text.Trim().Length > 0)
            .Select(text => new ChartDocument(text))];
    }

    /// <summary>Its only document of a kind.</summary>
    public static ChartDocument RenderOne(string kind, string scenario, params IEnumerable<string> arguments) =>
        Render(scenario, arguments).Single(document => document.Kind == kind);

    /// <summary>The exporter's configuration file.</summary>
    public static string Configuration(string scenario, params IEnumerable<string> arguments) =>
        ConfigMaps(scenario, arguments).Single(map => map.Data.ContainsKey("config.yaml")).Data["config.yaml"];

    public static IEnumerable<V1ConfigMap> ConfigMaps(string scenario, params IEnumerable<string> arguments) =>
        Render(scenario, arguments).Where(document => document.Kind == "ConfigMap")
            .Select(document => (V1ConfigMap)document.Parse());

    public static V1DaemonSet DaemonSet(string scenario, params IEnumerable<string> arguments) =>
        (V1DaemonSet)RenderOne("DaemonSet", scenario, arguments).Parse();

    /// <summary>The pod template's spec.</summary>
    public static V1PodSpec Pod(string scenario, params IEnumerable<string> arguments) =>
        DaemonSet(scenario, arguments).Spec.Template.Spec;

    /// <summary>The only container of its pods.</summary>
    public static V1Container Container(string scenario, params IEnumerable<string> arguments) =>
        Assert.Single(Pod(scenario, arguments).Containers);

    [GeneratedRegex("^---$", RegexOptions.Multiline)]
    private static partial Regex Separator();
}

/// <summary>One rendered document.</summary>
/// <param name="Text">In YAML.</param>
internal sealed partial record ChartDocument(string Text)
{
    private static readonly string[] KindsOfThePrometheusOperator =
        ["ServiceMonitor", "PodMonitor", "PrometheusRule", "AlertmanagerConfig"];

    public string Kind => KindLine().Match(Text).Groups[1].Value;

    /// <summary>
    /// True for documents that deploy/helm/check compares with the models of the Prometheus operator.
    /// </summary>
    public bool IsOfThePrometheusOperator => KindsOfThePrometheusOperator.Contains(Kind);

    /// <summary>Parses the document like Kubernetes. Fails for a field that Kubernetes does not know.</summary>
    public IKubernetesObject<V1ObjectMeta> Parse() => Kind switch
    {
        "DaemonSet" => KubernetesYaml.Deserialize<V1DaemonSet>(Text, strict: true),
        "ConfigMap" => KubernetesYaml.Deserialize<V1ConfigMap>(Text, strict: true),
        "Service" => KubernetesYaml.Deserialize<V1Service>(Text, strict: true),
        "ServiceAccount" => KubernetesYaml.Deserialize<V1ServiceAccount>(Text, strict: true),
        "NetworkPolicy" => KubernetesYaml.Deserialize<V1NetworkPolicy>(Text, strict: true),
        var kind => throw new InvalidOperationException($"the chart makes a {kind}, which the tests do not know"),
    };

    [GeneratedRegex(@"^kind: (\w+)$", RegexOptions.Multiline)]
    private static partial Regex KindLine();
}
