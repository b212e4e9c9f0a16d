using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using NicHangExporter.Api;

namespace NicHangExporter.Tests.Api;

/// <summary>
/// docs/reference/openapi.json is made from the table of routes and the types: UPDATE_GOLDEN=1 writes it again. All
/// other tests check the answers of the router against it (<see cref="ApiPromises"/>).
/// </summary>
public sealed class OpenApiTests
{
    private static readonly JsonSerializerOptions Readable =
        new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public void Document_IsWhatRoutesAndTypesSay()
    {
        var expected = ApiDocument.Make().ToJsonString(Readable) + "\n";
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
            File.WriteAllText(OpenApiFile.Path, expected);

        Assert.Equal(expected, File.ReadAllText(OpenApiFile.Path));
    }

    [Fact]
    public void Document_HasTheRoutesAndScopesOfTheIssue()
    {
        var paths = JsonNode.Parse(File.ReadAllText(OpenApiFile.Path))!["paths"]!.AsObject();

        Assert.Equal(
            [
                "delete /api/v1/pause admin", "get /api/v1/devices read", "get /api/v1/devices/{device} read",
                    "get /api/v1/episodes read", "get /api/v1/episodes/{id} read", "get /api/v1/persisted read",
                "get /api/v1/remediations read", "get /api/v1/remediations/{id} read",
                "post /api/v1/alertmanager remediate", "post /api/v1/devices/{device}/persist admin",
                "post /api/v1/devices/{device}/rollback admin", "post /api/v1/devices/{device}/unpersist admin",
                "post /api/v1/pause admin", "post /api/v1/quarantine/{device}/clear admin",
                "post /api/v1/remediations remediate",
            ],
            paths.SelectMany(
                path => path.Value!.AsObject()
                .Select(operation => $"{operation.Key} {path.Key} {operation.Value!["security"]![0]!["bearer"]![0]}"))
                    .Order(StringComparer.Ordinal));
    }

    [Fact]
    public void EveryReference_LeadsSomewhere_AndEveryComponentIsUsed()
    {
        var text = File.ReadAllText(OpenApiFile.Path);
        var document = JsonNode.Parse(text)!;
        var names = new[] { "responses", "schemas" }.SelectMany(kind =>
            document["components"]![kind]!.AsObject().Select(one => $"#/components/{kind}/{one.Key}"));
        var used = References(document).ToHashSet();

        Assert.Equal(names.Order(StringComparer.Ordinal), used.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void EveryStatus_OfADoorsVerdict_IsOneThatTheRouteMayHave()
    {
        var route = ApiDocument.Routes.Single(route => route is { Method: "POST", Template: "/api/v1/remediations" });

        Assert.All(HttpStatusMapping.OfVerdict.Values.Concat(
            HttpStatusMapping.OfReason.Values.Select(problem => problem.Status)), status =>
                Assert.Contains(status, route.Statuses.Concat([401, 403])));
    }

    [Theory]
    [InlineData("""{"id":"r1-1","device":"eno1","state":"done"}""", true)]
    [InlineData("""{"id":"r1-1","device":"eno1","state":"finished"}""", false)]
    [InlineData("""{"id":"r1-1","device":"eno1"}""", false)]
    [InlineData("""{"id":1,"device":"eno1","state":"done"}""", false)]
    [InlineData("""{"id":"r1-1","device":"eno1","state":"done","secret":1}""", false)]
    [InlineData("""{"id":"r1-1","device":"eno1","state":"done","before":{"tso":1}}""", false)]
    public void Validation_TellsWhatDoesNotFit(string answer, bool isSound)
    {
        var errors = new List<string>();
        var schema = JsonNode.Parse("""{"$ref":"#/components/schemas/Remediation"}""")!;
        OpenApiFile.Committed.Validate(JsonNode.Parse(answer), schema, "$", errors);

        Assert.Equal(isSound, errors.Count == 0);
    }

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject members =>
            members.SelectMany(
                member => member is
                {
                    Key: "$ref",
                    Value: JsonValue reference
                } ? [reference.GetValue<string>()] : References(member.Value)),
        JsonArray items => items.SelectMany(References),
        _ => [],
    };
}
