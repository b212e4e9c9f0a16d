using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace NicHangExporter.EndToEnd.Support;

/// <summary>A Prometheus's answers to the queries of a dashboard's panels, variables and annotations.</summary>
/// <param name="Dashboard">The dashboard.</param>
/// <param name="Time">Its time range.</param>
/// <param name="Variables">Its variables.</param>
internal sealed record DashboardAnswers(GrafanaDashboard Dashboard, GrafanaTime Time, GrafanaVariables Variables)
{
    private readonly Dictionary<int, Dictionary<string, JsonElement>> _panels = [];
    private readonly Dictionary<string, JsonElement> _annotations = [];

    /// <summary>Runs all queries.</summary>
    /// <param name="dashboard">The dashboard.</param>
    /// <param name="prometheus">The Prometheus to query.</param>
    /// <param name="time">The time range.</param>
    /// <param name="chosen">Values of variables; All for those that are missing.</param>
    public static async Task<DashboardAnswers> AskAsync(
        GrafanaDashboard dashboard, PrometheusServer prometheus, GrafanaTime time,
        IReadOnlyDictionary<string, string> chosen)
    {
        var variables = await GrafanaVariables.AskAsync(dashboard, prometheus, time, chosen);
        var answers = new DashboardAnswers(dashboard, time, variables);
        foreach (var panel in dashboard.Panels.Where(panel => panel["targets"] is not null))
            answers._panels[Number(panel)] = await answers.AskAsync(panel, prometheus);
        foreach (var annotation in dashboard.Annotations)
        {
            var query = variables.Fill(GrafanaDashboard.Text(annotation, "expr"));
            var step = GrafanaTime.Duration(GrafanaDashboard.Text(annotation, "step"));
            var name = GrafanaDashboard.Text(annotation, "name");
            answers._annotations[name] = await prometheus.AskAsync(time.Range(query, step));
        }
        return answers;
    }

    /// <summary>The names of all queries whose answer has no number.</summary>
    public IEnumerable<string> Empty() =>
    [
        .. from variable in Variables.Offers
           where variable.Value.Count == 0
           select $"{Dashboard.File}, variable {variable.Key}",
        .. from panel in Dashboard.Panels
           where panel["targets"] is not null
           from answer in _panels[Number(panel)]
           where !Numbers(answer.Value).Any()
           select $"{Dashboard.NameOf(panel)}, query {answer.Key}",
        .. from annotation in _annotations
           where !Numbers(annotation.Value).Any()
           select $"{Dashboard.File}, annotation {annotation.Key}",
    ];

    /// <summary>The numbers of the first query of a panel.</summary>
    /// <param name="title">The title of the panel.</param>
    public IReadOnlyList<double> NumbersOf(string title) =>
        [.. Numbers(_panels[Number(Dashboard.Panels.Single(panel => (string?)panel["title"] == title))]["A"])];

    /// <summary>All answers, for a page that draws them.</summary>
    public string ToJson() => new JsonObject
    {
        ["dashboard"] = Dashboard.Json.DeepClone(),
        ["begin"] = Time.Begin.ToUnixTimeMilliseconds(),
        ["end"] = Time.End.ToUnixTimeMilliseconds(),
        ["chosen"] = JsonSerializer.SerializeToNode(Variables.Chosen),
        ["panels"] = JsonSerializer.SerializeToNode(_panels),
        ["annotations"] = JsonSerializer.SerializeToNode(_annotations),
    }.ToJsonString();

    private async Task<Dictionary<string, JsonElement>> AskAsync(JsonObject panel, PrometheusServer prometheus)
    {
        var answers = new Dictionary<string, JsonElement>();
        var step = Time.Step(panel);
        foreach (var target in GrafanaDashboard.Targets(panel))
        {
            var query = Variables.Fill(Time.Fill(GrafanaDashboard.Text(target, "expr"), step));
            var path = (bool)target["instant"]! ? Time.Now(query) : Time.Range(query, step);
            answers[GrafanaDashboard.Text(target, "refId")] = await prometheus.AskAsync(path);
        }
        return answers;
    }

    private static int Number(JsonObject panel) => (int)panel["id"]!;

    private static IEnumerable<double> Numbers(JsonElement answer) =>
        from series in answer.GetProperty("result").EnumerateArray()
        from pair in series.TryGetProperty("values", out var values)
            ? values.EnumerateArray() : Enumerable.Repeat(series.GetProperty("value"), 1)
        let number = double.Parse(pair[1].GetString()!, CultureInfo.InvariantCulture)
        where double.IsFinite(number)
        select number;
}
