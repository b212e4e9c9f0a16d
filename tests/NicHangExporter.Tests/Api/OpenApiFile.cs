using System.Text.Json.Nodes;

namespace NicHangExporter.Tests.Api;

/// <summary>docs/reference/openapi.json, as a client reads it.</summary>
internal sealed class OpenApiFile(JsonNode document)
{
    /// <summary>The file of the repository.</summary>
    public static readonly string Path = System.IO.Path.Combine(Repository.Root, "docs/reference/openapi.json");

    // The headers that a client may use.
    private static readonly string[] ClientHeaders = ["Location", "Retry-After", "WWW-Authenticate", "Allow"];

    /// <summary>What is in it.</summary>
    public static OpenApiFile Committed { get; } =
        new(File.Exists(Path) ? JsonNode.Parse(File.ReadAllText(Path))! : ApiDocument.Make());

    /// <summary>How an answer differs from the document.</summary>
    public List<string> Errors(ApiRoute route, ApiReply reply)
    {
        if (document["paths"]?[route.Template]?[route.Method.ToLowerInvariant()]?["responses"]?[
            reply.Status.ToString(System.Globalization.CultureInfo.InvariantCulture)] is not { } response)
            return [$"{route.Method} {route.Template} may not answer {reply.Status}"];
        response = Resolve(response);
        var type = reply.Headers.ContentType.ToString();
        if (response["content"]?[type]?["schema"] is not { } schema)
            return [$"{route.Method} {route.Template} may not answer {reply.Status} as {type}"];
        var errors = new List<string>();
        foreach (var (name, header) in response["headers"]?.AsObject() ?? [])
            if (header!["required"]!.GetValue<bool>() && reply.Headers[name].Count != 1)
                errors.Add($"{route.Method} {route.Template} answers {reply.Status} without {name}");
        foreach (var name in ClientHeaders)
            if (reply.Headers.ContainsKey(name) && response["headers"]?[name] is null)
                errors.Add($"{route.Method} {route.Template} answers {reply.Status} with {name}, which the document "
                    + $"does not know");
        Validate(reply.Json, schema, "$", errors);
        return errors;
    }

    /// <summary>How a problem differs from the document.</summary>
    public List<string> ProblemErrors(ApiReply reply)
    {
        var errors = new List<string>();
        Validate(reply.Json, document["components"]!["schemas"]!["Problem"]!, "$", errors);
        return errors;
    }

    /// <summary>
    /// Where a value does not fit a schema of the document. A member that the schema does not name does not fit.
    /// </summary>
    public void Validate(JsonNode? value, JsonNode schema, string where, List<string> errors)
    {
        schema = Resolve(schema);
        List<string> types = schema["type"] switch
        {
            JsonArray several => [.. several.Select(type => type!.GetValue<string>())],
            { } one => [one.GetValue<string>()],
            null => [],
        };
        if (!types.Any(type => Is(value, type)))
        {
            errors.Add($"{where} is {value?.ToJsonString() ?? "null"}, and not {string.Join(" or ", types)}");
            return;
        }
        if (schema["enum"] is JsonArray words && !words.Any(word => JsonNode.DeepEquals(word, value)))
            errors.Add($"{where} is {value}, which is none of the words");
        if (value is JsonArray list)
            for (var i = 0; i < list.Count; i++)
                Validate(list[i], schema["items"]!, $"{where}[{i}]", errors);
        if (value is not JsonObject members)
            return;
        foreach (var required in schema["required"]?.AsArray() ?? [])
            if (!members.ContainsKey(required!.GetValue<string>()))
                errors.Add($"{where} lacks {required}");
        foreach (var (name, member) in members)
            if (schema["properties"]?[name] is { } known)
                Validate(member, known, $"{where}.{name}", errors);
            else if (schema["additionalProperties"] is JsonObject any)
                Validate(member, any, $"{where}.{name}", errors);
            else
                errors.Add($"{where} has {name}, which the document does not know");
    }

    private JsonNode Resolve(JsonNode node)
    {
        while (node["$ref"] is { } reference)
        {
            node = document;
            foreach (var part in reference.GetValue<string>().Split('/').Skip(1))
                node = node[part] ?? throw new InvalidOperationException($"{reference} leads nowhere");
        }
        return node;
    }

    private static bool Is(JsonNode? value, string type) => (value?.GetValueKind(), type) switch
    {
        (null, "null") => true,
        (System.Text.Json.JsonValueKind.Object, "object") or (System.Text.Json.JsonValueKind.Array, "array")
        or (System.Text.Json.JsonValueKind.String, "string") => true,
        (System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False, "boolean")
        or (System.Text.Json.JsonValueKind.Number, "number") => true,
        (System.Text.Json.JsonValueKind.Number, "integer") => decimal.IsInteger(value!.GetValue<decimal>()),
        _ => false,
    };
}
