using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting.Internal;
using NicHangExporter.Api;
using NicHangExporter.Hosting;
using NicHangExporter.Logging;
using NicHangExporter.Metrics;
using NicHangExporter.Options;
using NicHangExporter.Persistence.Control;
using NicHangExporter.Remediation;
using NicHangExporter.State;
using Serilog.Core;

namespace NicHangExporter.Cli;

/// <summary>
/// The API for one command on a host without a daemon: the same routes, journal and lock, without a listener. Only the
/// command causes a change; the local loop, alerts and drift do not.
/// </summary>
/// <param name="options">The options of the command.</param>
/// <param name="directory">The state directory; null for none.</param>
/// <param name="say">Writes a sentence about the progress to the terminal.</param>
internal sealed class OfflineHost(ExporterOptions options, string? directory, Action<string> say) : IRemediationApi
{
    private static readonly TimeSpan HistoryTimeout = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(10);

    // Longer than the helper may take.
    private static readonly TimeSpan PersistTimeout = TimeSpan.FromSeconds(20);

    private static readonly TimeProvider Clock = TimeProvider.System;

    private readonly ExporterOptions _options = options with
    {
        Paths = options.Paths with { StateDirectory = directory },
    };

    /// <inheritdoc/>
    /// <remarks>It only reads: nothing in the journal is settled, and the lock is not touched.</remarks>
    public async Task<ApiResponse<DeviceList>> GetDevicesAsync()
    {
        await using var services = Build(_options);
        var state = services.GetRequiredService<StateDirectory>();
        // A directory that was let go of is not taken again.
        state.Dispose();
        var status = services.GetRequiredService<Remediator>().ReadStatus();
        var isWritable = state.Path is { } path && StateDirectory.FaultOf(path) is null;
        return DeviceList.Of(status with { JournalWritable = isWritable });
    }

    /// <inheritdoc/>
    public Task<ApiResponse<RemediationResponse>> RemediateAsync(CreateRemediationRequest request) =>
        // A dry run needs no journal; a change without one is declined.
        ActAsync(needsJournal: false, watched: request.Device, api => api.RemediateAsync(request));

    /// <inheritdoc/>
    public Task<ApiResponse<RemediationResponse>> RollBackAsync(string device, RollbackRequest request) =>
        // A rollback does not depend on whether the device hangs.
        ActAsync(needsJournal: false, watched: null, api => api.RollBackAsync(device, request));

    /// <inheritdoc/>
    public Task<ApiResponse<PersistResponse>> PersistAsync(string device, PersistRequest request) =>
        ReadAsync(api => api.PersistAsync(device, request));

    /// <inheritdoc/>
    public Task<ApiResponse<UnpersistResponse>> UnpersistAsync(string device) =>
        ReadAsync(api => api.UnpersistAsync(device));

    /// <inheritdoc/>
    public Task<ApiResponse<PersistedList>> GetPersistedAsync() => ReadAsync(api => api.GetPersistedAsync());

    /// <inheritdoc/>
    public Task<ApiResponse<QuarantineResponse>> ClearQuarantineAsync(string device) =>
        ActAsync(needsJournal: true, watched: null, api => api.ClearQuarantineAsync(device));

    /// <inheritdoc/>
    public Task<ApiResponse<PauseResponse>> SetPausedAsync(bool paused) =>
        ActAsync(needsJournal: true, watched: null, api => api.SetPausedAsync(paused));

    // Persistence changes no device and needs nothing of the state directory but what was decided.
    private async Task<ApiResponse<T>> ReadAsync<T>(Func<IRemediationApi, Task<ApiResponse<T>>> command)
        where T : class
    {
        await using var services = Build(_options);
        // A directory that was let go of is not taken again.
        services.GetRequiredService<StateDirectory>().Dispose();
        _ = services.GetRequiredService<Remediator>().ReadStatus();
        using var client = new ApiClient(new InProcessHandler(Pipeline(services), services), Clock);
        return await command(client);
    }

    private async Task<ApiResponse<T>> ActAsync<T>(
        bool needsJournal, string? watched, Func<IRemediationApi, Task<ApiResponse<T>>> command)
        where T : class
    {
        // A status shows the configured modes; a command must not make anything else act.
        var off = _options.Remediation with
        {
            Local = RemediationMode.Off,
            Webhook = RemediationMode.Off,
            Api = RemediationMode.Off,
        };
        await using var services = Build(_options with { Remediation = off });
        if (Take(services.GetRequiredService<StateDirectory>(), needsJournal) is { } refusal)
            return refusal;
        // A session that came over the device itself ends with the change. The change is completed, and undone if it
        // did harm.
        using var hangUp = Ignore(PosixSignal.SIGHUP);
        using var interrupt = Ignore(PosixSignal.SIGINT);
        using var terminate = Ignore(PosixSignal.SIGTERM);
        using var quit = Ignore(PosixSignal.SIGQUIT);
        using var stop = Ignore(PosixSignal.SIGTSTP);
        var remediator = services.GetRequiredService<Remediator>();
        services.GetRequiredService<RemediationWorker>().Start();
        var persister = services.GetRequiredService<OutcomePersister>();
        persister.Start();
        remediator.Start();
        // The kernel log, which tells whether the device hangs, is readable by root only.
        var watch = watched is not null && Environment.IsPrivilegedProcess ? HangWatch.Of(services, say) : null;
        if (watch is not null)
            await watch.StartAsync(HistoryTimeout);
        try
        {
            await Task.WhenAny(remediator.Ready, Task.Delay(_options.Remediation.Deadline, Clock));
            if (!remediator.Ready.IsCompleted)
                return Problem(
                    ApiProblem.Stuck,
                    "a command to the kernel does not return (something holds RTNL), so nothing can be changed now; "
                    + "if that lasts, only a reboot helps");
            if (watch is not null)
                await watch.WaitAsync(watched!);
            using var client = new ApiClient(new InProcessHandler(Pipeline(services), services), Clock);
            return await command(client);
        }
        finally
        {
            watch?.StopPolling();
            await remediator.StopAsync(StopTimeout);
            await persister.StopAsync(PersistTimeout);
            if (watch is not null)
                await watch.StopAsync();
        }

        PosixSignalRegistration Ignore(PosixSignal signal) => PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            say("a change that has begun is brought to its end; then this ends");
        });
    }

    // A change without a journal is declined, so without a directory only a dry run makes sense.
    private static ProblemResponse? Take(StateDirectory directory, bool needsJournal)
    {
        if (directory.Path is not { } path)
            return needsJournal
                ? Problem(ApiProblem.Unreadable,
                    "no daemon runs, and without --state.directory nothing would remember this command")
                : null;
        if (directory.TryTake())
            return null;
        return Problem(ApiProblem.Unreadable, $"{path} can't be taken, and no daemon answers at its socket: "
            + $"another process holds it, or it is not writable ({directory.Failure}). Nothing was done.");
    }

    private static ProblemResponse Problem(ApiProblem problem, string detail) =>
        new(ApiProblem.TypePrefix + problem.Name, problem.Title, problem.Status, detail);

    private static ServiceProvider Build(ExporterOptions options)
    {
        var metrics = new ExporterMetrics();
        var services = new ServiceCollection();
        // By a factory, so that it is disposed with the services: that writes what is still in its queue.
        services.AddSingleton(_ => LoggingSetup.Create(options, Clock, () => metrics.LogDropped.Inc()));
        services.AddSingleton<ILoggerProvider>(all => new LogProvider(all.GetRequiredService<Logger>(), Clock));
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace));
        services.AddExporter(options, Clock, metrics);
        services.AddApiHandlers();
        services.AddApi<OfflineCallerHandler>();
        services.AddSingleton<IHostApplicationLifetime, ApplicationLifetime>();
        services.AddSingleton(new DiagnosticListener("nic-hang-exporter"));
        return services.BuildServiceProvider();
    }

    // The pipeline of LocalApiServer, without a server.
    private static RequestDelegate Pipeline(ServiceProvider services)
    {
        var application = new ApplicationBuilder(services);
        application.UseApi(
            new ApiMiddleware(requests: null, Clock, services.GetRequiredService<ILogger<ApiMiddleware>>()));
        application.UseEndpoints(endpoints => endpoints.MapApi(services.GetRequiredService<ApiHandlers>()));
        return application.Build();
    }
}
