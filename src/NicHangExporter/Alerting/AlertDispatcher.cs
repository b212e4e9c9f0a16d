using System.Net;
using NicHangExporter.Hosting;
using NicHangExporter.Metrics;
using NicHangExporter.Options;

namespace NicHangExporter.Alerting;

/// <summary>
/// Pushes hang episodes to the configured Alertmanagers, each in a loop of its own, none of which anybody waits for: not the watch, not the door. Without
/// any it does nothing at all.
/// </summary>
internal sealed partial class AlertDispatcher(ExporterOptions options, PendingAlertStore book, ExporterMetrics metrics, TimeProvider clock, ILogger<AlertDispatcher> logger) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop = new();
    private readonly NameLookup _names = new(Dns.GetHostAddresses, clock);
    private Task _loops = Task.CompletedTask;

    /// <summary>Begins. The state directory must be held by now.</summary>
    public void Start()
    {
        if (options.Alerting.Alertmanagers.Count == 0)
            return;
        book.Open();
        var connection = new PushConnection(options, _names, clock);
        var pushes = options.Alerting.Alertmanagers.Select(url => new AlertmanagerClient(url, book, connection, connection.Open, options, metrics, clock, logger)).ToList();
        _loops = Task.WhenAll(
            [.. pushes.Select(push => Task.Run(() => RunAsync(push.StepAsync, _stop.Token))), Task.Run(() => RunAsync(Look, _stop.Token))]);
    }

    /// <summary>Ends, and keeps what is still to be told for the next start. Waits for the disk no longer than the deadline.</summary>
    public async Task StopAsync(TimeSpan deadline)
    {
        await _stop.CancelAsync();
        await Task.WhenAny(_loops.ContinueWith(_ => book.SaveIfDue(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default), Task.Delay(deadline, clock));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _names.Dispose();
        _stop.Dispose();
    }

    private Task Look(CancellationToken stop)
    {
        book.Look();
        return Task.CompletedTask;
    }

    private async Task RunAsync(Func<CancellationToken, Task> step, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
                await GuardAsync(step, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The program ends.
        }
    }

    /// <summary>The top of a loop: an error here is a fault of ours. It is logged and counted, and the loop goes on.</summary>
    private async Task GuardAsync(Func<CancellationToken, Task> step, CancellationToken stop)
    {
        try
        {
            await step(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // The next alert may go through all the same.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            metrics.MonitorFailures.Inc();
            LogFailed(exception);
        }
    }

    [LoggerMessage(EventIds.PushLoopFailed, LogLevel.Error, "An unexpected error while pushing alerts")]
    private partial void LogFailed(Exception exception);
}
