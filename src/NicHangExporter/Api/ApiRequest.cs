using NicHangExporter.Options;

namespace NicHangExporter.Api;

/// <summary>A request that has passed everything that is the same for all routes.</summary>
/// <param name="Http">The request as it came; for what is waited for, and for its headers.</param>
/// <param name="Credential">Who asks.</param>
/// <param name="Subject">What stands in the place of the braces of the route's path; empty where it has none.</param>
/// <param name="Body">The body; null where the route takes none.</param>
internal sealed record ApiRequest(HttpContext Http, Credential Credential, string Subject, object? Body)
{
    /// <summary>The asker has gone.</summary>
    public CancellationToken Gone => Http.RequestAborted;

    /// <summary>A parameter of the query; null where it is absent.</summary>
    public string? Query(string name) => Http.Request.Query.TryGetValue(name, out var values) ? values[0] : null;
}
