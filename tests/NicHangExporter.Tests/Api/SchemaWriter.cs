using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using NicHangExporter.Api;
using NicHangExporter.Api.Alertmanager;

namespace NicHangExporter.Tests.Api;

/// <summary>
/// Makes schemas of the types that are read and written, from the metadata of the serializer and their doc comments.
/// </summary>
internal sealed class SchemaWriter
{
    // Limits that a type does not have, and the router checks.
    private static readonly Dictionary<(Type, string), Action<JsonObject>> Limits = new()
    {
        [(typeof(CreateRemediationRequest), "device")] = schema =>
            (schema["minLength"], schema["maxLength"]) = (1, RequestValidator.MaxDevice),
        [(typeof(CreateRemediationRequest), "profile")] = schema =>
            (schema["minLength"], schema["maxLength"]) = (1, RequestValidator.MaxName),
        [(typeof(CreateRemediationRequest), "features")] = schema =>
            (schema["minItems"], schema["maxItems"], schema["items"]!["minLength"], schema["items"]!["maxLength"]) =
            (1, RequestValidator.MaxFeatures, 1, RequestValidator.MaxName),
        [(typeof(CreateRemediationRequest), "reason")] = schema => schema["maxLength"] = RequestValidator.MaxReason,
        [(typeof(RollbackRequest), "reason")] = schema => schema["maxLength"] = RequestValidator.MaxReason,
        [(typeof(AlertmanagerMessage), "version")] = schema =>
            schema["enum"] = new JsonArray(AlertmanagerMessage.KnownVersion),
        [(typeof(AlertmanagerMessage), "truncatedAlerts")] = schema => schema["maximum"] = MessageReader.MaxTruncated,
        [(typeof(AlertmanagerMessage), "alerts")] = schema => schema["maxItems"] = BoundedAlerts.Most,
        [(typeof(PostedAlert), "status")] = schema => schema["enum"] = new JsonArray("firing", "resolved"),
        [(typeof(PostedAlert), "labels")] = schema => schema["maxProperties"] = MessageReader.MaxLabels,
        [(typeof(PostedAlert), "fingerprint")] = schema =>
            (schema["maxLength"], schema["pattern"]) = (MessageReader.MaxFingerprint, "^[0-9A-Za-z_-]+$"),
    };

    // The required members of the messages of Alertmanager, most of whose members are ignored.
    private static readonly Dictionary<Type, string[]> Demanded = new()
    {
        [typeof(AlertmanagerMessage)] = ["version", "alerts"],
        [typeof(PostedAlert)] = ["status", "labels", "startsAt", "fingerprint"],
    };

    /// <summary>The schemas by name, in order.</summary>
    public JsonObject Components =>
        new(_components.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));

    private readonly SortedDictionary<string, JsonObject> _components = new(StringComparer.Ordinal);

    /// <summary>A schema for a type; for one with members, a reference to it.</summary>
    public JsonObject Of(JsonTypeInfo type)
    {
        var bare = Nullable.GetUnderlyingType(type.Type) ?? type.Type;
        if (bare.IsEnum)
            return Component(bare, () => Words(bare));
        if (type.Kind == JsonTypeInfoKind.Object)
            return Component(bare, () => Object(type));
        if (type.Kind == JsonTypeInfoKind.Dictionary)
            return new JsonObject { ["type"] = "object", ["additionalProperties"] = Of(Element(type, 1)) };
        if (type.Kind == JsonTypeInfoKind.Enumerable)
            return new JsonObject { ["type"] = "array", ["items"] = Of(Element(type, 0)) };
        return bare switch
        {
            _ when bare == typeof(string) => new JsonObject { ["type"] = "string" },
            _ when bare == typeof(bool) => new JsonObject { ["type"] = "boolean" },
            _ when bare == typeof(double) => new JsonObject { ["type"] = "number" },
            _ when bare == typeof(int) || bare == typeof(long) => new JsonObject { ["type"] = "integer" },
            _ when bare == typeof(uint) || bare == typeof(ulong) =>
                new JsonObject { ["type"] = "integer", ["minimum"] = 0 },
            _ when bare == typeof(DateTimeOffset) => new JsonObject { ["type"] = "string", ["format"] = "date-time" },
            _ => throw new InvalidOperationException($"no schema for {bare}"),
        };
    }

    private JsonObject Component(Type type, Func<JsonObject> make)
    {
        var name = type.Name.EndsWith("Response", StringComparison.Ordinal) ? type.Name[..^"Response".Length]
            : type.Name;
        if (!_components.ContainsKey(name))
        {
            // Before it is made, because a type may refer to itself.
            _components[name] = [];
            var schema = make();
            if (!schema.ContainsKey("description"))
                schema.Insert(0, "description", DocComments.Of(type));
            _components[name] = schema;
        }
        return new JsonObject { ["$ref"] = $"#/components/schemas/{name}" };
    }

    // The words of an enumeration with their meaning.
    private static JsonObject Words(Type type) => new()
    {
        ["description"] = DocComments.Of(type)
            + string.Concat(
                Enum.GetNames(type).Select(name => $"\n- `{Spelling(name)}`: {DocComments.OfWord(type, name)}")),
        ["type"] = "string",
        ["enum"] = new JsonArray([.. Enum.GetNames(type).Select(name => (JsonNode)Spelling(name))]),
    };

    private JsonObject Object(JsonTypeInfo type)
    {
        var isRequest = type.UnmappedMemberHandling == JsonUnmappedMemberHandling.Disallow
            || type.Options.UnmappedMemberHandling == JsonUnmappedMemberHandling.Disallow;
        var (members, required) = (new JsonObject(), new JsonArray());
        foreach (var property in type.Properties)
        {
            var isNullable = property.IsGetNullable || Nullable.GetUnderlyingType(property.PropertyType) is not null;
            var schema = Of(type.Options.GetTypeInfo(property.PropertyType));
            if (isRequest && isNullable && !property.IsRequired)
            {
                if (schema["type"] is { } single)
                    schema["type"] = new JsonArray(single.DeepClone(), "null");
                else
                    schema = new JsonObject { ["anyOf"] = new JsonArray(schema, new JsonObject { ["type"] = "null" }) };
            }
            if (Limits.TryGetValue((type.Type, property.Name), out var limit))
                limit(schema);
            schema["description"] = DocComments.Of(type.Type, property.Name);
            members[property.Name] = schema;
            if (Demanded.TryGetValue(type.Type, out var demanded) ? demanded.Contains(property.Name) : isRequest
                ? property.IsRequired : !isNullable)
                required.Add((JsonNode)property.Name);
        }
        var result = new JsonObject { ["type"] = "object" };
        if (required.Count > 0)
            result["required"] = required;
        if (members.Count > 0)
            result["properties"] = members;
        if (isRequest)
            result["additionalProperties"] = false;
        return result;
    }

    private static JsonTypeInfo Element(JsonTypeInfo type, int argument) => type.Options.GetTypeInfo(
        type.Type.IsArray ? type.Type.GetElementType()! : type.Type.GetGenericArguments()[argument]);

    private static string Spelling(string name) => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(name);
}
