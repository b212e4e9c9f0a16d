using System.Text.RegularExpressions;
using YamlDotNet.Serialization;

namespace NicHangExporter.EndToEnd;

/// <summary>The objects of the Helm chart for Prometheus, Alertmanager and Grafana.</summary>
public sealed partial class ChartMonitoringTests
{
    public ChartMonitoringTests() => HelmChart.RequireHelm();

    [Fact]
    public void Rules_AreThoseOfTheRepository()
    {
        var files = new ShippedAlerting(SimulatedPrometheus.Repository).Rules().Values;
        var switches = files.SelectMany(text => AlertName().Matches(text))
            .Select(alert => $"prometheusRule.alerts.{alert.Groups[1].Value}=true");
        var rendered = HelmChart.RenderOne("PrometheusRule", HelmChart.Defaults,
            "--set", $"prometheusRule.enabled=true,{string.Join(',', switches)}");
        var spec = (Dictionary<object, object>)Parse(rendered.Text)["spec"];

        Assert.Equal(files.SelectMany(text => Groups(Parse(text))).Order(StringComparer.Ordinal),
            Groups(spec).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Alert_ThatIsSwitchedOff_IsLeftOut()
    {
        var rules = HelmChart.RenderOne("PrometheusRule", "observe-values.yaml").Text;
        var alerts = AlertName().Matches(rules).Select(alert => alert.Groups[1].Value).ToList();

        Assert.Contains("NicHangRepeats", alerts);
        Assert.Contains("NicHangCertificateExpires", alerts);
        Assert.DoesNotContain("NicHangLinkPartnerPauses", alerts);
        Assert.DoesNotContain("NicHangDeadMansSwitch", alerts);
        Assert.All(alerts, alert => Assert.Contains(
            $"runbook_url: https://wiki.example.org/nic-hang/{alert}.md\n", rules, StringComparison.Ordinal));
        Assert.Equal(alerts.Count, TeamLabel().Count(rules));
    }

    [Fact]
    public void Dashboards_AreOneConfigMapEach()
    {
        var directory = Path.Combine(SimulatedPrometheus.Repository, "grafana");
        var dashboards = Directory.Exists(directory) ? Directory.GetFiles(directory, "*.json") : [];
        var maps = HelmChart.ConfigMaps("observe-values.yaml")
            .Where(map => map.Metadata.Labels.ContainsKey("grafana_dashboard"));

        Assert.Equal(dashboards.Select(File.ReadAllText).Order(StringComparer.Ordinal),
            maps.Select(map => map.Data.Values.Single()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void WebhookUrl_IsATemplateOfTheAlertsInstance()
    {
        var config = HelmChart.RenderOne("AlertmanagerConfig", "webhook-values.yaml").Text;

        Assert.Contains(
            "url: \"https://{{ .GroupLabels.instance }}/api/v1/alertmanager\"\n", config, StringComparison.Ordinal);
        Assert.Contains("groupBy: [instance, device]\n", config, StringComparison.Ordinal);
        Assert.Contains("followRedirects: false\n", config, StringComparison.Ordinal);
    }

    private static Dictionary<object, object> Parse(string yaml) =>
        new DeserializerBuilder().Build().Deserialize<Dictionary<object, object>>(yaml);

    // Each group as one line of text, with its keys in order.
    private static IEnumerable<string> Groups(Dictionary<object, object> rules) =>
        ((List<object>)rules["groups"]).Select(Canonical);

    private static string Canonical(object? value) => value switch
    {
        Dictionary<object, object> map => string.Join(", ", map
            .OrderBy(pair => (string)pair.Key, StringComparer.Ordinal)
            .Select(pair => $"{pair.Key}: ({Canonical(pair.Value)})")),
        List<object> list => string.Join(", ", list.Select(item => $"[{Canonical(item)}]")),
        _ => value?.ToString() ?? "",
    };

    [GeneratedRegex(@"alert: (NicHang\w*)$", RegexOptions.Multiline)]
    private static partial Regex AlertName();

    [GeneratedRegex("^ +team: network$", RegexOptions.Multiline)]
    private static partial Regex TeamLabel();
}
