using System.Text.RegularExpressions;

namespace NicHangExporter.EndToEnd.Support;

/// <summary>The Helm chart, rendered by helm: the program that HELM names, or the one on PATH.</summary>
internal static partial class HelmChart
{
    /// <summary>Where the chart is.</summary>
    public static string Directory { get; } = Path.Combine(SimulatedPrometheus.Repository, "deploy/helm/nic-hang-exporter");

    /// <summary>The names of the files of values that it is tried with.</summary>
    public static IEnumerable<string> Scenarios =>
        System.IO.Directory.EnumerateFiles(Path.Combine(Directory, "ci"), "*-values.yaml").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal);

    private static string? Program => Environment.GetEnvironmentVariable("HELM") is { Length: > 0 } named ? named : Requires.Find("helm");

    /// <summary>Skips the test where there is no helm.</summary>
    public static void RequireHelm() => Requires.That(Program is not null && File.Exists(Program), "needs helm on PATH, or its path in HELM (deploy/helm/get-helm gets it)");

    /// <summary>Renders it; arguments are those of <c>helm template</c> after the chart.</summary>
    public static Execution Template(params IEnumerable<string> arguments)
    {
        using var home = new TemporaryDirectory();
        return Execution.Of("env", [$"HELM_CACHE_HOME={home.Path}", $"HELM_CONFIG_HOME={home.Path}", $"HELM_DATA_HOME={home.Path}",
            Program!, "template", "hangs", Directory, "--namespace", "nic-hang", .. arguments]);
    }

    /// <summary>The documents that it makes of the values of a scenario.</summary>
    public static IReadOnlyList<ChartDocument> Render(string scenario, params IEnumerable<string> arguments)
    {
        var run = Template(["--values", Path.Combine(Directory, "ci", scenario), .. arguments]);
        Assert.True(run.ExitCode == 0, run.Error);
        return [.. Separator().Split(run.Output).Where(text => text.Trim().Length > 0).Select(text => new ChartDocument(text))];
    }

    [GeneratedRegex("^---$", RegexOptions.Multiline)]
    private static partial Regex Separator();
}

/// <summary>One rendered document.</summary>
/// <param name="Text">In YAML.</param>
internal sealed partial record ChartDocument(string Text)
{
    /// <summary>What it is.</summary>
    public string Kind => KindLine().Match(Text).Groups[1].Value;

    [GeneratedRegex(@"^kind: (\w+)$", RegexOptions.Multiline)]
    private static partial Regex KindLine();
}
