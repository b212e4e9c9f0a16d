using System.Collections.Immutable;
using System.Reflection;
using System.Text.Json.Nodes;
using NicHangExporter.Api;

namespace NicHangExporter.Tests.Api;

/// <summary>
/// The problems in the API document: one response for each status, with the types of problem that it can have.
/// </summary>
internal static class ProblemResponses
{
    /// <summary>Every kind of problem that the program has, by its name.</summary>
    public static ImmutableSortedDictionary<string, ApiProblem> All { get; } = typeof(ApiProblem)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Where(field => field.FieldType == typeof(ApiProblem)).Select(field => (ApiProblem)field.GetValue(null)!)
        .Concat(HttpStatusMapping.OfReason.Values)
        .ToImmutableSortedDictionary(problem => problem.Name, problem => problem, StringComparer.Ordinal);

    /// <summary>The name of the response with that status.</summary>
    public static string Name(int status) => Row(status).Name;

    public static JsonObject Make(SchemaWriter schemas) =>
        new(All.Values.Select(problem => problem.Status).Where(status => status != 405).Distinct().Order()
            .Select(status => KeyValuePair.Create(Name(status), (JsonNode?)Of(status, schemas))));

    /// <summary>A header of a response.</summary>
    public static JsonObject Header(string type, string description, bool isRequired) =>
        new()
        {
            ["description"] = description,
            ["required"] = isRequired,
            ["schema"] = new JsonObject { ["type"] = type }
        };

    private static JsonObject Of(int status, SchemaWriter schemas)
    {
        var names = All.Values.Where(problem => problem.Status == status)
            .Select(problem => $"`{ApiProblem.TypePrefix}{problem.Name}`");
        var response =
            new JsonObject { ["description"] = $"{Row(status).Description} Types: {string.Join(", ", names)}." };
        if (status == 401)
            response["headers"] =
                new JsonObject { ["WWW-Authenticate"] = Header("string", "How to prove who asks.", isRequired: true) };
        else if (status is 409 or 429 or 503)
            response["headers"] = new JsonObject
            {
                ["Retry-After"] = Header("integer",
                "Seconds until it is worth asking again, where that is known.", isRequired: status == 429)
            };
        response["content"] = new JsonObject
        {
            ["application/problem+json"] =
            new JsonObject { ["schema"] = schemas.Of(ApiJson.Answers.ProblemResponse) }
        };
        return response;
    }

    private static (string Name, string Description) Row(int status) => status switch
    {
        400 => ("Malformed", "The request is not as this document describes it."),
        401 => ("Unauthenticated", "No valid credential."),
        403 => ("Forbidden",
            "The credential lacks the scope, the connection is not protected, another site's page asks, or the device "
            + "may not be changed."),
        404 => ("NotFound", "There is nothing of that name."),
        409 => ("Conflict", "Not now: another remediation is in progress, a capability is missing, or the like."),
        413 => ("TooLarge", "The body is too large."),
        415 => ("NotJson", "The body is not JSON in UTF-8."),
        422 => ("Unprocessable",
            "There is no such setting, nothing can be changed, or the Idempotency-Key was used for something else."),
        429 => ("CoolingDown", "The device is cooling down."),
        500 => ("Unexpected", "An unexpected error."),
        503 => ("Unavailable", "Not at present: the journal can't be written, the exporter is ending, or the like."),
        _ => throw new InvalidOperationException($"no words for {status}"),
    };
}
