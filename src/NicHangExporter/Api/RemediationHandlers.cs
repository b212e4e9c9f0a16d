using System.Globalization;
using System.Text.Json;
using NicHangExporter.Api.Auth;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;

namespace NicHangExporter.Api;

/// <summary>
/// Turns requests into remediations and outcomes into answers. It decides nothing. A remediation that was started
/// continues without its client.
/// </summary>
/// <param name="recent">Submits remediations, and remembers them by id and key.</param>
/// <param name="store">The clock of journal entries, for the age of an Idempotency-Key.</param>
/// <param name="history">The remediations on record.</param>
/// <param name="devices">The devices of this host.</param>
/// <param name="clock">The clock.</param>
internal sealed class RemediationHandlers(RecentRequests recent, RemediationStore store, RemediationHistory history,
    NetClass devices, TimeProvider clock)
{
    /// <summary>
    /// How long an answer waits for the outcome: shorter than the timeout of most clients and proxies.
    /// </summary>
    public static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(25);

    /// <summary>
    /// How many requests wait for an outcome at a time; others are answered 202. A connection that waits is one fewer
    /// for scrapes.
    /// </summary>
    public const int MaxWaiters = 16;

    /// <summary>The most remediations in a list.</summary>
    public const int MaxLimit = 500;

    private const int DefaultLimit = 50;
    private const int MaxId = 64;

    private int _waiters;

    /// <summary>POST /api/v1/remediations.</summary>
    public Task<ApiResult> SubmitAsync(JsonBody<CreateRemediationRequest> body, Caller caller, HttpContext context)
    {
        var order = body.Value;
        if (RequestValidator.Objection(order) is { } objection)
            return Task.FromResult(ApiResult.Problem(ApiProblem.Malformed, $"The request is not sound: {objection}."));
        if (DeviceResolver.Find(devices, order.Device, out var found) is { } problem)
            return Task.FromResult(problem);
        var request = new RemediationRequest(found, caller.Trigger)
        {
            // A profile is a setting that stands for others.
            Settings = order.Profile is { } profile ? [profile] : [.. order.Features ?? []],
            Profile = order.Profile,
            Recover = order.Recover,
            DryRun = order.DryRun,
            Actor = caller.Name,
            Reason = order.Reason,
        };
        return SubmitAsync(context, caller, request,
            JsonSerializer.Serialize(order, ApiRequestJson.Default.CreateRemediationRequest));
    }

    /// <summary>POST /api/v1/devices/{device}/rollback.</summary>
    public Task<ApiResult> RollBackAsync(string device, JsonBody<RollbackRequest> body, Caller caller,
        HttpContext context)
    {
        var order = body.Value;
        if (RequestValidator.Objection(order) is { } objection)
            return Task.FromResult(ApiResult.Problem(ApiProblem.Malformed, $"The request is not sound: {objection}."));
        if (DeviceResolver.Find(devices, device, out var found) is { } problem)
            return Task.FromResult(problem);
        var request = new RemediationRequest(found, caller.Trigger)
        {
            Rollback = true,
            DryRun = order.DryRun,
            Actor = caller.Name,
            Reason = order.Reason,
        };
        return SubmitAsync(context, caller, request,
            JsonSerializer.Serialize(order, ApiRequestJson.Default.RollbackRequest));
    }

    /// <summary>GET /api/v1/remediations.</summary>
    public async Task<ApiResult> ListAsync(string? limit, string? device, CancellationToken aborted)
    {
        var count = DefaultLimit;
        if (limit is not null
            && (!int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out count)
            || count is < 1 or > MaxLimit))
            return ApiResult.Problem(ApiProblem.Malformed, $"limit is a number from 1 to {MaxLimit}.");
        if (FilterOf(device) is not { } isWanted)
            return ApiResult.Problem(ApiProblem.Malformed,
                "device is neither a name that a network device can have nor an address on a bus.");
        var found = await history.ListAsync(isWanted, count, aborted);
        return ApiResult.Of(new RemediationList([.. found.Select(RemediationResponse.Of)]),
            ApiJson.Answers.RemediationList);
    }

    /// <summary>GET /api/v1/remediations/{id}.</summary>
    public async Task<ApiResult> ShowAsync(string id, CancellationToken aborted)
    {
        if (id.Length > MaxId || !id.All(character => char.IsAsciiLetterOrDigit(character) || character == '-'))
            return ApiResult.Problem(ApiProblem.NotFound);
        var recorded = await history.FindAsync(id, aborted);
        // An outcome on record is newer than the ticket's: a command that took too long may have ended since.
        var asked = recent.Find(id);
        if (recorded is { Outcome: not null })
            return ApiResult.Of(RemediationResponse.Of(recorded, asked?.Ticket.Outcome),
                ApiJson.Answers.RemediationResponse);
        if (asked is { Ticket.Outcome.IsCompletedSuccessfully: true })
            return ApiResult.Of(RemediationResponse.Of(asked.Ticket.Outcome.Result),
                ApiJson.Answers.RemediationResponse);
        if (recorded is not null)
            return ApiResult.Of(RemediationResponse.Of(recorded), ApiJson.Answers.RemediationResponse);
        return asked is null
            ? ApiResult.Problem(ApiProblem.NotFound)
            : ApiResult.Of(Running(asked), ApiJson.Answers.RemediationResponse);
    }

    private async Task<ApiResult> SubmitAsync(HttpContext context, Caller caller, RemediationRequest request,
        string order)
    {
        if (!RequestKeys.TryRead(context.Request, caller, out var key))
            return ApiResult.Problem(ApiProblem.Malformed,
                $"{RequestKeys.Header} is 1 to 255 printable ASCII characters, without blanks, once.");
        var content = RequestKeys.Hash($"{(request.Rollback ? "rollback" : "remediate")}\n{request.Device}\n{order}");
        // Looked up again after the search: another request with the same key may have been submitted meanwhile.
        if (key is not null && recent.FindByKey(key) is null
            && await history.FindByKeyAsync(key, context.RequestAborted) is { } recorded && IsKept(recorded)
                && recent.FindByKey(key) is null)
            return recorded.Latest.RequestKey != Key(key, content)
                ? ApiResult.Problem(ApiProblem.KeyReused)
                : Again(recorded);
        var asked = recent.Submit(key, content,
            request with { RequestKey = key is null || request.DryRun ? null : Key(key, content) });
        if (asked is null)
            return ApiResult.Problem(ApiProblem.Overloaded);
        return asked.Content != content ? ApiResult.Problem(ApiProblem.KeyReused) : await AnswerAsync(asked, context);
    }

    private async Task<ApiResult> AnswerAsync(RecentRequest asked, HttpContext context)
    {
        var outcome = asked.Ticket.Outcome;
        if (!outcome.IsCompleted && !asked.Ticket.Joined)
        {
            try
            {
                if (Interlocked.Increment(ref _waiters) <= MaxWaiters)
                    await WaitAsync(outcome, context);
            }
            finally
            {
                Interlocked.Decrement(ref _waiters);
            }
        }
        return outcome.IsCompletedSuccessfully ? ApiResult.Of(outcome.Result) : StillRunning(Running(asked));
    }

    // Waits until the outcome is there, the time is over, the client is gone or the server stops.
    private async Task WaitAsync(Task outcome, HttpContext context)
    {
        var stopping = context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        await Task.WhenAny(outcome, Task.Delay(ResponseTimeout, clock, enough.Token));
        await enough.CancelAsync();
    }

    // A key is kept for a day of journal time, as in memory. A declined request did nothing, so its key is free again.
    private bool IsKept(RecordedRun run) =>
        run.Latest is { Declined: null } latest && store.Age - latest.Age < RecentRequests.KeyLife.TotalSeconds;

    private static ApiResult Again(RecordedRun run) =>
        run.Outcome is null
            ? StillRunning(RemediationResponse.Of(run))
            : ApiResult.Of(RemediationResponse.Of(run), ApiJson.Answers.RemediationResponse);

    private static ApiResult StillRunning(RemediationResponse remediation) =>
        ApiResult.Of(remediation, ApiJson.Answers.RemediationResponse,
            StatusCodes.Status202Accepted) with { Location = $"/api/v1/remediations/{remediation.Id}" };

    private static RemediationResponse Running(RecentRequest asked) =>
        new(asked.Ticket.Id, asked.Device, RunState.Running) { Joined = asked.Ticket.Joined ? true : null };

    private static string Key(string key, string content) => $"{key}-{content}";

    // Null for a text that names no device.
    private static Func<JournalEntry, bool>? FilterOf(string? device)
    {
        if (device is null)
            return _ => true;
        var name = InterfaceName.TryParse(device, out var parsed) ? parsed.ToString() : null;
        var key = BusAddress.TryParse(device, out var address) ? $"{address}|" : null;
        return name is null && key is null ? null
            : entry => entry.Device == name
                || (key is not null && entry.Key?.StartsWith(key, StringComparison.Ordinal) == true);
    }
}
