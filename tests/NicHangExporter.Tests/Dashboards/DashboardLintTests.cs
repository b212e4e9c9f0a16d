using System.Text.Json.Nodes;
using NicHangExporter.Linux;
using NicHangExporter.TestSupport;
using NicHangExporter.Tests.Alerting;

namespace NicHangExporter.Tests.Dashboards;

/// <summary>The dashboards keep the rules, each rule finds what breaks it, and each metric in a query exists.</summary>
public sealed class DashboardLintTests
{
    private const string Counter = "nichang_hang_episodes_total{job=~\"$job\", instance=~\"$instance\"}";

    /// <summary>What breaks each rule: the rule, and what is done to a dashboard.</summary>
    private static readonly Dictionary<string, Action<JsonObject>> Breaches = new()
    {
        ["dashboard-settings: editable"] = dashboard => dashboard["editable"] = true,
        ["dashboard-settings: id"] = dashboard => dashboard["id"] = 7,
        ["dashboard-settings: uid"] = dashboard => dashboard["uid"] = "a4f1",
        ["template-job"] = dashboard => Variable(dashboard, "job")["name"] = "jobs",
        ["template-on-time-change-reload"] = dashboard => Variable(dashboard, "device")["refresh"] = 1,
        ["template-multi"] = dashboard => Variable(dashboard, "instance")["multi"] = false,
        ["template-host"] = dashboard => Variable(dashboard, "device")["hide"] = 2,
        ["template-all"] = dashboard => Variable(dashboard, "job")["allValue"] = ".*",
        ["template-label"] = dashboard => Variable(dashboard, "job")["label"] = "job",
        ["panel-type"] = dashboard => Stat(dashboard)["type"] = "singlestat",
        ["panel-title-description"] = dashboard => Stat(dashboard)["description"] = "",
        ["panel-no-targets"] = dashboard => Stat(dashboard)["targets"] = new JsonArray(),
        ["panel-units"] = dashboard => Stat(dashboard)["fieldConfig"]!["defaults"]!["unit"] = "bytes per second",
        ["panel-columns"] = dashboard =>
            Panel(dashboard, "table")["fieldConfig"]!["overrides"]![0]!["matcher"]!["options"] = "no such column",
        ["panel-id"] = dashboard => Stat(dashboard)["id"] = 1,
        ["panel-grid: panel 2"] = dashboard => Stat(dashboard)["gridPos"]!["x"] = 23,
        ["panel-grid: panel 3"] = dashboard => Stat(dashboard)["gridPos"]!["w"] = 6,
        ["panel-datasource"] = dashboard => Stat(dashboard)["datasource"]!["uid"] = "P1809F7CD0C75ACF3",
        ["target-job"] = dashboard => Ask(dashboard, "nichang_hang_active{instance=~\"$instance\"}"),
        ["target-instance"] = dashboard => Ask(dashboard, "node_load1{instance=~\"$instance\"}"),
        ["target-counter-agg"] = dashboard => Ask(dashboard, $"sum({Counter})"),
        ["target-rate-interval"] = dashboard => Ask(dashboard, $"rate({Counter}[5m])"),
    };

    public static TheoryData<string> Rules => [.. Breaches.Keys];

    public static TheoryData<string> Files => DashboardSchemaTests.Files;

    [Theory]
    [MemberData(nameof(Files))]
    public void Dashboard_KeepsTheRules(string file) => Assert.Empty(DashboardLint.Findings(Of(file).Json));

    [Theory]
    [MemberData(nameof(Rules))]
    public void Rule_FindsWhatBreaksIt(string rule)
    {
        var dashboard = Of("nic-hang-fleet.json").Json;
        Breaches[rule](dashboard);

        var findings = DashboardLint.Findings(dashboard);

        Assert.Contains(findings, finding => finding.StartsWith(rule, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Queries_AskForMetricsThatExist_WithTheLabelsThatTheyHave(string file)
    {
        var dashboard = Of(file);
        string[] queries =
        [
            .. dashboard.Panels.SelectMany(GrafanaDashboard.Targets).Concat(dashboard.Annotations)
                .Select(query => GrafanaDashboard.Text(query, "expr")),
            .. dashboard.Variables.Select(variable => variable["query"]).OfType<JsonObject>()
                .Select(query => GrafanaDashboard.Text(query, "query")),
        ];

        Assert.NotEmpty(queries);
        foreach (var (metric, labels) in queries.SelectMany(MetricNames.Selectors))
            Assert.Subset(LabelsOf(metric), labels.ToHashSet());
    }

    [Fact]
    public void LinksToDashboards_LeadToOnesThatExist()
    {
        var all = GrafanaDashboard.All(Repository.Root);
        foreach (var dashboard in all)
        {
            var other = Assert.Single(all, one => one.File != dashboard.File);
            var links = DashboardLint.List(dashboard.Json["links"]).Select(link => (string?)link["url"]);
            Assert.Contains($"/d/{other.Json["uid"]}", links);
            Assert.Equal($"{dashboard.Json["uid"]}.json", dashboard.File);
        }
        var ofPanels = all.SelectMany(dashboard => dashboard.Panels)
            .SelectMany(panel => panel.ToJsonString().Split("\"url\":\"").Skip(1)).ToList();
        Assert.NotEmpty(ofPanels);
        Assert.All(ofPanels, url => Assert.StartsWith("/d/nic-hang-device?", url, StringComparison.Ordinal));
    }

    private static GrafanaDashboard Of(string file) =>
        GrafanaDashboard.All(Repository.Root).Single(dashboard => dashboard.File == file);

    // The series of a histogram have the labels of the histogram.
    private static HashSet<string> LabelsOf(string metric) =>
        MetricNames.All.GetValueOrDefault(metric)
            ?? MetricNames.All.GetValueOrDefault(metric.Replace("_bucket", "", StringComparison.Ordinal))
            ?? throw new KeyNotFoundException(metric);

    private static JsonObject Variable(JsonObject dashboard, string name) =>
        DashboardLint.List(dashboard["templating"]!["list"]).Single(variable => (string?)variable["name"] == name);

    private static JsonObject Panel(JsonObject dashboard, string type) =>
        DashboardLint.List(dashboard["panels"]).First(panel => (string?)panel["type"] == type);

    private static JsonObject Stat(JsonObject dashboard) => Panel(dashboard, "stat");

    private static void Ask(JsonObject dashboard, string query) => Stat(dashboard)["targets"]![0]!["expr"] = query;
}
