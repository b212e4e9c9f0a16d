using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace NicHangExporter.Tests.Dashboards;

/// <summary>
/// The rules for dashboards, most of them those of Grafana's dashboard-linter and by its names. A finding begins with
/// the name of its rule.
/// </summary>
internal static partial class DashboardLint
{
    private const string DataSource = "${datasource}";

    private static readonly (string Member, JsonNode Value)[] Settings =
    [
        ("editable", false), ("timezone", "utc"), ("refresh", "30s"), ("graphTooltip", 1), ("schemaVersion", 39),
        ("tags", new JsonArray("nichang-mixin")),
    ];

    /// <summary>What a dashboard does not keep.</summary>
    public static IEnumerable<string> Findings(JsonObject dashboard)
    {
        List<JsonObject> panels =
            [.. List(dashboard["panels"]).SelectMany(panel => List(panel["panels"]).Prepend(panel))];
        List<JsonObject> variables = List(dashboard["templating"]?["list"]);
        return
        [
            .. OfSettings(dashboard), .. MissingVariables(variables), .. variables.SelectMany(OfVariable),
            .. panels.SelectMany(PanelLint.Findings), .. LayoutLint.Findings(panels), .. OfDataSources(dashboard),
        ];
    }

    /// <summary>The objects of an array; none where there is no array.</summary>
    public static List<JsonObject> List(JsonNode? array) =>
        [.. array?.AsArray().Select(item => item!.AsObject()) ?? []];

    private static IEnumerable<string> OfSettings(JsonObject dashboard)
    {
        foreach (var (member, value) in Settings)
            if (!JsonNode.DeepEquals(dashboard[member], value))
                yield return $"dashboard-settings: {member} should be {value.ToJsonString()}";
        foreach (var member in new[] { "__inputs", "__requires", "id", "version" })
            if (dashboard.ContainsKey(member))
                yield return $"dashboard-settings: {member} belongs to one Grafana";
        if (!Uid().IsMatch((string?)dashboard["uid"] ?? ""))
            yield return "dashboard-settings: uid should be nic-hang-…";
    }

    private static IEnumerable<string> MissingVariables(List<JsonObject> variables) =>
        new[] { "datasource", "job", "instance", "device" }
            .Except(variables.Select(variable => (string?)variable["name"]))
            .Select(name => $"template-{name}: the variable is missing");

    private static IEnumerable<string> OfVariable(JsonObject variable)
    {
        var name = (string?)variable["name"];
        if ((string?)variable["type"] != "query")
            yield break;
        if ((int?)variable["refresh"] != 2)
            yield return $"template-on-time-change-reload: refresh of variable {name} should be 2";
        if ((bool?)variable["multi"] != true)
            yield return $"template-multi: variable {name} should allow several values";
        // Of a hidden variable, All is what the variables before it leave, and no more.
        if ((int?)variable["hide"] == 2 && variable.ContainsKey("allValue"))
            yield return $"template-host: hidden variable {name} should have no allValue";
        var hasAll = (int?)variable["hide"] == 0 && (bool?)variable["includeAll"] == true;
        if (hasAll && (string?)variable["allValue"] != ".+")
            yield return $"template-all: allValue of variable {name} should be .+";
        if ((string?)variable["label"] is not { Length: > 0 } label || !char.IsUpper(label[0]))
            yield return $"template-label: variable {name} needs a label that begins with a capital";
    }

    private static IEnumerable<string> OfDataSources(JsonNode? node) => node switch
    {
        JsonObject members => members.SelectMany(member =>
            member.Key == "datasource" && (string?)member.Value?["uid"] != DataSource
                ? [$"panel-datasource: {member.Value?.ToJsonString()} should be the variable of the dashboard"]
                : OfDataSources(member.Value)),
        JsonArray elements => elements.SelectMany(OfDataSources),
        _ => [],
    };

    [GeneratedRegex("^nic-hang-[a-z]+$")]
    private static partial Regex Uid();
}
