using System.Text.Json.Nodes;
using NicHangExporter.Linux;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Tests.Dashboards;

/// <summary>The dashboards fit the types of @grafana/schema (fixtures/grafana-schema).</summary>
public sealed class DashboardSchemaTests
{
    // Members of an annotation that belong to the data source: the schema of a dashboard does not have them.
    private static readonly string[] OfPrometheus =
        ["expr", "step", "titleFormat", "textFormat", "tagKeys", "useValueForTime"];

    private static readonly JsonSchema Schema = JsonSchema.Read("dashboard");

    public static TheoryData<string> Files =>
        [.. GrafanaDashboard.All(Repository.Root).Select(dashboard => dashboard.File)];

    [Theory]
    [MemberData(nameof(Files))]
    public void Dashboard_FitsTheSchema(string file)
    {
        var dashboard = Of(file);

        Assert.Empty(Schema.Errors(WithoutQueries(dashboard.Json)));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void OptionsOfEachPanel_FitTheSchemaOfItsType(string file)
    {
        var dashboard = Of(file);
        foreach (var panel in dashboard.Panels.Where(panel => (string?)panel["type"] != "row"))
        {
            var type = GrafanaDashboard.Text(panel, "type").Replace("-", "", StringComparison.Ordinal);
            var errors = JsonSchema.Read($"{type}.options").Errors(panel["options"]);
            if (panel["fieldConfig"]?["defaults"]?["custom"] is { } custom)
                errors.AddRange(JsonSchema.Read($"{type}.custom").Errors(custom));
            Assert.True(errors.Count == 0, $"{dashboard.NameOf(panel)}: {string.Join(", ", errors)}");
        }
    }

    [Theory]
    [InlineData("$.editable is String and should be \"boolean\"", "editable", "no")]
    [InlineData("$ has an unknown member editible", "editible", false)]
    [InlineData("$.graphTooltip is 7 and should be one of", "graphTooltip", 7)]
    [InlineData("$ lacks schemaVersion", "schemaVersion", null)]
    public void WhatIsWrong_IsFound(string finding, string member, object? value)
    {
        var dashboard = WithoutQueries(GrafanaDashboard.All(Repository.Root)[0].Json);
        dashboard.Remove(member);
        if (value is not null)
            dashboard[member] = value switch { bool truth => truth, int number => number, var text => (string)text };

        Assert.StartsWith(finding, Assert.Single(Schema.Errors(dashboard)), StringComparison.Ordinal);
    }

    private static GrafanaDashboard Of(string file) =>
        GrafanaDashboard.All(Repository.Root).Single(dashboard => dashboard.File == file);

    private static JsonObject WithoutQueries(JsonObject dashboard)
    {
        var copy = dashboard.DeepClone().AsObject();
        foreach (var annotation in copy["annotations"]!["list"]!.AsArray())
            foreach (var member in OfPrometheus)
                annotation!.AsObject().Remove(member);
        // The schema knows only the name of the query of a variable in its older form.
        foreach (var variable in copy["templating"]!["list"]!.AsArray())
            variable!.AsObject().Remove("definition");
        return copy;
    }
}
