using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.AspNetCore.Connections;
using NicHangExporter.Alerting;
using NicHangExporter.Api;
using NicHangExporter.Api.Alertmanager;
using NicHangExporter.Api.Auth;
using NicHangExporter.Control;
using NicHangExporter.Detection;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Ethtool;
using NicHangExporter.Linux.Link;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Logging;
using NicHangExporter.Metrics;
using NicHangExporter.Options;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Evidence;
using NicHangExporter.Remediation.Execution;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Planning;
using NicHangExporter.Remediation.Policy;
using NicHangExporter.Web;
using Serilog.Core;
using Serilog.Extensions.Logging;

namespace NicHangExporter.Hosting;

/// <summary>Puts the rooms together and serves them: the composition root of the daemon.</summary>
internal static partial class ExporterHost
{
    /// <summary>What the server and the last save of the state each have of the five seconds that an end may take; the log has the fifth.</summary>
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(2);

    /// <summary>How long a step that is under way has to come to its end, such as a driver that takes its time to bring a link up.</summary>
    private static readonly TimeSpan RemediationPatience = TimeSpan.FromSeconds(10);

    /// <summary>How long a verdict may take from the door to the console.</summary>
    private static readonly TimeSpan FarewellPatience = TimeSpan.FromSeconds(1);

    /// <summary>How long the start waits for the history of the kernel log, so that the first scrape already holds it.</summary>
    private static readonly TimeSpan HistoryPatience = TimeSpan.FromSeconds(5);

    /// <summary>How long it waits for the first ethtool snapshot, which may never come.</summary>
    private static readonly TimeSpan SnapshotPatience = TimeSpan.FromSeconds(1);

    private const int ExitOfMistake = 2;

    /// <summary>Builds the application; it does nothing before it is started.</summary>
    public static WebApplication Build(ExporterOptions options, TimeProvider clock)
    {
        // An empty builder: settings come from nowhere but our options. The other builders look for appsettings.json below the content root and
        // watch all of it for changes, directory by directory: with "/" that is one second of CPU at the start and the user's inotify watches.
        var metrics = new ExporterMetrics();
        var log = LoggingSetup.Create(options, clock, () => metrics.LogDropped.Inc());
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "nic-hang-exporter", ContentRootPath = "/" });
        builder.WebHost.UseKestrelCore();
        builder.Logging.SetMinimumLevel(LogLevel.Trace);
        builder.Logging.AddProvider(new SerilogLoggerProvider(log));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            WebLimits.Set(kestrel.Limits);
            WebListeners.Add(kestrel, options.Web.ListenAddresses, kestrel.ApplicationServices.GetRequiredService<WebConfigStore>(), metrics);
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = StopPatience);
        AddRooms(builder.Services, options, clock, metrics);
        builder.Services.AddSingleton(log);
        builder.Services.AddSingleton<SysfsCollector>();
        builder.Services.AddSingleton(services => new FeatureSelection(options, services.GetRequiredService<ProfileCatalog>().FeatureNames,
            () => services.GetRequiredService<Remediator>().Status().Devices.SelectMany(device => device.Desired)));
        builder.Services.AddSingleton<EthtoolCollector>();
        builder.Services.AddSingleton<ProcessCollector>();
        builder.Services.AddSingleton<ExpositionSource>();
        builder.Services.AddSingleton<MetricsEndpoint>();
        builder.Services.AddSingleton<AlertDevices>();
        builder.Services.AddSingleton<AlertIntake>();
        builder.Services.AddSingleton<AlertProcessor>();
        builder.Services.AddSingleton<AlertmanagerWebhook>();
        builder.Services.AddSingleton<PendingAlertStore>();
        builder.Services.AddSingleton<AlertDispatcher>();
        builder.Services.AddSingleton(services => new ControlServer(
            options.Paths.StateDirectory ?? "", new ControlDesk(ControlDoor.Of(services.GetRequiredService<Remediator>()), services.GetRequiredService<NetClass>()).AnswerAsync,
            socket => PeerCredentials.Read(socket).Uid, clock, services.GetRequiredService<ILogger<ControlServer>>()));
        builder.Services.AddSingleton<CredentialStore>(services => new CredentialStore(options, metrics, clock, services.GetRequiredService<ILogger<CredentialStore>>()));
        builder.Services.AddSingleton<TransportProtection>();
        builder.Services.AddSingleton<WebConfigStore>();
        builder.Services.AddSingleton<WebConfigMiddleware>();
        builder.Services.AddSingleton<HostCheck>();
        builder.Services.AddSingleton<FileReloadService>();
        builder.Services.AddSingleton<RemediationHistory>();
        builder.Services.AddSingleton(BuildApi);

        var application = builder.Build();
        // Before everything that answers.
        application.Use((context, next) => ConnectionQuota.AnswerAsync(context, () => next(context)));
        application.Use(application.Services.GetRequiredService<HostCheck>().InvokeAsync);
        if (application.Services.GetRequiredService<WebConfigStore>().IsConfigured)
            application.Use(application.Services.GetRequiredService<WebConfigMiddleware>().InvokeAsync);
        Map(application, options);
        return application;
    }

    /// <summary>Adds what watches, decides and acts, without what serves it to others: all that a command of the console needs where no daemon runs.</summary>
    public static void AddRooms(IServiceCollection services, ExporterOptions options, TimeProvider clock, ExporterMetrics metrics)
    {
        services.AddSingleton(options);
        services.AddSingleton(clock);
        services.AddSingleton(new NetClass(options.Paths.Sysfs));
        services.AddSingleton<IEthtool, EthtoolSocket>();
        services.AddSingleton<DeviceInventory>();
        services.AddSingleton(metrics);
        services.AddSingleton<CollectorHealth>();
        services.AddSingleton<StateDirectory>();
        services.AddSingleton<StateStore>();
        services.AddSingleton<KernelLogWatcher>();
        services.AddSingleton<EthtoolPoller>();
        services.AddSingleton<HangMonitor>();
        services.AddSingleton<LinkFlags>();
        services.AddSingleton<ProfileCatalog>();
        services.AddSingleton<HangSignals>();
        services.AddSingleton<KillSwitch>();
        services.AddSingleton<DeviceControl>();
        services.AddSingleton(rooms => new Journal(options, rooms.GetRequiredService<StateDirectory>(), clock, rooms.GetRequiredService<ILogger<Journal>>()));
        services.AddSingleton<RemediationStore>();
        services.AddSingleton<EpisodeRecorder>();
        services.AddSingleton<RemediationWorker>();
        services.AddSingleton<Remediator>();
    }

    /// <summary>
    /// Runs until a signal ends it. Returns the exit code: 0, 1 where an address can't be listened on, 2 where remediation is to change something and has no
    /// state directory that can be used.
    /// </summary>
    public static async Task<int> RunAsync(WebApplication application)
    {
        var options = application.Services.GetRequiredService<ExporterOptions>();
        var monitor = application.Services.GetRequiredService<HangMonitor>();
        var clock = application.Services.GetRequiredService<TimeProvider>();
        var logger = application.Services.GetRequiredService<ILoggerFactory>().CreateLogger(nameof(ExporterHost));
        FlushAtTheEnd(application.Services.GetRequiredService<Logger>());
        // Asked before as far as that is possible without doing it; only now it shows.
        var directory = application.Services.GetRequiredService<StateDirectory>();
        if (!directory.TryTake() && directory is { IsTakenByAnother: false, Failure: { } fault } && options.Remediation.Mode(RemediationTrigger.Drift) == RemediationMode.Enforce)
        {
            await Console.Error.WriteLineAsync($"nic-hang-exporter: {StateDirectory.Refusal(fault)}");
            return ExitOfMistake;
        }
        StartLog.Begin(logger);
        StartLog.WarnOfDeprecated(logger, ConfigurationWarnings.OfDeprecated(options));
        using var ignored = new IgnoredSignals(logger);
        if (logger.IsEnabled(LogLevel.Debug))
            LogConfiguration(logger, string.Join(' ', OptionTable.All.Select(option => $"{option.Name}={option.Show(options)}")));

        // The door before whoever asks at it; and nothing of the state directory is read before it is ours.
        application.Services.GetRequiredService<EpisodeRecorder>().Start();
        application.Services.GetRequiredService<RemediationWorker>().Start();
        var remediator = application.Services.GetRequiredService<Remediator>();
        remediator.Start();
        application.Lifetime.ApplicationStopping.Register(application.Services.GetRequiredService<AlertIntake>().Stop);
        var actions = application.Services.GetRequiredService<AlertProcessor>();
        actions.Start();
        var pusher = application.Services.GetRequiredService<AlertDispatcher>();
        pusher.Start();
        if (options.Api.TokenFiles.Count > 0)
            application.Services.GetRequiredService<AlertmanagerWebhook>().PublishSeries();
        if (options.Alerting.Alertmanagers.Count > 0)
            application.Services.GetRequiredService<ExporterMetrics>().AlertsBuffered.Publish();
        // The monitor first: what was in the log before the start must be in the first scrape, else it would look like an increase.
        monitor.Start();
        // And a snapshot, if RTNL is free: a first scrape without features would look like a failure.
        var poller = application.Services.GetRequiredService<EthtoolPoller>();
        poller.Start();
        application.Services.GetRequiredService<FileReloadService>().Start();
        await Task.WhenAny(monitor.Ready, Task.Delay(HistoryPatience, clock));
        await Task.WhenAny(Task.WhenAll(poller.First, remediator.Ready), Task.Delay(SnapshotPatience, clock));
        // At once where it can be, and else when whatever holds RTNL lets go of it.
        _ = remediator.Ready.ContinueWith(_ => StartLog.Tell(logger, remediator.Status(), ConfigurationWarnings.OfModes(options)),
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        // The socket of a directory that another process holds is that process's: it is made when the lock is ours, at once or later.
        var control = application.Services.GetRequiredService<ControlServer>();
        _ = directory.Taken.ContinueWith(_ => control.TryStart(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
        try
        {
            await application.StartAsync();
        }
        catch (Exception exception) when (exception is IOException or System.Net.Sockets.SocketException or AddressInUseException)
        {
            LogCannotListen(logger, string.Join(", ", options.Web.ListenAddresses), exception.Message.Split('\n')[0]);
            // Whoever heals this host alone does so without a listener too: the address may be gone because of the very hang.
            if (options.Remediation.Local == RemediationMode.Enforce)
            {
                LogHealsUnheard(logger);
                await SignalAsync();
                LogStopping(logger);
            }
            await StopAsync(monitor, poller, remediator, control, actions, pusher);
            return 1;
        }
        LogListening(logger, string.Join(", ", application.Urls), options.Web.TelemetryPath);
        await application.WaitForShutdownAsync();
        LogStopping(logger);
        await StopAsync(monitor, poller, remediator, control, actions, pusher);
        return 0;
    }

    private static async Task SignalAsync()
    {
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        await told.Task;

        void End(PosixSignalContext context)
        {
            context.Cancel = true;
            told.TrySetResult();
        }
    }

    // However the program ends: what is logged is in a queue, and a queue goes with the process.
    private static void FlushAtTheEnd(Logger log)
    {
        AppDomain.CurrentDomain.UnhandledException += (_, _) => log.Dispose();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => log.Dispose();
    }

    private static async Task StopAsync(HangMonitor monitor, EthtoolPoller poller, Remediator remediator, ControlServer control, AlertProcessor actions, AlertDispatcher pusher)
    {
        poller.Stop();
        var pushed = pusher.StopAsync(StopPatience);
        var acted = actions.StopAsync(StopPatience);
        var settled = remediator.StopAsync(RemediationPatience);
        // Whoever waits at the console for what is ended now gets its verdict.
        using var farewell = new CancellationTokenSource();
        var closed = control.StopAsync(farewell.Token);
        using var patience = new CancellationTokenSource(StopPatience);
        await monitor.StopAsync(patience.Token);
        await settled;
        farewell.CancelAfter(FarewellPatience);
        await closed;
        await Task.WhenAll(pushed, acted);
    }

    private static ApiRouter BuildApi(IServiceProvider services)
    {
        var (clock, devices) = (services.GetRequiredService<TimeProvider>(), services.GetRequiredService<NetClass>());
        var ending = services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        var door = ApiDoor.Of(services.GetRequiredService<Remediator>(), services.GetRequiredService<RemediationStore>());
        var routes = ApiRoutes.Of(
            new RemediationHandlers(door, devices, services.GetRequiredService<RemediationHistory>(), new RecentRequests(clock), clock, ending),
            new QueryHandlers(door, services.GetRequiredService<ExporterOptions>().Paths.StateDirectory), new AdminHandlers(door, devices), services.GetRequiredService<AlertmanagerWebhook>().HandleAsync);
        var (credentials, transport) = (services.GetRequiredService<CredentialStore>(), services.GetRequiredService<TransportProtection>());
        return new ApiRouter(routes, new ApiGuard(() => credentials.IsConfigured, credentials.Authenticate, transport.IsProtected), services.GetRequiredService<ExporterMetrics>(), clock, services.GetRequiredService<ILogger<ApiRouter>>(), ending);
    }

    private static void Map(WebApplication application, ExporterOptions options)
    {
        var api = application.Services.GetRequiredService<ApiRouter>();
        var metrics = application.Services.GetRequiredService<MetricsEndpoint>();
        var monitor = application.Services.GetRequiredService<HangMonitor>();
        var page = LandingPage.Render(options.Web.TelemetryPath);
        application.Run(context => (context.Request.Method, context.Request.Path.Value) switch
        {
            (_, { } path) when path.StartsWith(ApiRouter.Prefix, StringComparison.Ordinal) => api.IsMapped ? api.HandleAsync(context) : NotFoundAsync(context),
            (not ("GET" or "HEAD"), _) => WriteAsync(context, HttpStatusCode.MethodNotAllowed, "Only GET and HEAD are answered here.\n"u8.ToArray()),
            (_, { } path) when path == options.Web.TelemetryPath => metrics.HandleAsync(context),
            (_, "/") => WriteAsync(context, HttpStatusCode.OK, page, "text/html; charset=utf-8"),
            (_, WebConfigMiddleware.HealthPath) => WriteAsync(context, HttpStatusCode.OK, "Healthy.\n"u8.ToArray()),
            (_, "/-/ready") when monitor.Ready.IsCompleted => WriteAsync(context, HttpStatusCode.OK, "Ready.\n"u8.ToArray()),
            (_, "/-/ready") => WriteAsync(context, HttpStatusCode.ServiceUnavailable, "Still reading the kernel log of before the start.\n"u8.ToArray()),
            _ => NotFoundAsync(context),
        });

        Task NotFoundAsync(HttpContext context) => WriteAsync(context, HttpStatusCode.NotFound, Encoding.UTF8.GetBytes($"Not found. Metrics are at {options.Web.TelemetryPath}.\n"));
    }

    private static async Task WriteAsync(HttpContext context, HttpStatusCode status, byte[] body, string type = "text/plain; charset=utf-8")
    {
        context.Response.StatusCode = (int)status;
        context.Response.ContentType = type;
        context.Response.Headers.XContentTypeOptions = "nosniff";
        if (status == HttpStatusCode.MethodNotAllowed)
            context.Response.Headers.Allow = "GET, HEAD";
        context.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }

    [LoggerMessage(EventIds.EffectiveConfiguration, LogLevel.Debug, "Configuration in force: {Configuration}")]
    private static partial void LogConfiguration(ILogger logger, string configuration);

    [LoggerMessage(EventIds.Listening, LogLevel.Information, "Listening on {Addresses}, metrics at {Path}")]
    private static partial void LogListening(ILogger logger, string addresses, string path);

    [LoggerMessage(EventIds.CannotListen, LogLevel.Error, "Can't listen on {Addresses}: {Reason}")]
    private static partial void LogCannotListen(ILogger logger, string addresses, string reason);

    [LoggerMessage(EventIds.HealsUnheard, LogLevel.Error, "Metrics are served to nobody until the next start; the local loop watches and heals on, and the console is answered")]
    private static partial void LogHealsUnheard(ILogger logger);

    [LoggerMessage(EventIds.Stopping, LogLevel.Information, "Stopping")]
    private static partial void LogStopping(ILogger logger);
}
