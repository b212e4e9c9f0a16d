using System.Globalization;
using NicHangExporter.Hosting;
using NicHangExporter.Logging;
using NicHangExporter.Metrics;

namespace NicHangExporter.Api;

/// <summary>
/// Surrounds the endpoints of the API: refuses pages of other sites before authentication, counts the answers, and
/// answers 500 for an unexpected error.
/// </summary>
/// <param name="requests">Counts answers by the labels <c>route</c> and <c>status</c>; null where they are not
/// counted.</param>
/// <param name="clock">The clock of the log's throttle.</param>
/// <param name="logger">The log.</param>
internal sealed partial class ApiMiddleware(OwnCounter? requests, TimeProvider clock, ILogger<ApiMiddleware> logger)
{
    /// <summary>The label of requests for a path that does not exist: no text of a client becomes a label.</summary>
    private const string NoRoute = "other";

    private readonly LogThrottle _failures = new(clock);

    /// <summary>Handles a request for a path of the API.</summary>
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            if (CrossSite.Asks(context.Request))
                await ApiResult.Problem(ApiProblem.CrossSite).ExecuteAsync(context);
            else
                await next(context);
            Count(context, context.Response.StatusCode);
        }
        catch (Exception exception) when (context.RequestAborted.IsCancellationRequested
            && exception is OperationCanceledException or IOException)
        {
            // The client is gone and needs no answer. A remediation that it started continues.
        }
#pragma warning disable CA1031 // The top of a request: it must be counted, logged and answered as all others are.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Failed(exception);
            if (context.Response.HasStarted)
                context.Abort();
            else
                await ApiResult.Problem(ApiProblem.Unexpected).ExecuteAsync(context);
            Count(context, StatusCodes.Status500InternalServerError);
        }
    }

    // A route is counted as itself also where it refuses, fails, or is requested with a wrong method.
    private void Count(HttpContext context, int status)
    {
        var template = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
        requests?.WithLabels(template is null or ApiEndpoints.AnyPath ? NoRoute : template,
            status.ToString(CultureInfo.InvariantCulture)).Inc();
    }

    private void Failed(Exception exception)
    {
        if (_failures.IsDue(1, out var failures))
            LogFailed(exception, failures);
    }

    [LoggerMessage(EventIds.ApiFailed, LogLevel.Error, "The API met {Failures} unexpected errors")]
    private partial void LogFailed(Exception exception, ulong failures);
}
