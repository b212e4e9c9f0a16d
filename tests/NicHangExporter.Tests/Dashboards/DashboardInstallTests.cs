using NicHangExporter.Tests.Alerting;
using NicHangExporter.TestSupport;
using YamlDotNet.RepresentationModel;

namespace NicHangExporter.Tests.Dashboards;

/// <summary>What brings the dashboards into a Grafana: files for the sidecar and for provisioning.</summary>
public sealed class DashboardInstallTests
{
    // What kubectl apply can keep of an object in an annotation.
    private const int LargestAnnotation = 262_144;

    [Fact]
    public void Kustomization_HasEveryDashboard_AndTheLabelOfTheSidecar()
    {
        var all = GrafanaDashboard.All(Repository.Root).Select(dashboard => dashboard.File).ToHashSet();
        var kustomization = AlertRule.Load(In("grafana/kustomization.yaml"));
        var map = Assert.Single(AlertRule.Sequence(kustomization, "configMapGenerator"));

        Assert.Equal(all, ((YamlSequenceNode)map["files"]).Select(file => ((YamlScalarNode)file).Value!).ToHashSet());
        Assert.Equal("1", Text(map, "options", "labels", "grafana_dashboard"));
        Assert.True(all.Sum(file => new FileInfo(In($"grafana/{file}")).Length) < LargestAnnotation);
    }

    [Fact]
    public void Provisioning_IsInTheFormThatGrafanaReads()
    {
        var dashboards = AlertRule.Load(In("deploy/grafana/provisioning/dashboards/nic-hang.yml"));
        var sources = AlertRule.Load(In("deploy/grafana/provisioning/datasources/prometheus.yml"));

        Assert.All([dashboards, sources], file => Assert.Equal("1", Text(file, "apiVersion")));
        var provider = Assert.Single(AlertRule.Sequence(dashboards, "providers"));
        Assert.Equal("file", Text(provider, "type"));
        Assert.StartsWith("/", Text(provider, "options", "path"), StringComparison.Ordinal);
        var source = Assert.Single(AlertRule.Sequence(sources, "datasources"));
        Assert.Equal("prometheus", Text(source, "type"));
        // The sample of prometheus.yml and the data source have to agree on the interval.
        var sample = AlertRule.Load(In("deploy/prometheus/scrape.yml"));
        Assert.Equal(Text(sample, "global", "scrape_interval"), Text(source, "jsonData", "timeInterval"));
    }

    private static string In(string path) => Path.Combine(Repository.Root, path);

    private static string? Text(YamlNode node, params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
            node = node[key];
        return ((YamlScalarNode)node).Value;
    }
}
