namespace NicHangExporter.Api.Filters;

/// <summary>
/// Answers 503 when a file can't be read. The handlers below read no request and write no response, so an error of
/// input or output is one of the disk.
/// </summary>
internal sealed class UnreadableFilter : IEndpointFilter
{
    /// <inheritdoc/>
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return ApiResult.Problem(ApiProblem.Unreadable);
        }
    }
}
