using NicHangExporter.Api.Auth;

namespace NicHangExporter.Api.Filters;

/// <summary>Refuses a change over a connection that others can read, before the body is read.</summary>
internal sealed class ProtectedTransportFilter(TransportProtection transport) : IEndpointFilter
{
    /// <inheritdoc/>
    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        context.HttpContext.Request.IsChange() && !transport.IsProtected(context.HttpContext)
            ? ValueTask.FromResult<object?>(ApiResult.Problem(ApiProblem.Unprotected))
            : next(context);
}
