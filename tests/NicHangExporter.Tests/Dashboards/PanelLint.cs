using System.Text.Json.Nodes;

namespace NicHangExporter.Tests.Dashboards;

/// <summary>The rules for one panel of a dashboard.</summary>
internal static class PanelLint
{
    private static readonly string[] Types =
        ["row", "stat", "bargauge", "table", "timeseries", "state-timeline", "text"];

    private static readonly string[] Units =
        ["short", "s", "Bps", "bps", "pps", "percentunit", "dateTimeFromNow", "dateTimeAsIso"];

    /// <summary>What a panel does not keep.</summary>
    public static IEnumerable<string> Findings(JsonObject panel)
    {
        var (name, type) = ($"panel {panel["id"]} '{panel["title"]}'", (string?)panel["type"] ?? "");
        if (!Types.Contains(type))
            yield return $"panel-type: {name} is a {type}, which the rules do not know";
        if (string.IsNullOrWhiteSpace((string?)panel["title"]))
            yield return $"panel-title-description: {name} needs a title";
        if (type == "row")
            yield break;
        if (((string?)panel["description"])?.EndsWith('.') != true)
            yield return $"panel-title-description: {name} needs a description of whole sentences";
        if (type == "text")
            yield break;
        var targets = DashboardLint.List(panel["targets"]);
        if (targets.Count == 0)
            yield return $"panel-no-targets: {name} has no query";
        if (UnitsOf(panel).Any(unit => !Units.Contains(unit)))
            yield return $"panel-units: {name} has a unit that is missing or unknown";
        foreach (var finding in targets.SelectMany(target => QueryLint.Findings((string?)target["expr"] ?? "")))
            yield return $"{finding} ({name})";
        foreach (var column in UnknownColumns(panel))
            yield return $"panel-columns: {name} has no column {column}";
    }

    private static IEnumerable<string?> UnitsOf(JsonObject panel) =>
    [
        (string?)panel["fieldConfig"]?["defaults"]?["unit"],
        .. Overrides(panel).SelectMany(one => DashboardLint.List(one["properties"]))
            .Where(property => (string?)property["id"] == "unit").Select(property => (string?)property["value"]),
    ];

    // An override of a column that is neither a name given by "organize" nor in its order has no effect.
    private static IEnumerable<string?> UnknownColumns(JsonObject panel)
    {
        var organize = DashboardLint.List(panel["transformations"])
            .FirstOrDefault(one => (string?)one["id"] == "organize");
        var renamed = organize?["options"]?["renameByName"]?.AsObject().Select(pair => (string?)pair.Value) ?? [];
        var ordered = organize?["options"]?["indexByName"]?.AsObject().Select(pair => pair.Key) ?? [];
        return Overrides(panel).Where(one => (string?)one["matcher"]?["id"] == "byName")
            .Select(one => (string?)one["matcher"]!["options"]).Except(renamed).Except(ordered);
    }

    private static List<JsonObject> Overrides(JsonObject panel) =>
        DashboardLint.List(panel["fieldConfig"]?["overrides"]);
}
