using System.Text.Json;
using System.Text.Json.Nodes;
using NicHangExporter.TestSupport;

namespace NicHangExporter.EndToEnd.Support;

/// <summary>What a Prometheus answers to every query of a dashboard: the panels', the variables' and the annotations'.</summary>
/// <param name="Dashboard">The dashboard.</param>
/// <param name="Time">Its time range.</param>
/// <param name="Variables">Its variables.</param>
/// <param name="Panels">The answer to each query of a panel, by the panel's id and the query's refId.</param>
/// <param name="Annotations">The answer to each annotation, by its name.</param>
internal sealed record DashboardAnswers(
    GrafanaDashboard Dashboard, GrafanaTime Time, GrafanaVariables Variables, Dictionary<int, Dictionary<string, JsonElement>> Panels, Dictionary<string, JsonElement> Annotations)
{
    /// <summary>Asks everything.</summary>
    /// <param name="dashboard">The dashboard.</param>
    /// <param name="prometheus">Whom to ask.</param>
    /// <param name="time">The time range.</param>
    /// <param name="chosen">Values of variables; All of those that are not named.</param>
    public static async Task<DashboardAnswers> AskAsync(GrafanaDashboard dashboard, PrometheusServer prometheus, GrafanaTime time, IReadOnlyDictionary<string, string> chosen)
    {
        var answers = new DashboardAnswers(dashboard, time, await GrafanaVariables.AskAsync(dashboard, prometheus, time, chosen), [], []);
        foreach (var panel in dashboard.Panels.Where(panel => panel["targets"] is not null))
        {
            var step = time.Step(panel);
            var ofPanel = answers.Panels[(int)panel["id"]!] = [];
            foreach (var target in GrafanaDashboard.Targets(panel))
            {
                var query = answers.Variables.Fill(time.Fill(GrafanaDashboard.Text(target, "expr"), step));
                ofPanel[GrafanaDashboard.Text(target, "refId")] = await prometheus.AskAsync((bool)target["instant"]! ? time.Now(query) : time.Range(query, step));
            }
        }
        foreach (var annotation in dashboard.Annotations)
        {
            var step = GrafanaTime.Duration(GrafanaDashboard.Text(annotation, "step"));
            answers.Annotations[GrafanaDashboard.Text(annotation, "name")] = await prometheus.AskAsync(time.Range(answers.Variables.Fill(GrafanaDashboard.Text(annotation, "expr")), step));
        }
        return answers;
    }

    /// <summary>The names of all whose answer holds no number.</summary>
    public IEnumerable<string> Empty() =>
    [
        .. Variables.Offers.Where(variable => variable.Value.Count == 0).Select(variable => $"{Dashboard.File}, variable {variable.Key}"),
        .. Dashboard.Panels.Where(panel => panel["targets"] is not null).SelectMany(panel => Panels[(int)panel["id"]!].Where(answer => !Numbers(answer.Value).Any())
            .Select(answer => $"{Dashboard.NameOf(panel)}, query {answer.Key}")),
        .. Annotations.Where(annotation => !Numbers(annotation.Value).Any()).Select(annotation => $"{Dashboard.File}, annotation {annotation.Key}"),
    ];

    /// <summary>The numbers of the first query of a panel.</summary>
    /// <param name="title">The title of the panel.</param>
    public IReadOnlyList<double> NumbersOf(string title) =>
        [.. Numbers(Panels[(int)Dashboard.Panels.Single(panel => (string?)panel["title"] == title)["id"]!]["A"])];

    /// <summary>All of it, for a page that draws it.</summary>
    public string ToJson() => new JsonObject
    {
        ["dashboard"] = Dashboard.Json.DeepClone(),
        ["begin"] = Time.Begin.ToUnixTimeMilliseconds(),
        ["end"] = Time.End.ToUnixTimeMilliseconds(),
        ["chosen"] = JsonSerializer.SerializeToNode(Variables.Chosen),
        ["panels"] = JsonSerializer.SerializeToNode(Panels.ToDictionary(panel => $"{panel.Key}", panel => panel.Value)),
        ["annotations"] = JsonSerializer.SerializeToNode(Annotations),
    }.ToJsonString();

    private static IEnumerable<double> Numbers(JsonElement answer) =>
        answer.GetProperty("result").EnumerateArray()
            .SelectMany(series => series.TryGetProperty("values", out var values) ? values.EnumerateArray() : Enumerable.Repeat(series.GetProperty("value"), 1))
            .Select(pair => double.Parse(pair[1].GetString()!, System.Globalization.CultureInfo.InvariantCulture)).Where(double.IsFinite);
}
