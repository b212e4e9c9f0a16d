using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace NicHangExporter.EndToEnd.Support;

/// <summary>
/// The variables of a dashboard with their values, replaced in queries as Grafana does for Prometheus.
/// </summary>
internal sealed partial class GrafanaVariables
{
    private readonly Dictionary<string, string> _regexes = [];

    /// <summary>The options of each variable, in the order of the dashboard.</summary>
    public Dictionary<string, IReadOnlyList<string>> Offers { get; } = [];

    /// <summary>The values that the test chose. Other variables have All.</summary>
    public required IReadOnlyDictionary<string, string> Chosen { get; init; }

    /// <summary>Queries the values of every variable. Chooses All, or the values of the test.</summary>
    public static async Task<GrafanaVariables> AskAsync(
        GrafanaDashboard dashboard, PrometheusServer prometheus, GrafanaTime time,
        IReadOnlyDictionary<string, string> chosen)
    {
        var variables = new GrafanaVariables { Chosen = chosen };
        foreach (var variable in dashboard.Variables.Where(variable => (string?)variable["type"] == "query"))
            await variables.AddAsync(variable, prometheus, time);
        return variables;
    }

    /// <summary>Replaces the variables of a query. An unknown variable is a failure.</summary>
    public string Fill(string query)
    {
        var filled = Variable().Replace(query, name => _regexes.GetValueOrDefault(name.Groups[1].Value) ?? name.Value);
        Assert.DoesNotContain("$", filled, StringComparison.Ordinal);
        return filled;
    }

    private async Task AddAsync(JsonObject variable, PrometheusServer prometheus, GrafanaTime time)
    {
        var name = GrafanaDashboard.Text(variable, "name");
        var query = LabelValues().Match(GrafanaDashboard.Text(variable["query"]!.AsObject(), "query"));
        Assert.True(query.Success, $"variable {name} asks for label_values(selector, label)");
        var path = time.Label(query.Groups["label"].Value, Fill(query.Groups["selector"].Value));
        var regex = new Regex((string?)variable["regex"] is { Length: > 0 } pattern ? pattern.Trim('/') : "(.*)");
        string[] values =
        [
            .. (await prometheus.AskAsync(path)).EnumerateArray()
                .Select(value => regex.Match(value.GetString()!).Groups[1].Value).Distinct(),
        ];
        Offers[name] = values;
        _regexes[name] = Chosen.TryGetValue(name, out var one)
            ? Escape(Assert.Single(values, value => value == one))
            : (string?)variable["allValue"] ?? $"({string.Join('|', values.Select(Escape))})";
    }

    // Escapes for a regular expression, and then for a string of PromQL.
    private static string Escape(string value) => Regex.Escape(value).Replace(@"\", @"\\", StringComparison.Ordinal);

    [GeneratedRegex(@"\$(\w+)")]
    private static partial Regex Variable();

    [GeneratedRegex(@"^label_values\((?<selector>.+), (?<label>\w+)\)$")]
    private static partial Regex LabelValues();
}
