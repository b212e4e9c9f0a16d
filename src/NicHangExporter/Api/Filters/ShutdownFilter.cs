using NicHangExporter.Remediation.Policy;

namespace NicHangExporter.Api.Filters;

/// <summary>Refuses a change while the server stops: what is begun then would only be abandoned.</summary>
internal sealed class ShutdownFilter : IEndpointFilter
{
    /// <inheritdoc/>
    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var services = context.HttpContext.RequestServices;
        return context.HttpContext.Request.IsChange()
            && services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested
            ? ValueTask.FromResult<object?>(ApiResult.Problem(HttpStatusMapping.OfReason[DeclineReason.ShuttingDown]))
            : next(context);
    }
}
