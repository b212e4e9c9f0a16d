using Microsoft.AspNetCore.Routing.Matching;

namespace NicHangExporter.Web;

/// <summary>
/// Makes routing exact. By default it ignores the case of paths and methods, and a slash at the end of the path; a
/// proxy in front that filters by path does not.
/// </summary>
internal sealed class StrictRoutePolicy : MatcherPolicy, IEndpointSelectorPolicy
{
    /// <inheritdoc/>
    public override int Order => 0;

    /// <inheritdoc/>
    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) =>
        endpoints.Any(endpoint => endpoint is RouteEndpoint);

    /// <inheritdoc/>
    public Task ApplyAsync(HttpContext httpContext, CandidateSet candidates)
    {
        for (var i = 0; i < candidates.Count; i++)
            if (candidates.IsValidCandidate(i) && candidates[i].Endpoint is RouteEndpoint endpoint
                && !Matches(endpoint, httpContext.Request))
                candidates.SetValidity(i, false);
        return Task.CompletedTask;
    }

    private static bool Matches(RouteEndpoint endpoint, HttpRequest request) =>
        endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods.Contains(request.Method,
            StringComparer.Ordinal) != false
        && MatchesPath(endpoint.RoutePattern.RawText!, request.Path.Value!);

    private static bool MatchesPath(string template, string path)
    {
        if (template == path)
            return true;
        // The path of "OPTIONS *" is empty.
        var (expected, actual) = (template.Split('/'), (path.Length == 0 ? "/" : path).Split('/'));
        for (var i = 0; i < expected.Length; i++)
        {
            if (i >= actual.Length)
                return false;
            if (expected[i].StartsWith("{**", StringComparison.Ordinal))
                return true;
            if (expected[i] is not ['{', ..] && expected[i] != actual[i])
                return false;
        }
        return expected.Length == actual.Length;
    }
}
