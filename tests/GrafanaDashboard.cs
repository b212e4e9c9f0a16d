using System.Text.Json.Nodes;

namespace NicHangExporter.TestSupport;

/// <summary>A dashboard of the directory grafana.</summary>
internal sealed class GrafanaDashboard
{
    private GrafanaDashboard(string path)
    {
        File = Path.GetFileName(path);
        Json = JsonNode.Parse(System.IO.File.ReadAllText(path))!.AsObject();
        Panels = [.. Children(Json).SelectMany(panel => Children(panel).Prepend(panel))];
    }

    /// <summary>The file name.</summary>
    public string File { get; }

    /// <summary>The whole file.</summary>
    public JsonObject Json { get; }

    /// <summary>All panels, including rows and the panels in rows.</summary>
    public IReadOnlyList<JsonObject> Panels { get; }

    public IReadOnlyList<JsonObject> Variables => Objects(Json["templating"]?["list"]);

    public IReadOnlyList<JsonObject> Annotations => Objects(Json["annotations"]?["list"]);

    /// <summary>Every dashboard of a repository.</summary>
    /// <param name="repository">The directory of the solution.</param>
    public static IReadOnlyList<GrafanaDashboard> All(string repository) =>
    [
        .. Directory.EnumerateFiles(Path.Combine(repository, "grafana"), "*.json").Order(StringComparer.Ordinal)
            .Select(path => new GrafanaDashboard(path)),
    ];

    public static IReadOnlyList<JsonObject> Targets(JsonObject panel) => Objects(panel["targets"]);

    public static string Text(JsonObject from, string name) =>
        (string?)from[name] ?? throw new KeyNotFoundException($"no {name} in {from.ToJsonString()}");

    /// <summary>The name of a panel in a failure message.</summary>
    public string NameOf(JsonObject panel) => $"{File}, panel {panel["id"]} '{panel["title"]}'";

    private static IReadOnlyList<JsonObject> Children(JsonObject parent) => Objects(parent["panels"]);

    private static IReadOnlyList<JsonObject> Objects(JsonNode? array) =>
        [.. array?.AsArray().Select(item => item!.AsObject()) ?? []];
}
