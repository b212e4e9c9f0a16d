using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using NicHangExporter.Api;
using NicHangExporter.Api.Auth;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Options;
using NicHangExporter.Persistence;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;

namespace NicHangExporter.Tests.Api;

/// <summary>What came back.</summary>
internal sealed record ApiReply(int Status, IHeaderDictionary Headers, string Body)
{
    public JsonNode Json => JsonNode.Parse(Body)!;

    /// <summary>The end of a problem's type; null for no problem.</summary>
    public string? Problem =>
        Headers.ContentType == "application/problem+json"
        ? Json["type"]!.GetValue<string>()[ApiProblem.TypePrefix.Length..]
        : null;

    public string Detail => Json["detail"]!.GetValue<string>();

    public string? Verdict => Json["verdict"]?.GetValue<string>();
}

/// <summary>
/// The API over the whole engine, a simulated NIC and a fake clock, in process. Each answer is held against the API
/// document, the limits of problems and the headers that all answers have.
/// </summary>
internal sealed class ApiHost : IDisposable
{
    public const string Read = "Bearer r-token", Remediate = "Bearer c-token", Admin = "Bearer a-token",
        Other = "Bearer o-token";

    private readonly StoppableLifetime _lifetime = new();
    private readonly ConcurrentBag<RemediationTicket> _tickets = [];
    private readonly RemediationHistory _history;
    private readonly QueryHandlers _queries;
    private readonly PersistenceHandlers _persistence;
    private readonly ILoggerFactory _factory;
    private readonly ServiceProvider _services;
    private readonly RequestDelegate _pipeline;

    public ApiHost(Func<ExporterOptions, ExporterOptions>? configure = null, FixtureHost? host = null)
    {
        Host = host ?? new FixtureHost(options =>
        {
            options = Remediation.LocalLoop.Enforcing(options);
            options = options with { Remediation = options.Remediation with { Api = RemediationMode.Enforce } };
            return configure?.Invoke(options) ?? options;
        });
        Nic = Host.Ethtool.Nics.Count > 0 ? Host.Ethtool.Nics[0] : Host.AddSimulatedNic();
        Host.Open();
        _factory = LoggerFactory.Create(builder => builder.AddProvider(Host.Log));
        _history = new RemediationHistory(Host.Options);
        _queries = new QueryHandlers(Host.Remediator, Host.Options);
        _persistence = new PersistenceHandlers(
            Host.Persister, HostRoot.From(Host.Options.Paths), Host.Remediator, Host.Options);
        var devices = new NetClass(Host.Options.Paths.Sysfs);
        var recent = new RecentRequests(Submit, Host.Clock);
        Handlers = new ApiHandlers(
            new RemediationHandlers(recent, Host.Ledger, _history, devices, Host.Clock), _queries,
            new AdminHandlers(Host.Remediator, devices), _persistence, Host.Webhook,
            new TransportProtection(Host.Options));
        _services = Services();
        _pipeline = Pipeline();
    }

    public FixtureHost Host { get; }
    public SimulatedNic Nic { get; }
    public ApiHandlers Handlers { get; }

    /// <summary>All endpoints of the API.</summary>
    public IReadOnlyList<Endpoint> Endpoints => _services.GetRequiredService<EndpointDataSource>().Endpoints;

    /// <summary>Nobody on the way can read the connection.</summary>
    public bool IsProtected { get; set; } = true;

    /// <summary>How many requests have been submitted to the remediator.</summary>
    public int Submitted => _tickets.Count;

    /// <summary>What the next submission throws.</summary>
    public Exception? Fault { get; set; }

    /// <summary>Lets time pass only when the test says so.</summary>
    public bool IsFrozen { get; set; }

    public static Credential? Authenticate(HttpContext context) =>
        (context.Request.Headers.Authorization is [var only] ? only : null) switch
        {
            Read => new Credential("dashboard", ApiScope.Read),
            Remediate => new Credential("controller", ApiScope.Remediate),
            Admin => new Credential("operator", ApiScope.Admin),
            Other => new Credential("other", ApiScope.Admin),
            _ => null,
        };

    /// <summary>The program begins to end.</summary>
    public void End() => _lifetime.StopApplication();

    /// <summary>Handles a request as the server does.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        await using var scope = _services.CreateAsyncScope();
        context.RequestServices = scope.ServiceProvider;
        context.Connection.LocalIpAddress = IsProtected ? IPAddress.Loopback : IPAddress.Parse("192.0.2.1");
        await _pipeline(context);
    }

    public Task<ApiReply> GetAsync(string path, string? authorization = Read) =>
        SendAsync("GET", path, null, authorization);

    public Task<ApiReply> PostAsync(string path, string? body = null, string? authorization = Admin,
        params (string Name, string Value)[] headers) =>
        SendAsync("POST", path, body is null ? null : Encoding.UTF8.GetBytes(body), authorization, headers);

    /// <summary>Asks, and lets the engine work and time pass until there is an answer.</summary>
    public Task<ApiReply> SendAsync(string method, string path, byte[]? body, string? authorization,
        params (string Name, string Value)[] headers)
    {
        var context = Context(method, path, body, authorization, headers);
        return FinishAsync(context, HandleAsync(context));
    }

    /// <summary>A request that nobody has handled yet.</summary>
    public static DefaultHttpContext Context(string method, string path, byte[]? body, string? authorization,
        params (string Name, string Value)[] headers)
    {
        var context = new DefaultHttpContext();
        var request = context.Request;
        (request.Method, request.Scheme, request.Host, request.Protocol) = (method, "http",
            new HostString("127.0.0.1:19642"), HttpProtocol.Http11);
        var query = path.IndexOf('?', StringComparison.Ordinal);
        request.Path = new PathString(Uri.UnescapeDataString(query < 0 ? path : path[..query]));
        request.QueryString = new QueryString(query < 0 ? "" : path[query..]);
        if (authorization is not null)
            request.Headers.Authorization = authorization;
        if (body is not null)
        {
            request.ContentType = "application/json";
            request.ContentLength = body.Length;
            request.Body = new MemoryStream(body);
        }
        foreach (var (name, value) in headers)
            request.Headers[name] = value;
        context.Response.Body = new MemoryStream();
        return context;
    }

    /// <summary>Drives the engine until the request is answered.</summary>
    public async Task<ApiReply> FinishAsync(DefaultHttpContext context, Task handling)
    {
        var began = Host.Clock.GetUtcNow();
        while (!handling.IsCompleted)
        {
            Host.RemediationWorker.RunPending();
            if (!IsFrozen && _tickets.Any(ticket => !ticket.Outcome.IsCompleted))
                Host.Live(1);
            await Task.Yield();
            Assert.True(Host.Clock.GetUtcNow() - began < TimeSpan.FromMinutes(5), "no answer within five minutes");
        }
        await handling;
        var reply = new ApiReply(context.Response.StatusCode, context.Response.Headers,
            Encoding.UTF8.GetString(((MemoryStream)context.Response.Body).ToArray()));
        if (ApiServices.IsApi(context))
            ApiPromises.Check(context, reply);
        return reply;
    }

    /// <summary>Lets everything that was begun come to its end.</summary>
    public void Settle()
    {
        for (var second = 0; second < 300 && _tickets.Any(ticket => !ticket.Outcome.IsCompleted); second++)
        {
            Host.RemediationWorker.RunPending();
            Host.Live(1);
        }
        Assert.All(_tickets, ticket => Assert.True(ticket.Outcome.IsCompleted, "no verdict within five minutes"));
    }

    public ILogger<T> Logger<T>() => _factory.CreateLogger<T>();

    public List<JournalEntry> Intents() =>
        [.. Host.JournalEntries().Where(entry => entry.Event == JournalEvent.Intent)];

    public void Dispose()
    {
        Host.Dispose();
        Forget();
    }

    /// <summary>Ends the API but not the host below it.</summary>
    public void Forget()
    {
        _history.Dispose();
        _queries.Dispose();
        _persistence.Dispose();
        _services.Dispose();
        _lifetime.Dispose();
        _factory.Dispose();
    }

    private RemediationTicket Submit(RemediationRequest request) =>
        Fault is { } fault ? throw fault : Remember(Host.Remediator.Submit(request));

    private ServiceProvider Services()
    {
        var services = new ServiceCollection();
        services.AddSingleton(_factory);
        services.AddLogging();
        services.AddSingleton<IHostApplicationLifetime>(_lifetime);
        services.AddSingleton<System.Diagnostics.DiagnosticListener>(
            new System.Diagnostics.DiagnosticListener("tests"));
        services.AddApi<TokenHandler>();
        return services.BuildServiceProvider();
    }

    private RequestDelegate Pipeline()
    {
        var application = new ApplicationBuilder(_services);
        application.UseApi(
            new ApiMiddleware(Host.Metrics.ApiRequests, Host.Clock, _factory.CreateLogger<ApiMiddleware>()));
        application.UseEndpoints(endpoints => endpoints.MapApi(Handlers));
        return application.Build();
    }

    private RemediationTicket Remember(RemediationTicket ticket)
    {
        _tickets.Add(ticket);
        return ticket;
    }

    /// <summary>Knows the callers of the tests.</summary>
    private sealed class TokenHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger,
        UrlEncoder encoder)
        : CallerAuthenticationHandler(options, logger, encoder)
    {
        protected override Caller? Identify() =>
            Authenticate(Context) is { } credential
                ? new Caller(credential.Name, credential.Scope, RemediationTrigger.Api)
                : null;

        protected override ApiResult Challenge => BearerTokenHandler.ChallengeOf(Request);
    }

    private sealed class StoppableLifetime : IHostApplicationLifetime, IDisposable
    {
        private readonly CancellationTokenSource _stopping = new();

        public CancellationToken ApplicationStarted => CancellationToken.None;

        public CancellationToken ApplicationStopping => _stopping.Token;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication() => _stopping.Cancel();

        public void Dispose() => _stopping.Dispose();
    }
}
