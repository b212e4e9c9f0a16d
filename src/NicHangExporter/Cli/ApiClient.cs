using System.Net.Http.Headers;
using System.Text.Json;
using NicHangExporter.Api;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Policy;
using NicHangExporter.Text;

namespace NicHangExporter.Cli;

/// <summary>
/// The console as a client of the API. It is for one command: its Idempotency-Key is that of the command.
/// </summary>
/// <param name="handler">Carries the requests: the socket of the daemon, or the routes of this process.</param>
/// <param name="clock">The time.</param>
internal sealed class ApiClient(HttpMessageHandler handler, TimeProvider clock) : IRemediationApi, IDisposable
{
    /// <summary>Where the routes begin. The host is a name only: the handler knows where to connect.</summary>
    public static readonly Uri Root = new("http://localhost/api/v1/");

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(500);

    private static readonly byte[] EmptyBody = [.. "{}"u8];

    private readonly HttpMessageInvoker _http = new(handler);
    private readonly string _key = Guid.NewGuid().ToString("N");
    private bool _isReached;

    /// <inheritdoc/>
    public async Task<ApiResponse<DeviceList>> GetDevicesAsync() =>
        (await AskAsync(HttpMethod.Get, "devices")).Read(ApiJson.Answers.DeviceList);

    /// <inheritdoc/>
    public Task<ApiResponse<RemediationResponse>> RemediateAsync(CreateRemediationRequest request) =>
        SubmitAsync("remediations", request.Device,
            JsonSerializer.SerializeToUtf8Bytes(request, ApiRequestJson.Default.CreateRemediationRequest));

    /// <inheritdoc/>
    public Task<ApiResponse<RemediationResponse>> RollBackAsync(string device, RollbackRequest request) =>
        SubmitAsync($"devices/{Uri.EscapeDataString(device)}/rollback", device,
            JsonSerializer.SerializeToUtf8Bytes(request, ApiRequestJson.Default.RollbackRequest));

    /// <inheritdoc/>
    public async Task<ApiResponse<PersistResponse>> PersistAsync(string device, PersistRequest request) =>
        (await AskAsync(HttpMethod.Post, $"devices/{Uri.EscapeDataString(device)}/persist",
            JsonSerializer.SerializeToUtf8Bytes(request, ApiRequestJson.Default.PersistRequest)))
            .Read(ApiJson.Answers.PersistResponse);

    /// <inheritdoc/>
    public async Task<ApiResponse<UnpersistResponse>> UnpersistAsync(string device) =>
        (await AskAsync(HttpMethod.Post, $"devices/{Uri.EscapeDataString(device)}/unpersist", EmptyBody))
            .Read(ApiJson.Answers.UnpersistResponse);

    /// <inheritdoc/>
    public async Task<ApiResponse<PersistedList>> GetPersistedAsync() =>
        (await AskAsync(HttpMethod.Get, "persisted")).Read(ApiJson.Answers.PersistedList);

    /// <inheritdoc/>
    public async Task<ApiResponse<QuarantineResponse>> ClearQuarantineAsync(string device) =>
        (await AskAsync(HttpMethod.Post, $"quarantine/{Uri.EscapeDataString(device)}/clear", EmptyBody))
            .Read(ApiJson.Answers.QuarantineResponse);

    /// <inheritdoc/>
    public async Task<ApiResponse<PauseResponse>> SetPausedAsync(bool paused) =>
        (await AskAsync(paused ? HttpMethod.Post : HttpMethod.Delete, "pause", EmptyBody))
            .Read(ApiJson.Answers.PauseResponse);

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<ApiResponse<RemediationResponse>> SubmitAsync(string path, string device, byte[] body)
    {
        var reply = await AskAsync(HttpMethod.Post, path, body, _key);
        var result = reply.Read(ApiJson.Answers.RemediationResponse);
        if (result.Problem is { } problem)
            return ReasonOf(problem) is { } reason
                ? await ExplainAsync(problem, reason, device, reply.RetryAfter)
                : result;
        var remediation = result.Value!;
        // The answer to a request that joined another one says so; the record of the other one does not.
        var joined = remediation.Joined;
        while (remediation.State == RunState.Running)
        {
            await Task.Delay(PollInterval, clock);
            result = await LookUpAsync(remediation.Id);
            if (result.Value is not { } next)
                return result;
            remediation = next;
        }
        return remediation with { Joined = joined };
    }

    private async Task<ApiResponse<RemediationResponse>> LookUpAsync(string id) =>
        (await AskAsync(HttpMethod.Get, $"remediations/{id}")).Read(ApiJson.Answers.RemediationResponse);

    private static DeclineReason? ReasonOf(ProblemResponse problem) =>
        problem.Type.StartsWith(ApiProblem.TypePrefix, StringComparison.Ordinal)
        ? SnakeCase.Parse<DeclineReason>(problem.Type[ApiProblem.TypePrefix.Length..])
        : null;

    // A problem is short and repeats nothing of the request. The whole outcome is found by its id.
    private async Task<RemediationResponse> ExplainAsync(
        ProblemResponse problem, DeclineReason reason, string device, double? retryAfter)
    {
        if (problem.Id is { } id && (await LookUpAsync(id)).Value is { State: RunState.Done } outcome)
            return outcome with { RetryAfter = outcome.RetryAfter ?? retryAfter };
        return new RemediationResponse(problem.Id ?? "", device, RunState.Done)
        {
            Verdict = RemediationVerdict.Declined,
            Success = false,
            // Only an address is looked up before the request has an id.
            Explanation = reason == DeclineReason.UnknownDevice ? $"No network device is at {device}." : problem.Detail,
            Declined = reason,
            RetryAfter = retryAfter,
        };
    }

    // With a key it is carried out once however often it is sent. A change without one has a body, be it empty: the
    // library repeats a request that has none.
    private async Task<ApiReply> AskAsync(HttpMethod method, string path, byte[]? body = null, string? key = null)
    {
        try
        {
            return await ExchangeAsync(method, path, body, key);
        }
        catch (DaemonException exception) when (exception.Failure == DaemonFailure.ConnectionLost)
        {
            _isReached = true;
            if (body is not null && key is null)
                throw;
        }
        return await ExchangeAsync(method, path, body, key);
    }

    private async Task<ApiReply> ExchangeAsync(HttpMethod method, string path, byte[]? body, string? key)
    {
        using var request = new HttpRequestMessage(method, new Uri(Root, path));
        if (body is not null)
            request.Content =
                new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        if (key is not null)
            request.Headers.Add(RequestKeys.Header, key);
        try
        {
            using var answer = await _http.SendAsync(request, CancellationToken.None);
            _isReached = true;
            return new ApiReply(
                (int)answer.StatusCode, await answer.Content.ReadAsByteArrayAsync(),
                answer.Headers.RetryAfter?.Delta?.TotalSeconds);
        }
        catch (DaemonException exception) when (_isReached && exception.Failure == DaemonFailure.NotRunning)
        {
            // It had the request, so it must not pass for a daemon that never ran.
            throw new DaemonException(DaemonFailure.ConnectionLost, "it ended before it answered");
        }
    }
}
