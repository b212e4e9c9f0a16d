using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;
using NicHangExporter.Alerting;
using NicHangExporter.Api;
using NicHangExporter.Api.Alertmanager;
using NicHangExporter.Api.Auth;
using NicHangExporter.Detection;
using NicHangExporter.Logging;
using NicHangExporter.Metrics;
using NicHangExporter.Options;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Evidence;
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
        builder.Services.AddExporter(options, clock, metrics);
        builder.Services.AddServer(options);
        builder.Services.AddSingleton(log);

        var application = builder.Build();
        var services = application.Services;
        // Before everything that answers.
        application.Use((context, next) => ConnectionQuota.AnswerAsync(context, () => next(context)));
        application.Use(services.GetRequiredService<HostCheck>().InvokeAsync);
        if (services.GetRequiredService<WebConfigStore>().IsConfigured)
            application.Use(services.GetRequiredService<WebConfigMiddleware>().InvokeAsync);
        // Without a token file there is no API on the network: its paths are answered as any unknown path.
        var api = services.GetRequiredService<CredentialStore>().IsConfigured
            ? new ApiMiddleware(metrics.ApiRequests, clock, services.GetRequiredService<ILogger<ApiMiddleware>>())
            : null;
        application.UseApi(api);
        if (api is not null)
            application.MapApi(services.GetRequiredService<ApiHandlers>());
        application.MapPages(options.Web.TelemetryPath, services.GetRequiredService<MetricsEndpoint>(), services.GetRequiredService<HangMonitor>());
        return application;
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
        var local = application.Services.GetRequiredService<LocalApiServer>();
        var served = directory.Taken.ContinueWith(
            _ => local.StartAsync(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default).Unwrap();
        // Whoever sees the port finds the socket as well.
        if (directory.IsHeld)
            await served;
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
            await StopAsync(monitor, poller, remediator, local, actions, pusher);
            return 1;
        }
        LogListening(logger, string.Join(", ", application.Urls), options.Web.TelemetryPath);
        await application.WaitForShutdownAsync();
        LogStopping(logger);
        await StopAsync(monitor, poller, remediator, local, actions, pusher);
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

    private static async Task StopAsync(
        HangMonitor monitor, EthtoolPoller poller, Remediator remediator, LocalApiServer local, AlertProcessor actions, AlertDispatcher pusher)
    {
        poller.Stop();
        var pushed = pusher.StopAsync(StopPatience);
        var acted = actions.StopAsync(StopPatience);
        var settled = remediator.StopAsync(RemediationPatience);
        using var patience = new CancellationTokenSource(StopPatience);
        await monitor.StopAsync(patience.Token);
        await settled;
        using var farewell = new CancellationTokenSource(FarewellPatience);
        // Only now: a request on the socket that waits for a remediation gets its outcome.
        await local.StopAsync(farewell.Token);
        await Task.WhenAll(pushed, acted);
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
