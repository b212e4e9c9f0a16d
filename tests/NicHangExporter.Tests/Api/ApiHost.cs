using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using NicHangExporter.Api;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Options;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;

namespace NicHangExporter.Tests.Api;

/// <summary>What came back.</summary>
internal sealed record ApiReply(int Status, IHeaderDictionary Headers, string Body)
{
    public JsonNode Json => JsonNode.Parse(Body)!;

    /// <summary>The end of a problem's type; null for no problem.</summary>
    public string? Problem => Headers.ContentType == "application/problem+json" ? Json["type"]!.GetValue<string>()[ApiProblem.TypePrefix.Length..] : null;

    public string Detail => Json["detail"]!.GetValue<string>();

    public string? Verdict => Json["verdict"]?.GetValue<string>();
}

/// <summary>
/// The API over the whole engine, a simulated NIC and a fake clock, in process. Each answer is held against the API document, the limits of problems and the
/// headers that all answers have.
/// </summary>
internal sealed class ApiHost : IDisposable
{
    public const string Read = "Bearer r-token", Remediate = "Bearer c-token", Admin = "Bearer a-token", Other = "Bearer o-token";

    private readonly CancellationTokenSource _ending = new();
    private readonly ConcurrentBag<RemediationTicket> _tickets = [];
    private readonly RemediationHistory _history;
    private readonly QueryHandlers _views;
    private readonly ILoggerFactory _factory;

    public ApiHost(Func<ExporterOptions, ExporterOptions>? configure = null, FixtureHost? host = null, Func<HttpContext, Credential, Task<ApiAnswer>>? alertmanager = null)
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
        var door = ApiDoor.Of(Host.Remediator, Host.Ledger);
        Door = door with { Submit = request => Remember(door.Submit(request)) };
        _views = new QueryHandlers(Door, Host.Options.Paths.StateDirectory);
        var devices = new NetClass(Host.Options.Paths.Sysfs);
        var routes = ApiRoutes.Of(new RemediationHandlers(Door, devices, _history, Recent = new RecentRequests(Host.Clock), Host.Clock, _ending.Token), _views, new AdminHandlers(Door, devices), alertmanager);
        Router = new ApiRouter(routes, new ApiGuard(() => true, Authenticate, _ => IsProtected), Host.Metrics, Host.Clock, _factory.CreateLogger<ApiRouter>(), _ending.Token);
    }

    public FixtureHost Host { get; }
    public SimulatedNic Nic { get; }
    public ApiDoor Door { get; }
    public RecentRequests Recent { get; }
    public ApiRouter Router { get; }

    /// <summary>Nobody on the way can read the connection.</summary>
    public bool IsProtected { get; set; } = true;

    /// <summary>How many requests have reached the door.</summary>
    public int Submitted => _tickets.Count;

    /// <summary>Lets time pass only when the test says so.</summary>
    public bool IsFrozen { get; set; }

    public static Credential? Authenticate(HttpContext context) => (context.Request.Headers.Authorization is [var only] ? only : null) switch
    {
        Read => new Credential("dashboard", ApiScope.Read),
        Remediate => new Credential("controller", ApiScope.Remediate),
        Admin => new Credential("operator", ApiScope.Admin),
        Other => new Credential("other", ApiScope.Admin),
        _ => null,
    };

    /// <summary>The program begins to end.</summary>
    public void End() => _ending.Cancel();

    public Task<ApiReply> GetAsync(string path, string? authorization = Read) => SendAsync("GET", path, null, authorization);

    public Task<ApiReply> PostAsync(string path, string? body = null, string? authorization = Admin, params (string Name, string Value)[] headers) =>
        SendAsync("POST", path, body is null ? null : Encoding.UTF8.GetBytes(body), authorization, headers);

    /// <summary>Asks, and lets the engine work and time pass until there is an answer.</summary>
    public Task<ApiReply> SendAsync(string method, string path, byte[]? body, string? authorization, params (string Name, string Value)[] headers)
    {
        var context = Context(method, path, body, authorization, headers);
        return FinishAsync(context, Router.HandleAsync(context));
    }

    /// <summary>A request that nobody has handled yet.</summary>
    public static DefaultHttpContext Context(string method, string path, byte[]? body, string? authorization, params (string Name, string Value)[] headers)
    {
        var context = new DefaultHttpContext();
        var request = context.Request;
        (request.Method, request.Scheme, request.Host, request.Protocol) = (method, "http", new HostString("127.0.0.1:19642"), HttpProtocol.Http11);
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
        var reply = new ApiReply(context.Response.StatusCode, context.Response.Headers, Encoding.UTF8.GetString(((MemoryStream)context.Response.Body).ToArray()));
        ApiPromises.Check(Router, context.Request, reply);
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

    public List<JournalEntry> Intents() => [.. Host.JournalEntries().Where(entry => entry.Event == JournalEvent.Intent)];

    public void Dispose()
    {
        Host.Dispose();
        Forget();
    }

    /// <summary>Ends the API but not the host below it.</summary>
    public void Forget()
    {
        _history.Dispose();
        _views.Dispose();
        _ending.Dispose();
        _factory.Dispose();
    }

    private RemediationTicket Remember(RemediationTicket ticket)
    {
        _tickets.Add(ticket);
        return ticket;
    }
}
