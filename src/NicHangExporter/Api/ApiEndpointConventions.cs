using NicHangExporter.Api.Auth;
using NicHangExporter.Api.Filters;
using NicHangExporter.Options;

namespace NicHangExporter.Api;

/// <summary>What the routes of <see cref="ApiEndpoints"/> have in common.</summary>
internal static class ApiEndpointConventions
{
    /// <summary>True for a request that may change something.</summary>
    public static bool IsChange(this HttpRequest request) =>
        !HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method);

    /// <summary>
    /// A group whose routes take neither an unknown query parameter nor an unknown member of the body.
    /// </summary>
    public static RouteGroupBuilder MapStrict(this IEndpointRouteBuilder endpoints) => endpoints.MapGroup("")
        .AddEndpointFilter(new StrictQueryFilter())
        .AddEndpointFilter(new JsonBodyFilter())
        // Again: a body may take seconds to arrive.
        .AddEndpointFilter(new ShutdownFilter())
        .AddEndpointFilter(new UnreadableFilter());

    /// <summary>
    /// Documents the statuses of a route: from 400 on a problem, below that a <typeparamref name="T"/>. The statuses of
    /// all routes, 401, 403 and 500, are not listed.
    /// </summary>
    public static void Returns<T>(this RouteHandlerBuilder route, params int[] statuses)
    {
        foreach (var status in statuses)
            route.WithMetadata(new ProducesResponseTypeMetadata(
                status, status < 400
                    ? typeof(T)
                    : typeof(ProblemResponse),
                [status < 400 ? "application/json" : "application/problem+json"]));
    }

    /// <summary>
    /// Answers 405 for the other methods of each path, and 404 for every other path. These are endpoints, because they
    /// require a credential too: routing's own refusals come before authentication.
    /// </summary>
    public static void MapTheRest(this IEndpointRouteBuilder endpoints)
    {
        var paths = endpoints.DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.RoutePattern.RawText!.StartsWith(ApiEndpoints.Prefix, StringComparison.Ordinal))
            .GroupBy(endpoint => endpoint.RoutePattern.RawText!,
                endpoint => endpoint.Metadata.GetRequiredMetadata<IHttpMethodMetadata>().HttpMethods)
            .ToList();
        foreach (var path in paths)
        {
            var allow = string.Join(", ", path.SelectMany(methods => methods));
            var refusal = ApiResult.Problem(ApiProblem.MethodNotAllowed) with { Allow = allow };
            endpoints.Map(path.Key, refusal.ExecuteAsync).RequireScope(ApiScope.Read);
        }
        endpoints.Map(ApiEndpoints.AnyPath, ApiResult.Problem(ApiProblem.NotFound).ExecuteAsync)
            .RequireScope(ApiScope.Read);
    }
}
