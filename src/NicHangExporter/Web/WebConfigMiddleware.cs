using System.Net;
using NicHangExporter.Api;
using NicHangExporter.Api.Auth;
using NicHangExporter.Hosting;
using NicHangExporter.Logging;
using NicHangExporter.Metrics;

namespace NicHangExporter.Web;

/// <summary>
/// Applies the web configuration to each request before any other code sees it: headers of the answer, basic
/// authentication, rate limit. A request with a bearer token below /api/ passes: there the token decides, and a client
/// can't send both.
/// </summary>
internal sealed partial class WebConfigMiddleware(
    WebConfigStore store, CredentialStore credentials, ExporterMetrics metrics, TimeProvider clock,
    ILogger<WebConfigMiddleware> logger, Func<string, string, bool>? verify = null) : IDisposable
{
    /// <summary>The path that this host may request without a password.</summary>
    public const string HealthPath = "/-/healthy";

    private readonly BasicAuthentication _basic = new(verify);
    private readonly LogThrottle _throttle = new(clock);

    /// <summary>Answers, or calls the next middleware.</summary>
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var loaded = store.Current;
        // See docs/decisions/0036-health-without-a-password.md.
        if (IsHealthOfThisHost(context))
        {
            await next(context);
            return;
        }
        foreach (var (name, value) in loaded.Config.Headers)
            context.Response.Headers[name] = value;
        if (TlsConnection.IsOutdated(context, loaded))
            TlsConnection.EndAfterThis(context);
        var isApi = ApiServices.IsApi(context);
        var hasToken = isApi && credentials.IsConfigured && context.Request.Headers.Authorization is [var header]
            && BearerToken.Is(header);
        if (loaded.Config.Users.Count > 0 && !hasToken
            && await _basic.CheckAsync(loaded.Config.Users, context.Request.Headers.Authorization,
                Peer(context.Connection), context.RequestAborted) is { } reason)
        {
            await RefuseAsync(context, isApi, reason);
            return;
        }
        // After the password, so that others can't use up the limit. Not below /api/: Alertmanager does not repeat
        // after a 429.
        if (!isApi && loaded.Limiter?.TryTake() == false)
        {
            await RefuseAsync(context, isApi, WebError.Rate);
            return;
        }
        await next(context);
    }

    /// <inheritdoc/>
    public void Dispose() => _basic.Dispose();

    /// <summary>True for a health check of this host itself.</summary>
    public static bool IsHealthOfThisHost(HttpContext context) => context.Request.Path.Value == HealthPath
        && context.Connection is { RemoteIpAddress: { } remote } connection
            && (Loopback.Has(remote) || remote.Equals(connection.LocalIpAddress));

    // A server in memory, as in tests, has no addresses.
    private static UInt128 Peer(ConnectionInfo connection) =>
        connection.RemoteIpAddress is { } address
        ? ConnectionQuota.PeerOf(address, connection.LocalIpAddress)
        : default;

    private Task RefuseAsync(HttpContext context, bool isApi, string reason)
    {
        metrics.WebAccessRefused.WithLabels(reason).Inc();
        if (_throttle.IsDue(1, out var sum))
            LogRefused(sum, reason, context.Connection.RemoteIpAddress);
        var status = reason switch
        {
            WebError.Busy => HttpStatusCode.ServiceUnavailable,
            WebError.Rate => HttpStatusCode.TooManyRequests,
            _ => HttpStatusCode.Unauthorized,
        };
        if (status == HttpStatusCode.Unauthorized)
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"nic-hang-exporter\", charset=\"UTF-8\"";
        else
            context.Response.Headers.RetryAfter = "1";
        return PlainTextResult.WriteAsync(context, status, isApi);
    }

    [LoggerMessage(EventIds.WebAccessRefused, LogLevel.Warning,
        "The web configuration kept requests out: {Count} since the last such line. The latest: {Reason}, from {Peer}")]
    private partial void LogRefused(ulong count, string reason, IPAddress? peer);
}
