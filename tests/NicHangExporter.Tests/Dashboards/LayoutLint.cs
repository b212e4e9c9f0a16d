using System.Text.Json.Nodes;

namespace NicHangExporter.Tests.Dashboards;

/// <summary>The rules for the panels of a dashboard together: their numbers and their places.</summary>
internal static class LayoutLint
{
    private const int Columns = 24;

    /// <summary>What the panels do not keep.</summary>
    public static IEnumerable<string> Findings(IReadOnlyList<JsonObject> panels) =>
        [.. Numbers(panels), .. Places(panels)];

    private static IEnumerable<string> Numbers(IReadOnlyList<JsonObject> panels) =>
        panels.GroupBy(panel => (int?)panel["id"] ?? 0).Where(group => group.Key <= 0 || group.Count() > 1)
            .Select(group => $"panel-id: {group.Key} is not the number of one panel");

    private static IEnumerable<string> Places(IReadOnlyList<JsonObject> panels)
    {
        var taken = new Dictionary<(int, int), string>();
        foreach (var panel in panels)
        {
            var (place, name) = (panel["gridPos"]!, $"panel {panel["id"]} '{panel["title"]}'");
            var (x, y, w, h) = ((int)place["x"]!, (int)place["y"]!, (int)place["w"]!, (int)place["h"]!);
            if (x < 0 || w < 1 || x + w > Columns)
                yield return $"panel-grid: {name} is outside of the {Columns} columns";
            var cells = from column in Enumerable.Range(x, w) from row in Enumerable.Range(y, h) select (column, row);
            if (cells.Where(cell => !taken.TryAdd(cell, name)).ToList() is [var first, ..])
                yield return $"panel-grid: {name} lies on {taken[first]}";
        }
    }
}
