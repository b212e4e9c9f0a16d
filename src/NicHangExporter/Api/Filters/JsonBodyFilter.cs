namespace NicHangExporter.Api.Filters;

/// <summary>
/// Reads the body for a handler that takes a <see cref="JsonBody"/>. A filter and not the binding of the parameter,
/// because the binding of parameters comes before all filters: a body is read only after every other check.
/// </summary>
internal sealed class JsonBodyFilter : IEndpointFilter
{
    /// <inheritdoc/>
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        foreach (var body in context.Arguments.OfType<JsonBody>())
            if (await body.ReadAsync(context.HttpContext) is { } problem)
                return problem;
        return await next(context);
    }
}
