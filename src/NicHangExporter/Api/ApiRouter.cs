using System.Collections.Immutable;
using System.Globalization;
using NicHangExporter.Exposition;
using NicHangExporter.Logging;
using NicHangExporter.Remediation;

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

    private readonly Lock _logGate = new();
    private readonly LogThrottle _failures = new(clock);

    /// <summary>The table.</summary>
    public ImmutableArray<ApiRoute> Routes => routes;

    /// <summary>Whether there is an API at all: without a credential nobody is to learn of it.</summary>
    public bool IsMapped => guard.IsConfigured();

    /// <summary>Answers a request.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        var template = NoRoute;
        try
        {
            var (answer, route, credential) = await AnswerAsync(context);
            template = route?.Template ?? NoRoute;
            if (answer is not null)
                await answer.SendAsync(context);
            else
                await route!.HandleAlone!(context, credential!);
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

    // No answer: the route answers for itself.
    private async Task<(ApiAnswer? Answer, ApiRoute? Route, Credential? Credential)> AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        var matching = Matching(request.Path.Value ?? "", out var subject);
        var route = matching.Find(candidate => candidate.Answers(request.Method));
        // A route that exists is counted as itself also where it refuses, or is asked by a wrong method.
        var shown = route ?? matching.FirstOrDefault();
        if (CrossSite.Asks(request))
            return (ApiAnswer.Refuse(ApiProblem.CrossSite), shown, null);
        if (guard.Authenticate(context) is not { } credential)
            return (Unauthenticated(request), shown, null);
        if (matching.Count == 0)
            return (ApiAnswer.Refuse(ApiProblem.NotFound), null, null);
        if (route is null)
            return (ApiAnswer.Refuse(ApiProblem.MethodNotAllowed) with { Allow = string.Join(", ", matching.SelectMany(Methods)) }, shown, null);
        if (!credential.May(route.Scope))
            return (ApiAnswer.Refuse(ApiProblem.Scope, $"The credential is valid, but it lacks the scope {SnakeCase.Of(route.Scope)}."), route, null);
        if (route.Changes && !guard.IsProtected(context))
            return (ApiAnswer.Refuse(ApiProblem.Unprotected), route, null);
        if (route.Changes && ending.IsCancellationRequested)
            return (ApiAnswer.Refuse(DoorStatuses.OfReason[DeclineReason.ShuttingDown]), route, null);
        if (route.HandleAlone is not null)
            return (null, route, credential);
        if (!request.Query.All(parameter => route.Query.Contains(parameter.Key) && parameter.Value.Count == 1))
            return (ApiAnswer.Refuse(ApiProblem.Malformed, route.Query.IsEmpty ? "This takes no query." : $"The query takes {string.Join(" and ", route.Query)}, each once, and nothing else."), route, null);
        return (await AskAsync(context, route, credential, subject), route, null);
    }

    private static async Task<ApiAnswer> AskAsync(HttpContext context, ApiRoute route, Credential credential, string subject)
    {
        object? body = null;
        if (route.Body is not null)
        {
            (body, var refusal) = await ApiBody.ReadAsync(context.Request, route, context.RequestAborted);
            if (refusal is not null)
                return refusal;
        }
        try
        {
            return await route.Handle(new ApiCall(context, credential, subject, body));
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
        lock (_logGate)
            if (_failures.IsDue(1, out var failures))
                LogFailed(exception, failures);
    }

    [LoggerMessage(EventIds.ApiFailed, LogLevel.Error, "The API met {Failures} unexpected errors")]
    private partial void LogFailed(Exception exception, ulong failures);
}
