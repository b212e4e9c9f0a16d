using System.Globalization;
using System.Text;
using System.Text.Json;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;

namespace NicHangExporter.Api;

/// <summary>
/// Turns requests into wishes at the one door, and what the door says into answers. It decides nothing. What was begun goes on whether or not somebody waits for
/// its end.
/// </summary>
/// <param name="door">The door.</param>
/// <param name="devices">The devices of this host, by name and address.</param>
/// <param name="history">What is on record.</param>
/// <param name="recent">What was asked for lately.</param>
/// <param name="clock">The time.</param>
/// <param name="ending">The program ends: nobody waits any longer.</param>
internal sealed class RemediationHandlers(ApiDoor door, NetClass devices, RemediationHistory history, RecentRequests recent, TimeProvider clock, CancellationToken ending)
{
    /// <summary>How long an answer waits for the verdict: shorter than most clients and proxies do.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(25);

    /// <summary>How many may wait for a verdict at once; who comes after them is told at once where to look. A connection that waits is one fewer for scrapes.</summary>
    public const int MaxWaiters = 16;

    /// <summary>The most remediations in a list.</summary>
    public const int MaxLimit = 500;

    private const int DefaultLimit = 50;
    private const int MaxId = 64;

    private int _waiters;

    /// <summary>POST /api/v1/remediations.</summary>
    public Task<ApiAnswer> SubmitAsync(ApiRequest call)
    {
        var order = (CreateRemediationRequest)call.Body!;
        if (RequestValidator.Objection(order) is { } objection)
            return Task.FromResult(ApiAnswer.Refuse(ApiProblem.Malformed, $"The request is not sound: {objection}."));
        if (DeviceResolver.Find(devices, order.Device, out var device) is { } refusal)
            return Task.FromResult(refusal);
        var request = new RemediationRequest(device, RemediationTrigger.Api)
        {
            // A profile is a setting that stands for others.
            Settings = order.Profile is { } profile ? [profile] : [.. order.Features ?? []],
            Profile = order.Profile,
            Recover = order.Recover,
            DryRun = order.DryRun,
            Actor = call.Credential.Name,
            Reason = order.Reason,
        };
        return AskAsync(call, request, JsonSerializer.SerializeToUtf8Bytes(order, ApiRequestJson.Default.CreateRemediationRequest));
    }

    /// <summary>POST /api/v1/devices/{device}/rollback.</summary>
    public Task<ApiAnswer> RollBackAsync(ApiRequest call)
    {
        var order = (RollbackRequest)call.Body!;
        if (RequestValidator.Objection(order) is { } objection)
            return Task.FromResult(ApiAnswer.Refuse(ApiProblem.Malformed, $"The request is not sound: {objection}."));
        if (DeviceResolver.Find(devices, call.Subject, out var device) is { } refusal)
            return Task.FromResult(refusal);
        var request = new RemediationRequest(device, RemediationTrigger.Api) { Rollback = true, DryRun = order.DryRun, Actor = call.Credential.Name, Reason = order.Reason };
        return AskAsync(call, request, JsonSerializer.SerializeToUtf8Bytes(order, ApiRequestJson.Default.RollbackRequest));
    }

    /// <summary>GET /api/v1/remediations.</summary>
    public async Task<ApiAnswer> ListAsync(ApiRequest call)
    {
        var limit = DefaultLimit;
        if (call.Query("limit") is { } text && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > MaxLimit))
            return ApiAnswer.Refuse(ApiProblem.Malformed, $"limit is a number from 1 to {MaxLimit}.");
        if (Wanted(call.Query("device")) is not { } isWanted)
            return ApiAnswer.Refuse(ApiProblem.Malformed, "device is neither a name that a network device can have nor an address on a bus.");
        var found = await history.ListAsync(isWanted, limit, call.Gone);
        return ApiAnswer.Of(new RemediationList([.. found.Select(RemediationResponse.Of)]), ApiJson.Answers.RemediationList);
    }

    /// <summary>GET /api/v1/remediations/{id}.</summary>
    public async Task<ApiAnswer> ShowAsync(ApiRequest call)
    {
        var id = call.Subject;
        if (id.Length > MaxId || !id.All(character => char.IsAsciiLetterOrDigit(character) || character == '-'))
            return ApiAnswer.Refuse(ApiProblem.NotFound);
        var recorded = await history.FindAsync(id, call.Gone);
        // The journal knows better than the asker's ticket: of a command that took too long, it knows how it ended in the end.
        if (recorded is { Outcome: not null })
            return ApiAnswer.Of(RemediationResponse.Of(recorded), ApiJson.Answers.RemediationResponse);
        var pass = recent.Find(id);
        if (pass is { Ticket.Outcome.IsCompletedSuccessfully: true })
            return ApiAnswer.Of(RemediationResponse.Of(pass.Ticket.Outcome.Result), ApiJson.Answers.RemediationResponse);
        if (recorded is not null)
            return ApiAnswer.Of(RemediationResponse.Of(recorded), ApiJson.Answers.RemediationResponse);
        return pass is null ? ApiAnswer.Refuse(ApiProblem.NotFound) : ApiAnswer.Of(Running(pass), ApiJson.Answers.RemediationResponse);
    }

    private async Task<ApiAnswer> AskAsync(ApiRequest call, RemediationRequest request, byte[] order)
    {
        if (!RequestKeys.TryRead(call.Http.Request, call.Credential, out var key))
            return ApiAnswer.Refuse(ApiProblem.Malformed, $"{RequestKeys.Header} is 1 to 255 printable ASCII characters, without blanks, once.");
        var content = RequestKeys.Hash($"{(request.Rollback ? "rollback" : "remediate")}\n{request.Device}\n{Encoding.UTF8.GetString(order)}");
        // Asked again after the search: somebody may have come with the same key meanwhile, and it is his answer that is waited for.
        if (key is not null && recent.FindByKey(key) is null && await history.FindByKeyAsync(key, call.Gone) is { } recorded && IsKept(recorded) && recent.FindByKey(key) is null)
            return recorded.Latest.RequestKey != Key(key, content) ? ApiAnswer.Refuse(ApiProblem.KeyReused) : Again(recorded);
        var pass = recent.Submit(key, request.Device.ToString(), content, () => door.Submit(request with { RequestKey = key is null || request.DryRun ? null : Key(key, content) }));
        if (pass is null)
            return ApiAnswer.Refuse(ApiProblem.Overloaded);
        return pass.Content != content ? ApiAnswer.Refuse(ApiProblem.KeyReused) : await AnswerAsync(pass, call.Gone);
    }

    private async Task<ApiAnswer> AnswerAsync(RecentRequest pass, CancellationToken gone)
    {
        var outcome = pass.Ticket.Outcome;
        if (!outcome.IsCompleted && !pass.Ticket.Joined)
        {
            try
            {
                if (Interlocked.Increment(ref _waiters) <= MaxWaiters)
                    await WaitAsync(outcome, gone);
            }
            finally
            {
                Interlocked.Decrement(ref _waiters);
            }
        }
        return outcome.IsCompletedSuccessfully
            ? ApiAnswer.Of(outcome.Result)
            : ApiAnswer.Of(Running(pass), ApiJson.Answers.RemediationResponse, StatusCodes.Status202Accepted) with { Location = Location(pass.Ticket.Id) };
    }

    private async Task WaitAsync(Task outcome, CancellationToken gone)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(gone, ending);
        await Task.WhenAny(outcome, Task.Delay(Patience, clock, enough.Token));
        await enough.CancelAsync();
    }

    // A key is good for a day of witnessed time, as in memory; and what was declined was not done.
    private bool IsKept(RecordedRun pass) => pass.Latest is { Declined: null } latest && door.Age() - latest.Age < RecentRequests.KeyLife.TotalSeconds;

    private static ApiAnswer Again(RecordedRun pass)
    {
        var view = RemediationResponse.Of(pass);
        return pass.Outcome is null
            ? ApiAnswer.Of(view, ApiJson.Answers.RemediationResponse, StatusCodes.Status202Accepted) with { Location = Location(view.Id) }
            : ApiAnswer.Of(view, ApiJson.Answers.RemediationResponse);
    }

    private static RemediationResponse Running(RecentRequest pass) => new(pass.Ticket.Id, pass.Device, RunState.Running) { Joined = pass.Ticket.Joined ? true : null };

    private static string Location(string id) => $"/api/v1/remediations/{id}";

    private static string Key(string key, string content) => $"{key}-{content}";

    private static Func<JournalEntry, bool>? Wanted(string? device)
    {
        if (device is null)
            return _ => true;
        var name = InterfaceName.TryParse(device, out var parsed) ? parsed.ToString() : null;
        var key = BusAddress.TryParse(device, out var address) ? $"{address}|" : null;
        return name is null && key is null ? null
            : entry => entry.Device == name || (key is not null && entry.Key?.StartsWith(key, StringComparison.Ordinal) == true);
    }
}
