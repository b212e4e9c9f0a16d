using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using NicHangExporter.Alerting;
using NicHangExporter.Api;
using NicHangExporter.Api.Alertmanager;
using NicHangExporter.Api.Auth;
using NicHangExporter.Detection;
using NicHangExporter.Linux;
using NicHangExporter.Logging;
using NicHangExporter.Metrics;
using NicHangExporter.Options;
using NicHangExporter.Persistence.Control;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Evidence;
using NicHangExporter.State;
using NicHangExporter.Web;
using Serilog.Core;

namespace NicHangExporter.Hosting;

/// <summary>Builds, runs and stops the daemon.</summary>
internal static partial class ExporterHost
{
    /// <summary>
    /// The timeout of the server, and of the last write of the state. A stop may take five seconds; the log has the
    /// fifth.
    /// </summary>
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(2);

    /// <summary>The timeout of a step in progress: some drivers take seconds to bring a link up.</summary>
    private static readonly TimeSpan RemediationTimeout = TimeSpan.FromSeconds(10);

    /// <summary>How long the answers to the console may take after the remediator has stopped.</summary>
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long the start waits for the history of the kernel log: the first scrape should include it.
    /// </summary>
    private static readonly TimeSpan HistoryTimeout = TimeSpan.FromSeconds(5);

    /// <summary>How long the start waits for the first ethtool snapshot and the socket; both may never come.</summary>
    private static readonly TimeSpan SnapshotTimeout = TimeSpan.FromSeconds(1);

    /// <summary>How long threads are still busy after the start, as with the first write of the state.</summary>
    private static readonly TimeSpan StartTail = TimeSpan.FromSeconds(10);

    private const int ExitOfWrongUse = 2;

    /// <summary>Builds the application. It does nothing before <see cref="RunAsync"/>.</summary>
    public static WebApplication Build(ExporterOptions options, TimeProvider clock)
    {
        // An empty builder, so that settings come only from the options. The other builders look for appsettings.json
        // in the content root and watch that for changes, directory by directory: for "/" this takes one second of CPU
        // at the start, and the user's inotify watches.
        var metrics = new ExporterMetrics();
        var answersOnSocketThreads = SocketThreads.TryUse(options);
        var log = LoggingSetup.Create(options, clock, () => metrics.LogDropped.Inc());
        var builder = WebApplication.CreateEmptyBuilder(
            new WebApplicationOptions { ApplicationName = "nic-hang-exporter", ContentRootPath = "/" });
        builder.WebHost.UseKestrelCore();
        builder.Logging.SetMinimumLevel(LogLevel.Trace);
        builder.Logging.AddProvider(new LogProvider(log, clock));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            WebLimits.Set(kestrel.Limits);
            WebListeners.Add(kestrel, options.Web.ListenAddresses,
                kestrel.ApplicationServices.GetRequiredService<WebConfigStore>(), metrics);
        });
        builder.Services.AddSingleton<IMemoryPoolFactory<byte>, UnwatchedMemoryPools>();
        // A request is answered on the thread that has received it, without two switches of threads.
        builder.Services.Configure<SocketTransportOptions>(transport => transport.UnsafePreferInlineScheduling = true);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = StopTimeout);
        builder.Services.AddExporter(options, clock, metrics);
        builder.Services.AddServer(options);
        builder.Services.AddSingleton(log);

        var application = builder.Build();
        var services = application.Services;
        // The first, because every answer counts as a use of the connection.
        application.Use(ConnectionQuota.AnswerAsync);
        application.Use(services.GetRequiredService<HostCheck>().InvokeAsync);
        if (services.GetRequiredService<WebConfigStore>().IsConfigured)
            application.Use(services.GetRequiredService<WebConfigMiddleware>().InvokeAsync);
        application.UseMetrics(options.Web.TelemetryPath, services.GetRequiredService<MetricsEndpoint>().HandleAsync);
        if (answersOnSocketThreads)
            application.Use(SocketThreads.LeaveAsync);
        // Without a token file there is no API on the network: its paths are answered as any unknown path.
        var api = services.GetRequiredService<CredentialStore>().IsConfigured
            ? new ApiMiddleware(metrics.ApiRequests, clock, services.GetRequiredService<ILogger<ApiMiddleware>>())
            : null;
        application.UseApi(api);
        if (api is not null)
            application.MapApi(services.GetRequiredService<ApiHandlers>());
        application.MapPages(options.Web.TelemetryPath, services.GetRequiredService<HangMonitor>());
        return application;
    }

    /// <summary>
    /// Runs until a signal stops it. Returns the exit code: 0; 1 if an address can't be listened on; 2 if a mode is
    /// enforce and the state directory can't be used.
    /// </summary>
    public static async Task<int> RunAsync(WebApplication application)
    {
        var options = application.Services.GetRequiredService<ExporterOptions>();
        var monitor = application.Services.GetRequiredService<HangMonitor>();
        var clock = application.Services.GetRequiredService<TimeProvider>();
        var logger = application.Services.GetRequiredService<ILoggerFactory>().CreateLogger(nameof(ExporterHost));
        FlushAtTheEnd(application.Services.GetRequiredService<Logger>());
        // Checked before, as far as that is possible without taking the lock.
        var directory = application.Services.GetRequiredService<StateDirectory>();
        if (!directory.TryTake() && directory is { IsTakenByAnother: false, Failure: { } fault }
            && options.Remediation.Mode(RemediationTrigger.Drift) == RemediationMode.Enforce)
        {
            await Console.Error.WriteLineAsync($"nic-hang-exporter: {StateDirectory.Refusal(fault)}");
            return ExitOfWrongUse;
        }
        StartLog.Begin(logger);
        StartLog.WarnOfDeprecated(logger, ConfigurationWarnings.OfDeprecated(options));
        using var ignored = new IgnoredSignals(logger);
        if (logger.IsEnabled(LogLevel.Debug))
            LogConfiguration(logger,
                string.Join(' ', OptionTable.All.Select(option => $"{option.Name}={option.Show(options)}")));

        // The remediator starts before everything that submits requests to it, and nothing reads the state directory
        // before this process has its lock.
        application.Services.GetRequiredService<EpisodeRecorder>().Start();
        application.Services.GetRequiredService<RemediationWorker>().Start();
        var remediator = application.Services.GetRequiredService<Remediator>();
        var persister = application.Services.GetRequiredService<OutcomePersister>();
        persister.Start();
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
        // Before everything that uses the devices, so that none of them opens them twice. Reads only what waits for no
        // driver, or the monitor would not start while one hangs.
        application.Services.GetRequiredService<SettingsWatch>().Start();
        application.Services.GetRequiredService<DeviceWatcher>().Start();
        // The monitor starts first: messages from before the start must be in the first scrape. Later they would look
        // like an increase.
        var systemd = application.Services.GetRequiredService<ServiceManager>();
        application.Lifetime.ApplicationStopping.Register(systemd.Stopping);
        monitor.Start(systemd.Beat, systemd.CallInterval);
        // Then a snapshot, if RTNL is free: a first scrape without features would look like a failure.
        var poller = application.Services.GetRequiredService<EthtoolPoller>();
        poller.Start();
        application.Services.GetRequiredService<FileReloadService>().Start();
        await Task.WhenAny(monitor.Ready, Task.Delay(HistoryTimeout, clock));
        await Task.WhenAny(Task.WhenAll(poller.First, remediator.Ready), Task.Delay(SnapshotTimeout, clock));
        // Logged immediately, or when RTNL is released.
        _ = remediator.Ready.ContinueWith(_ =>
            StartLog.Tell(logger, remediator.Status(), ConfigurationWarnings.OfModes(options)),
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        _ = remediator.Ready.ContinueWith(_ =>
        {
            persister.Compare();
            application.Services.GetRequiredService<PersistenceMetrics>().Start();
        }, TaskScheduler.Default);
        // A socket in a state directory belongs to the process that holds its lock. So it is made when this process
        // takes the lock.
        var local = application.Services.GetRequiredService<LocalApiServer>();
        var served = directory.Taken.ContinueWith(_ => local.StartAsync(), CancellationToken.None,
            TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default).Unwrap();
        // A client that finds the port finds the socket, too, unless the disk of the state directory hangs.
        if (directory.IsHeld)
            await Task.WhenAny(served, Task.Delay(SnapshotTimeout, clock));
        try
        {
            await application.StartAsync();
        }
        catch (Exception exception) when (
            exception is IOException or System.Net.Sockets.SocketException or AddressInUseException)
        {
            LogCannotListen(logger, string.Join(", ", options.Web.ListenAddresses), exception.Message.Split('\n')[0]);
            // The local loop works without a listener: the address may be missing because of the hang itself.
            if (options.Remediation.Local == RemediationMode.Enforce)
            {
                LogHealsUnheard(logger);
                TellReady(systemd, monitor);
                await SignalAsync();
                LogStopping(logger);
            }
            // The socket accepts no alert from here on: nothing would handle it.
            application.Lifetime.StopApplication();
            await StopAsync(monitor, poller, remediator, persister, local, actions, pusher);
            return 1;
        }
        LogListening(logger, string.Join(", ", application.Urls), options.Web.TelemetryPath);
        TellReady(systemd, monitor);
        var shutdown = application.WaitForShutdownAsync();
        if (await Task.WhenAny(shutdown, Task.Delay(StartTail, clock)) != shutdown)
        {
            StartupPages.Release();
            // Frees what only the start needed: a scrape allocates little, so the next full collection may be hours
            // away. It reads the tables of the methods on all stacks, and the next one needs the same ones.
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }
        await shutdown;
        LogStopping(logger);
        await StopAsync(monitor, poller, remediator, persister, local, actions, pusher);
        return 0;
    }

    // Not before the monitor is in its loop. It reads the saved state before, and a slow disk is no reason to be
    // restarted by the watchdog, which counts from here on.
    private static void TellReady(ServiceManager systemd, HangMonitor monitor) =>
        _ = monitor.Ready.ContinueWith(_ => systemd.Ready(), CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

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

    // Log lines are in a queue, which ends with the process.
    private static void FlushAtTheEnd(Logger log)
    {
        AppDomain.CurrentDomain.UnhandledException += (_, _) => log.Dispose();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => log.Dispose();
    }

    private static async Task StopAsync(
        HangMonitor monitor, EthtoolPoller poller, Remediator remediator, OutcomePersister persister,
        LocalApiServer local, AlertProcessor actions, AlertDispatcher pusher)
    {
        poller.Stop();
        var pushed = pusher.StopAsync(StopTimeout);
        var acted = actions.StopAsync(StopTimeout);
        var settled = remediator.StopAsync(RemediationTimeout);
        using var timeout = new CancellationTokenSource(StopTimeout);
        await monitor.StopAsync(timeout.Token);
        await settled;
        await persister.StopAsync(StopTimeout);
        // The socket closes last: requests that wait for a remediation get its outcome.
        using var answers = new CancellationTokenSource(AnswerTimeout);
        await local.StopAsync(answers.Token);
        await Task.WhenAll(pushed, acted);
    }

    [LoggerMessage(EventIds.EffectiveConfiguration, LogLevel.Debug, "Configuration in force: {Configuration}")]
    private static partial void LogConfiguration(ILogger logger, string configuration);

    [LoggerMessage(EventIds.Listening, LogLevel.Information, "Listening on {Addresses}, metrics at {Path}")]
    private static partial void LogListening(ILogger logger, string addresses, string path);

    [LoggerMessage(EventIds.CannotListen, LogLevel.Error, "Can't listen on {Addresses}: {Reason}")]
    private static partial void LogCannotListen(ILogger logger, string addresses, string reason);

    [LoggerMessage(EventIds.HealsUnheard, LogLevel.Error,
        "Metrics are served to nobody until the next start; the local loop watches and heals on, and the console is "
        + "answered")]
    private static partial void LogHealsUnheard(ILogger logger);

    [LoggerMessage(EventIds.Stopping, LogLevel.Information, "Stopping")]
    private static partial void LogStopping(ILogger logger);
}
