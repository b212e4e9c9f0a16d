using System.Net;
using NicHangExporter.Hosting;
using NicHangExporter.Metrics;
using NicHangExporter.Options;
using NicHangExporter.Remediation;

namespace NicHangExporter.Alerting;

/// <summary>
/// Pushes hang episodes to the configured Alertmanagers, each in a loop of its own. Neither detection nor remediation
/// waits for it. It does nothing if no Alertmanager is configured, or without a hang and an alert to send.
/// </summary>
internal sealed partial class AlertDispatcher(
    ExporterOptions options, PendingAlertStore store, HangSignals signals, ExporterMetrics metrics, TimeProvider clock,
    ILogger<AlertDispatcher> logger) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop = new();
    private readonly NameLookup _names = new(Dns.GetHostAddresses, clock);
    private List<PacedLoop> _loops = [];
    private Task _running = Task.CompletedTask;

    /// <summary>Starts the loops. The state directory must be held already.</summary>
    public void Start()
    {
        if (options.Alerting.Alertmanagers.Count == 0)
            return;
        store.Open();
        var connection = new AlertmanagerConnection(options, _names, clock);
        _loops =
        [
            .. options.Alerting.Alertmanagers
                .Select(url => new AlertmanagerClient(
                    url, store, connection, connection.Open, options, metrics, clock, logger))
                .Select(client => NewLoop(() => store.HasWork, client.StepAsync)),
            NewLoop(() => signals.Live.Count > 0 || store.HasWork, UpdateAsync),
        ];
        signals.Shown += Wake;
        _running = Task.WhenAll([.. _loops.Select(loop => Task.Run(() => loop.RunAsync(_stop.Token)))]);
    }

    /// <summary>Ends the loops and saves the alerts that are still to be sent.</summary>
    /// <param name="deadline">The longest wait for the disk.</param>
    public async Task StopAsync(TimeSpan deadline)
    {
        await _stop.CancelAsync();
        var saved = _running.ContinueWith(
            _ => store.SaveIfDue(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        await Task.WhenAny(saved, Task.Delay(deadline, clock));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        signals.Shown -= Wake;
        _names.Dispose();
        _stop.Dispose();
    }

    private Task UpdateAsync(CancellationToken stop)
    {
        store.Update();
        // It may have begun the first alert.
        Wake();
        return Task.CompletedTask;
    }

    private void Wake() => _loops.ForEach(loop => loop.Wake());

    private PacedLoop NewLoop(Func<bool> hasWork, Func<CancellationToken, Task> step) =>
        new(hasWork, stop => GuardAsync(step, stop), Interval, clock);

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
