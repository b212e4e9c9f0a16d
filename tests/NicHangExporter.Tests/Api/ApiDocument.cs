using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using NicHangExporter.Api;
using NicHangExporter.Text;

namespace NicHangExporter.Tests.Api;

/// <summary>
/// Makes docs/reference/openapi.json (OpenAPI 3.1) from the metadata of the endpoints, the types that they read and
/// write, and their doc comments.
/// </summary>
internal static class ApiDocument
{
    /// <summary>The routes, with that for Alertmanager, without handlers.</summary>
    public static ImmutableArray<ApiRoute> Routes { get; } = Table();

    public static JsonObject Make()
    {
        var schemas = new SchemaWriter();
        var paths = new JsonObject();
        foreach (var path in Routes.GroupBy(route => route.Template))
            paths[path.Key] = new JsonObject(path.Select(
                route => KeyValuePair.Create(route.Method.ToLowerInvariant(), (JsonNode?)Operation(route, schemas))));
        var problems = ProblemResponses.Make(schemas);
        return new JsonObject
        {
            ["openapi"] = "3.1.1",
            ["info"] = new JsonObject
            {
                ["title"] = "NicHangExporter",
                ["version"] = "1",
                ["summary"] = "Remediation of hanging NICs, for those with a credential.",
                ["description"] =
                    "How to use it, with examples, is in docs/reference/api.md. Answers may get further members in "
                    + "later versions; requests with members that are not listed here are refused, except "
                    + "the messages of Alertmanager. "
                    + "Every GET may also be a HEAD. A method that a path does not have is answered 405 "
                        + "(urn:problem-type:nichang:method_not_allowed) with the header Allow, a path that there is "
                        + "not 404.",
                ["license"] = new JsonObject { ["name"] = "Apache-2.0", ["identifier"] = "Apache-2.0" },
            },
            ["servers"] = new JsonArray(new JsonObject
            { ["url"] = $"http://127.0.0.1:{NicHangExporter.Options.ListenAddress.Default.Port}" }),
            ["security"] = new JsonArray(new JsonObject { ["bearer"] = new JsonArray() }),
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["securitySchemes"] = new JsonObject
                {
                    ["bearer"] = new JsonObject
                    {
                        ["type"] = "http",
                        ["scheme"] = "bearer",
                        ["description"] =
                        "A token of the configuration. Its scope is read, remediate or admin; the greater includes the "
                        + "lesser."
                    },
                },
                ["responses"] = problems,
                ["schemas"] = schemas.Components,
            },
        };
    }

    private static JsonObject Operation(ApiRoute route, SchemaWriter schemas)
    {
        var responses = new JsonObject();
        foreach (var status in route.Statuses.Concat([401, 403, 500]).Order())
            responses[$"{status}"] = Response(route, status, schemas);
        var operation = new JsonObject
        {
            ["operationId"] = OperationId(route),
            ["summary"] = route.Summary,
            ["security"] = new JsonArray(new JsonObject { ["bearer"] = new JsonArray(SnakeCase.Of(route.Scope)) }),
        };
        if (Parameters(route) is { Count: > 0 } parameters)
            operation["parameters"] = parameters;
        if (route.Body is { } body)
            operation["requestBody"] = new JsonObject
            {
                ["required"] = !route.IsBodyOptional,
                ["content"] = Content("application/json", schemas.Of(body))
            };
        operation["responses"] = responses;
        return operation;
    }

    private static JsonArray Parameters(ApiRoute route)
    {
        var parameters = new JsonArray();
        if (route.Template.IndexOf('{', StringComparison.Ordinal) is >= 0 and var start)
            parameters.Add(
                (JsonNode)Parameter(
                    route.Template[(start + 1)..route.Template.IndexOf('}', StringComparison.Ordinal)], "path",
                    route.Template.Contains("{device}", StringComparison.Ordinal)
                ? "The device, by its name or its address on the bus."
                : "The id.", new JsonObject { ["type"] = "string" }));
        foreach (var name in route.Query)
            parameters.Add(
                (JsonNode)Parameter(
                    name, "query", name == "limit" ? "How many at most."
                    : "Only those of this device, by its name at that time or its address on the bus.", name == "limit"
                ? new JsonObject
                {
                    ["type"] = "integer",
                    ["minimum"] = 1,
                    ["maximum"] = RemediationHandlers.MaxLimit,
                    ["default"] = 50
                }
                : new JsonObject { ["type"] = "string" }));
        if (route.Answer.Type == typeof(RemediationResponse) && route.Changes)
            parameters.Add(
                (JsonNode)Parameter(
                    RequestKeys.Header, "header",
                    "The same request again with the same key within 24 hours gets the answer to the first one, and "
                    + "causes no second action.",
                new JsonObject
                { ["type"] = "string", ["minLength"] = 1, ["maxLength"] = 255, ["pattern"] = "^[!-~]+$" }));
        return parameters;
    }

    private static JsonObject Parameter(string name, string place, string description, JsonObject schema) =>
        new()
        {
            ["name"] = name,
            ["in"] = place,
            ["required"] = place == "path",
            ["description"] = description,
            ["schema"] = schema
        };

    private static JsonObject Response(ApiRoute route, int status, SchemaWriter schemas)
    {
        if (status >= 400)
            return new JsonObject { ["$ref"] = $"#/components/responses/{ProblemResponses.Name(status)}" };
        var response = new JsonObject
        {
            ["description"] = status == 200 ? "Done, or the requested data."
            : "Running. The header says where to find the outcome."
        };
        if (status == 202)
            response["headers"] = new JsonObject
            {
                ["Location"] =
                ProblemResponses.Header("string", "The path of the remediation.", isRequired: true)
            };
        response["content"] = Content("application/json", schemas.Of(route.Answer));
        return response;
    }

    private static JsonObject Content(string type, JsonObject schema) =>
        new() { [type] = new JsonObject { ["schema"] = schema } };

    private static string OperationId(ApiRoute route) => string.Concat(
        new[] { route.Method.ToLowerInvariant() }.Concat(
            route.Template.Split('/').Skip(3).Select(part => part.Trim('{', '}'))
            .Select(part => char.ToUpperInvariant(part[0]) + part[1..])));

    private static ImmutableArray<ApiRoute> Table()
    {
        using var host = new ApiHost();
        return [.. host.Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<IHttpMethodMetadata>() is not null)
            .Select(endpoint => new ApiRoute(endpoint))];
    }
}
