using System.Collections.Immutable;
using System.Globalization;
using NicHangExporter.Hosting;
using NicHangExporter.Logging;
using NicHangExporter.Metrics;
using NicHangExporter.Options;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Policy;
using NicHangExporter.Web;

namespace NicHangExporter.Api;

/// <summary>
/// The way in for whatever is below <c>/api/</c>. What is the same for all routes is asked here, the cheapest and the least telling first: another site's page?
/// a credential? the path? the method? the scope? the connection? the query? the body? Only then a desk hears of it.
/// </summary>
internal sealed partial class ApiRouter(ImmutableArray<ApiRoute> routes, ApiGuard guard, ExporterMetrics metrics, TimeProvider clock, ILogger<ApiRouter> logger, CancellationToken ending)
{
    /// <summary>Where it begins.</summary>
    public const string Prefix = "/api/";

    /// <summary>The label of requests for what does not exist: no stranger's text becomes a label.</summary>
    private const string NoRoute = "other";

    private readonly LogThrottle _failures = new(clock);

    /// <summary>The table.</summary>
    public ImmutableArray<ApiRoute> Routes => routes;

    /// <summary>Whether there is an API at all: without a credential nobody is to learn of it.</summary>
    public bool IsMapped => guard.IsConfigured();

    /// <summary>Answers a request.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        var matching = Matching(context.Request.Path.Value ?? "", out var subject);
        var route = matching.Find(candidate => candidate.Answers(context.Request.Method));
        // A route that exists is counted as itself also where it refuses, fails, or is asked by a wrong method.
        var template = (route ?? matching.FirstOrDefault())?.Template ?? NoRoute;
        try
        {
            if (Refusal(context, matching, route, out var credential) is { } refusal)
                await refusal.SendAsync(context);
            else
                await (route!.HandleAlone is { } alone ? await alone(context, credential!) : await AskAsync(context, route, credential!, subject)).SendAsync(context);
            Count(template, context.Response.StatusCode);
        }
        catch (Exception exception) when (context.RequestAborted.IsCancellationRequested && exception is OperationCanceledException or IOException)
        {
            // Whoever has gone needs no answer; what was begun goes on.
        }
#pragma warning disable CA1031 // The top of a request: it must be counted, said, and answered as all others are.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Failed(exception);
            if (context.Response.HasStarted)
                context.Abort();
            else
                await ApiAnswer.Refuse(ApiProblem.Unexpected).SendAsync(context);
            Count(template, StatusCodes.Status500InternalServerError);
        }
    }

    // What can be said before the body is read; null where the route is to be asked, with the credential.
    private ApiAnswer? Refusal(HttpContext context, List<ApiRoute> matching, ApiRoute? route, out Credential? credential)
    {
        credential = null;
        if (CrossSite.Asks(context.Request))
            return ApiAnswer.Refuse(ApiProblem.CrossSite);
        credential = guard.Authenticate(context);
        if (credential is null)
            return Unauthenticated(context.Request);
        ConnectionQuota.Keep(context);
        if (matching.Count == 0)
            return ApiAnswer.Refuse(ApiProblem.NotFound);
        if (route is null)
            return ApiAnswer.Refuse(ApiProblem.MethodNotAllowed) with { Allow = string.Join(", ", matching.SelectMany(Methods)) };
        if (!credential.May(route.Scope))
            return ApiAnswer.Refuse(ApiProblem.Scope, $"The credential is valid, but it lacks the scope {SnakeCase.Of(route.Scope)}.");
        if (route.Changes && !guard.IsProtected(context))
            return ApiAnswer.Refuse(ApiProblem.Unprotected);
        return IsTooLate(route);
    }

    // Asked again once the body is there, which may have taken its time: what is begun while the program ends would only be abandoned.
    private ApiAnswer? IsTooLate(ApiRoute route) =>
        route.Changes && ending.IsCancellationRequested ? ApiAnswer.Refuse(HttpStatusMapping.OfReason[DeclineReason.ShuttingDown]) : null;

    private async Task<ApiAnswer> AskAsync(HttpContext context, ApiRoute route, Credential credential, string subject)
    {
        if (!context.Request.Query.All(parameter => route.Query.Contains(parameter.Key) && parameter.Value.Count == 1))
            return ApiAnswer.Refuse(ApiProblem.Malformed, route.Query.IsEmpty ? "This takes no query." : $"The query takes {string.Join(" and ", route.Query)}, each once, and nothing else.");
        object? body = null;
        if (route.Body is not null)
        {
            (body, var refusal) = await ApiBody.ReadAsync(context.Request, route, context.RequestAborted);
            if (refusal is not null)
                return refusal;
        }
        if (IsTooLate(route) is { } tooLate)
            return tooLate;
        try
        {
            return await route.Handle(new ApiRequest(context, credential, subject, body));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The disk, not the connection: nothing reads from that or writes to it in there.
            return ApiAnswer.Refuse(ApiProblem.Unreadable);
        }
    }

    private List<ApiRoute> Matching(string path, out string subject)
    {
        var segments = path.Split('/');
        subject = "";
        var matching = new List<ApiRoute>();
        foreach (var route in routes)
            if (route.Matches(segments, out var found))
            {
                matching.Add(route);
                subject = found;
            }
        return matching;
    }

    private static ApiAnswer Unauthenticated(HttpRequest request)
    {
        // RFC 6750: whoever sends nothing is told how, whoever sends the wrong thing that it is wrong.
        var isTried = request.Headers.Authorization.Count > 0;
        return ApiAnswer.Refuse(ApiProblem.Unauthenticated) with { Challenge = $"Bearer realm=\"nic-hang-exporter\"{(isTried ? ", error=\"invalid_token\"" : "")}" };
    }

    private static IEnumerable<string> Methods(ApiRoute route) => route.Method == HttpMethods.Get ? [HttpMethods.Get, HttpMethods.Head] : [route.Method];

    private void Count(string template, int status) => metrics.ApiRequests.WithLabels(template, status.ToString(CultureInfo.InvariantCulture)).Inc();

    private void Failed(Exception exception)
    {
        if (_failures.IsDue(1, out var failures))
            LogFailed(exception, failures);
    }

    [LoggerMessage(EventIds.ApiFailed, LogLevel.Error, "The API met {Failures} unexpected errors")]
    private partial void LogFailed(Exception exception, ulong failures);
}
