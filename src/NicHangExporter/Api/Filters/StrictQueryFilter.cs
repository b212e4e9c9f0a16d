using System.Collections.Immutable;

namespace NicHangExporter.Api.Filters;

/// <summary>The query parameters of a route, each at most once; metadata of its endpoint.</summary>
internal sealed record QueryParameters(ImmutableArray<string> Names);

/// <summary>Refuses query parameters that the route does not take, or that come twice.</summary>
internal sealed class StrictQueryFilter : IEndpointFilter
{
    /// <inheritdoc/>
    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var names = context.HttpContext.GetEndpoint()!.Metadata.GetMetadata<QueryParameters>()?.Names ?? [];
        if (context.HttpContext.Request.Query.All(parameter => names.Contains(parameter.Key)
            && parameter.Value.Count == 1))
            return next(context);
        var detail = names.IsEmpty
            ? "This takes no query."
            : $"The query takes {string.Join(" and ", names)}, each once, and nothing else.";
        return ValueTask.FromResult<object?>(ApiResult.Problem(ApiProblem.Malformed, detail));
    }
}
