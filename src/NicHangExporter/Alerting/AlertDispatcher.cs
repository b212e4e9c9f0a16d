using System.Net;
using NicHangExporter.Hosting;
using NicHangExporter.Metrics;
using NicHangExporter.Options;

namespace NicHangExporter.Alerting;

/// <summary>
/// Pushes hang episodes to the configured Alertmanagers, each in a loop of its own. Neither detection nor remediation
/// waits for it. It does nothing if no Alertmanager is configured.
/// </summary>
internal sealed partial class AlertDispatcher(
    ExporterOptions options, PendingAlertStore store, ExporterMetrics metrics, TimeProvider clock,
    ILogger<AlertDispatcher> logger) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop = new();
    private readonly NameLookup _names = new(Dns.GetHostAddresses, clock);
    private Task _loops = Task.CompletedTask;

    /// <summary>Starts the loops. The state directory must be held already.</summary>
    public void Start()
    {
        if (options.Alerting.Alertmanagers.Count == 0)
            return;
        store.Open();
        var connection = new AlertmanagerConnection(options, _names, clock);
        var steps = options.Alerting.Alertmanagers
            .Select(url => new AlertmanagerClient(
                url, store, connection, connection.Open, options, metrics, clock, logger))
            .Select(client => (Func<CancellationToken, Task>)client.StepAsync)
            .Append(UpdateAsync)
            .ToList();
        _loops = Task.WhenAll([.. steps.Select(step => Task.Run(() => RunAsync(step, _stop.Token)))]);
    }

    /// <summary>Ends the loops and saves the alerts that are still to be sent.</summary>
    /// <param name="deadline">The longest wait for the disk.</param>
    public async Task StopAsync(TimeSpan deadline)
    {
        await _stop.CancelAsync();
        var saved = _loops.ContinueWith(
            _ => store.SaveIfDue(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        await Task.WhenAny(saved, Task.Delay(deadline, clock));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _names.Dispose();
        _stop.Dispose();
    }

    private Task UpdateAsync(CancellationToken stop)
    {
        store.Update();
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

    // An exception here is a fault of this program. It is logged and counted, and the loop goes on.
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

    [LoggerMessage(EventIds.PushLoopFailed, LogLevel.Error, "Unexpected error while pushing alerts")]
    private partial void LogFailed(Exception exception);
}
