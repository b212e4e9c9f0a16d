using System.Text.Json;
using System.Text.Json.Nodes;

namespace NicHangExporter.Tests.Dashboards;

/// <summary>
/// Checks a document against a JSON schema. It knows the keywords that the schemas of fixtures/grafana-schema use;
/// another one is an error, so that nothing goes unchecked.
/// </summary>
internal sealed class JsonSchema
{
    private static readonly string Home =
        Path.Combine(Repository.Root, "tests/NicHangExporter.Tests/fixtures/grafana-schema");

    private static readonly HashSet<string> Known =
    [
        "$ref", "$schema", "definitions", "deprecated", "type", "enum", "const", "anyOf", "properties", "required",
        "additionalProperties", "items",
    ];

    private readonly JsonObject _root;

    private JsonSchema(JsonObject root) => _root = root;

    /// <summary>Reads a schema of fixtures/grafana-schema.</summary>
    public static JsonSchema Read(string name) =>
        new(JsonNode.Parse(File.ReadAllText(Path.Combine(Home, $"{name}.json")))!.AsObject());

    /// <summary>What does not fit, each with its place.</summary>
    public List<string> Errors(JsonNode? document)
    {
        var errors = new List<string>();
        Check(_root, document, "$", errors);
        return errors;
    }

    private void Check(JsonObject schema, JsonNode? node, string place, List<string> errors)
    {
        foreach (var (keyword, _) in schema)
            if (!Known.Contains(keyword))
                throw new NotSupportedException($"keyword {keyword} at {place}");
        if ((string?)schema["$ref"] is { } reference)
            Check(Definition(reference), node, place, errors);
        if (schema["type"] is { } type && !Types(type).Any(name => IsOf(name, node)))
            errors.Add($"{place} is {node?.GetValueKind().ToString() ?? "null"} and should be {type.ToJsonString()}");
        if (schema["enum"] is JsonArray values && !values.Any(value => JsonNode.DeepEquals(value, node)))
            errors.Add($"{place} is {node?.ToJsonString()} and should be one of {values.ToJsonString()}");
        if (schema.TryGetPropertyValue("const", out var only) && !JsonNode.DeepEquals(only, node))
            errors.Add($"{place} is {node?.ToJsonString()} and should be {only?.ToJsonString()}");
        if (schema["anyOf"] is JsonArray several)
            CheckAny(several, node, place, errors);
        if (node is JsonObject members)
            CheckMembers(schema, members, place, errors);
        if (node is JsonArray elements && schema["items"] is JsonObject item)
            for (var index = 0; index < elements.Count; index++)
                Check(item, elements[index], $"{place}[{index}]", errors);
    }

    private JsonObject Definition(string reference) =>
        _root["definitions"]![Uri.UnescapeDataString(reference["#/definitions/".Length..])]!.AsObject();

    // Of the alternatives that do not fit, the nearest is the one to tell of.
    private void CheckAny(JsonArray several, JsonNode? node, string place, List<string> errors)
    {
        var nearest = several.Select(one =>
        {
            var found = new List<string>();
            Check(one!.AsObject(), node, place, found);
            return found;
        }).MinBy(found => found.Count)!;
        errors.AddRange(nearest);
    }

    private void CheckMembers(JsonObject schema, JsonObject members, string place, List<string> errors)
    {
        foreach (var name in schema["required"]?.AsArray().Select(name => (string)name!) ?? [])
            if (!members.ContainsKey(name))
                errors.Add($"{place} lacks {name}");
        var properties = schema["properties"] as JsonObject;
        foreach (var (name, value) in members)
            if (properties?[name] is JsonObject property)
                Check(property, value, $"{place}.{name}", errors);
            else if (schema["additionalProperties"] is JsonObject other)
                Check(other, value, $"{place}.{name}", errors);
            else if (schema["additionalProperties"] is JsonValue allowed && !allowed.GetValue<bool>())
                errors.Add($"{place} has an unknown member {name}");
    }

    private static IEnumerable<string> Types(JsonNode type) =>
        type is JsonArray several ? several.Select(one => (string)one!) : [(string)type!];

    private static bool IsOf(string type, JsonNode? node) => type switch
    {
        "object" => node is JsonObject,
        "array" => node is JsonArray,
        "null" => node is null,
        "string" => node?.GetValueKind() == JsonValueKind.String,
        "boolean" => node?.GetValueKind() is JsonValueKind.True or JsonValueKind.False,
        "number" => node?.GetValueKind() == JsonValueKind.Number,
        _ => throw new NotSupportedException($"type {type}"),
    };
}
