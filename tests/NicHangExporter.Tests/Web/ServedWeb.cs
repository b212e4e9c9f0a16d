using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using NicHangExporter.Api.Auth;
using NicHangExporter.Metrics;
using NicHangExporter.Options;
using NicHangExporter.TestSupport;
using NicHangExporter.Web;

namespace NicHangExporter.Tests.Web;

/// <summary>
/// The listeners, limits and access checks of the program on a real socket, before a handler that counts the requests
/// that would reach the metrics and the API. A path below /api/ needs a token, as in the API.
/// </summary>
internal sealed class ServedWeb : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly WebConfigMiddleware _gate;
    private readonly ILoggerFactory _factory;
    private int _handled;

    private ServedWeb(
        TemporaryDirectory directory, TestAuthority authority, string config, ExporterOptions? options,
        Func<string, string, bool>? verify, TimeProvider clock)
    {
        (Directory, Authority) = (directory, authority);
        options ??= new ExporterOptions();
        options = options with { Web = options.Web with { ConfigFile = directory.File("web.yml") } };
        Configure(config);
        _factory = LoggerFactory.Create(builder => builder.AddProvider(Log));
        Store = new WebConfigStore(options, Metrics, clock, _factory.CreateLogger<WebConfigStore>());
        Credentials = new CredentialStore(options, Metrics, clock, _factory.CreateLogger<CredentialStore>());
        _gate = new WebConfigMiddleware(
            Store, Credentials, Metrics, clock, _factory.CreateLogger<WebConfigMiddleware>(), verify);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = "/" });
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            WebLimits.Set(kestrel.Limits);
            WebListeners.Add(kestrel, [new ListenAddress(IPAddress.Loopback, 0)], Store, Metrics);
        });
        _application = builder.Build();
        _application.Use(ConnectionQuota.AnswerAsync);
        _application.Use(_gate.InvokeAsync);
        _application.Run(context =>
        {
            if (context.Request.Path.StartsWithSegments("/api") && Credentials.Authenticate(context) is null)
            {
                context.Response.StatusCode = StatusCodes.Status401Unauthorized;
                return Task.CompletedTask;
            }
            Interlocked.Increment(ref _handled);
            return context.Response.WriteAsync(context.Request.Protocol);
        });
    }

    public TemporaryDirectory Directory { get; }
    public TestAuthority Authority { get; }
    public ExporterMetrics Metrics { get; } = new();
    public RecordingLogger Log { get; } = new();
    public WebConfigStore Store { get; }
    public CredentialStore Credentials { get; }

    /// <summary>How many requests have been let through.</summary>
    public int Handled => Volatile.Read(ref _handled);

    public IPEndPoint EndPoint { get; private set; } = null!;

    /// <summary>
    /// Serves with this configuration, in a directory with server.crt, server.key and ca.crt of an authority of its
    /// own.
    /// </summary>
    /// <param name="config">The text of the web configuration.</param>
    /// <param name="options">Options, for the token files.</param>
    /// <param name="verify">In place of bcrypt.</param>
    /// <param name="clock">Of the credentials; the server's own timeouts go by the machine's.</param>
    public static async Task<ServedWeb> StartAsync(
        string config, ExporterOptions? options = null, Func<string, string, bool>? verify = null,
        TimeProvider? clock = null)
    {
        var (directory, authority) = (new TemporaryDirectory(), new TestAuthority());
        authority.Server().Write(directory, "server");
        await File.WriteAllTextAsync(
            directory.File("ca.crt"), authority.Root.ExportCertificatePem(), TestContext.Current.CancellationToken);
        var served = new ServedWeb(directory, authority, config, options, verify, clock ?? TimeProvider.System);
        await served._application.StartAsync(TestContext.Current.CancellationToken);
        served.EndPoint = IPEndPoint.Parse(new Uri(served._application.Urls.Single()).Authority);
        return served;
    }

    /// <summary>Writes the configuration, as an editor does: all at once.</summary>
    public void Configure(string config)
    {
        var path = Directory.File("web.yml");
        File.WriteAllText(path + ".new", config);
        File.Move(path + ".new", path, overwrite: true);
    }

    /// <summary>A client that trusts this authority alone.</summary>
    /// <param name="certificate">What it shows of itself.</param>
    /// <param name="protocols">The versions of TLS that it speaks.</param>
    /// <param name="seen">Receives the serial number of each server certificate.</param>
    /// <param name="maxConnections">The most that it opens. Without a limit it may open a second one for its first
    /// request, when the server chooses HTTP/1.1.</param>
    public HttpClient Client(
        X509Certificate2? certificate = null, SslProtocols protocols = SslProtocols.None, Action<string>? seen = null,
        int maxConnections = int.MaxValue)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            MaxConnectionsPerServer = maxConnections,
        };
        handler.SslOptions.EnabledSslProtocols = protocols;
        handler.SslOptions.CertificateRevocationCheckMode = X509RevocationMode.NoCheck;
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode =
            X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck
        };
        handler.SslOptions.CertificateChainPolicy.CustomTrustStore.Add(Authority.Root);
        handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, problems) =>
        {
            seen?.Invoke(shown!.GetSerialNumberString());
            return problems == SslPolicyErrors.None;
        };
        if (certificate is not null)
        {
            // Whatever the server says whose it would like: a hostile client does not ask.
            handler.SslOptions.ClientCertificateContext =
                SslStreamCertificateContext.Create(certificate, null, offline: true);
        }
        return new HttpClient(handler)
        {
            BaseAddress = new Uri($"https://localhost:{EndPoint.Port}"),
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
            Timeout = TimeSpan.FromSeconds(60),
        };
    }

    /// <summary>A client that speaks plain text.</summary>
    public HttpClient PlainClient() =>
        new(new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = 16 })
        { BaseAddress = new Uri($"http://{EndPoint}"), Timeout = TimeSpan.FromSeconds(60) };

    /// <summary>A counter of refusals.</summary>
    public double Refused(string reason) => Metrics.WebAccessRefused.WithLabels(reason).Value;

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _gate.Dispose();
        _factory.Dispose();
        Authority.Dispose();
        Directory.Dispose();
    }
}
