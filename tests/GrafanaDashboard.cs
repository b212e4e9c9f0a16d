using System.Text.Json.Nodes;

namespace NicHangExporter.TestSupport;

/// <summary>A dashboard of the directory grafana, as the tests read it.</summary>
internal sealed class GrafanaDashboard
{
    private GrafanaDashboard(string path)
    {
        File = Path.GetFileName(path);
        Json = JsonNode.Parse(System.IO.File.ReadAllText(path))!.AsObject();
        Panels = [.. Children(Json).SelectMany(panel => Children(panel).Prepend(panel))];
    }

    /// <summary>The name of its file.</summary>
    public string File { get; }

    /// <summary>All of it.</summary>
    public JsonObject Json { get; }

    /// <summary>Its panels, rows and those in rows included.</summary>
    public IReadOnlyList<JsonObject> Panels { get; }

    /// <summary>Its variables.</summary>
    public IReadOnlyList<JsonObject> Variables => Objects(Json["templating"]?["list"]);

    /// <summary>Its annotations.</summary>
    public IReadOnlyList<JsonObject> Annotations => Objects(Json["annotations"]?["list"]);

    /// <summary>Every dashboard of a repository.</summary>
    /// <param name="repository">The directory of the solution.</param>
    public static IReadOnlyList<GrafanaDashboard> All(string repository) =>
    [
        .. Directory.EnumerateFiles(Path.Combine(repository, "grafana"), "*.json").Order(StringComparer.Ordinal)
            .Select(path => new GrafanaDashboard(path)),
    ];

    /// <summary>The queries of a panel.</summary>
    public static IReadOnlyList<JsonObject> Targets(JsonObject panel) => Objects(panel["targets"]);

    /// <summary>A member that is text.</summary>
    public static string Text(JsonObject from, string name) =>
        (string?)from[name] ?? throw new KeyNotFoundException($"no {name} in {from.ToJsonString()}");

    /// <summary>What a panel is called in a failure.</summary>
    public string NameOf(JsonObject panel) => $"{File}, panel {panel["id"]} '{panel["title"]}'";

    private static IReadOnlyList<JsonObject> Children(JsonObject parent) => Objects(parent["panels"]);

    private static IReadOnlyList<JsonObject> Objects(JsonNode? array) =>
        [.. array?.AsArray().Select(item => item!.AsObject()) ?? []];
}
