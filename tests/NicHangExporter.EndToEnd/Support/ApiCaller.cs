using System.Net.Http.Headers;
using System.Text;

namespace NicHangExporter.EndToEnd.Support;

/// <summary>
/// A client of the API with one token, or without any. Checks in each answer what all answers have in common.
/// </summary>
internal sealed class ApiCaller : IDisposable
{
    /// <summary>Fewer than the daemon accepts, so that its limit plays no part.</summary>
    private const int MaxConnections = 24;

    private const int MaxProblem = 512;

    private readonly HttpClient _http;

    /// <param name="daemon">The daemon.</param>
    /// <param name="token">The token; null for none.</param>
    /// <param name="address">The address, if not the first of the daemon.</param>
    public ApiCaller(ExporterProcess daemon, string? token, Uri? address = null)
    {
        var handler = daemon.NewHandler();
        handler.MaxConnectionsPerServer = MaxConnections;
        // The daemon closes a connection that is silent for five seconds. No request may be sent at that moment.
        handler.PooledConnectionIdleTimeout = TimeSpan.FromSeconds(1);
        handler.AllowAutoRedirect = false;
        _http = new HttpClient(handler) { BaseAddress = address ?? daemon.BaseAddress };
        if (token is not null)
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public Task<ApiReply> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<ApiReply> PostAsync(string path, string? body = null, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, path, body, headers);

    /// <summary>Asks for a change.</summary>
    /// <param name="body">The members of the body, without its braces.</param>
    /// <param name="key">The Idempotency-Key.</param>
    public Task<ApiReply> RemediateAsync(string body, string? key = null) =>
        PostAsync("/api/v1/remediations", $"{{{body}}}", key is null ? [] : [("Idempotency-Key", key)]);

    public async Task<ApiReply> SendAsync(
        HttpMethod method, string path, string? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        foreach (var (name, value) in headers)
            if (name == "Content-Type")
                request.Content!.Headers.ContentType = MediaTypeHeaderValue.Parse(value);
            else
                request.Headers.Add(name, value);
        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        var reply = new ApiReply((int)response.StatusCode, response.Headers, response.Content.Headers,
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Check(reply, method);
        return reply;
    }

    public void Dispose() => _http.Dispose();

    private static void Check(ApiReply reply, HttpMethod method)
    {
        // Without an API, the pages of the program answer.
        if (reply.ContentHeaders.ContentType?.MediaType == "text/plain")
            return;
        Assert.Equal(
            reply.Status >= 400 ? "application/problem+json"
            : "application/json", reply.ContentHeaders.ContentType?.ToString());
        Assert.True(reply.Headers.CacheControl?.NoStore);
        Assert.Equal(reply.Status == 401, reply.Headers.WwwAuthenticate.Count > 0);
        Assert.Equal(reply.Status == 405, reply.ContentHeaders.Allow.Count > 0);
        Assert.Equal(reply.Status == 202, reply.Headers.Location is not null);
        Assert.True(reply.Status != 429
            || reply.Headers.RetryAfter?.Delta > TimeSpan.Zero, $"429 without Retry-After: {reply}");
        if (reply.Status < 400 || method == HttpMethod.Head)
            return;
        Assert.InRange(reply.ContentHeaders.ContentLength ?? long.MaxValue, 1, MaxProblem);
        Assert.Equal(reply.Status, reply.Json.GetProperty("status").GetInt32());
    }
}
