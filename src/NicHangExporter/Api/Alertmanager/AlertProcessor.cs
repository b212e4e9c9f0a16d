using NicHangExporter.Hosting;
using NicHangExporter.Metrics;
using NicHangExporter.Options;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Policy;
using NicHangExporter.Text;

namespace NicHangExporter.Api.Alertmanager;

/// <summary>
/// Requests remediations for accepted alerts, after Alertmanager has its answer. Pending alerts are in the journal, so
/// a restart loses none. Each is checked again before a request: the hang may have ended. Without an alert that waits
/// for something it does nothing.
/// </summary>
internal sealed partial class AlertProcessor(
    ExporterOptions options, RemediationStore store, Remediator remediator, HangSignals evidence,
    ExporterMetrics metrics, TimeProvider clock,
    ILogger<AlertProcessor> logger) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The interval of requests that were declined for a reason that passes, such as another remediation in progress or
    /// a pause. It does not grow, because nobody knows when the reason passes.
    /// </summary>
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<AlertedDevice,
        (RemediationTicket Ticket, LiveHang Hang, List<AcceptedAlert> Alerts)> _inProgress = [];
    private readonly Dictionary<AlertedDevice, (TimeSpan Due, List<AcceptedAlert> Alerts)> _putOff = [];
    private readonly Dictionary<AlertedDevice, (string Episode, List<AcceptedAlert> Alerts)> _leftToTheDriver = [];
    private readonly long _since = clock.GetTimestamp();
    private Task _running = Task.CompletedTask;
    private PacedLoop? _loop;

    /// <summary>Starts the loop. Before the journal is read, nothing is pending.</summary>
    public void Start()
    {
        _loop = new PacedLoop(HasWork, _ => Guard(Step), Interval, clock);
        store.Changed += _loop.Wake;
        _running = Task.Run(() => _loop.RunAsync(_stop.Token));
    }

    /// <summary>
    /// Stops the loop. Pending alerts stay pending for the next start. A hung disk delays the stop by no more than the
    /// timeout.
    /// </summary>
    public async Task StopAsync(TimeSpan deadline)
    {
        await _stop.CancelAsync();
        await Task.WhenAny(_running, Task.Delay(deadline, clock));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_loop is { } loop)
            store.Changed -= loop.Wake;
        _stop.Dispose();
    }

    private TimeSpan Now => clock.GetElapsedTime(0);

    // Only pending alerts begin something: the rest changes in the loop's own step.
    private bool HasWork() =>
        _inProgress.Count > 0 || _putOff.Count > 0 || _leftToTheDriver.Count > 0
        || store.State.Alerts.Any(alert => alert.Pending);

    /// <summary>Handles every pending alert and every request in progress once.</summary>
    internal void Step()
    {
        var pending = store.State.Alerts.Where(alert => alert.Pending).GroupBy(AlertedDevice.Of)
            .ToDictionary(alerts => alerts.Key, alerts => alerts.ToList());
        foreach (var (device, (ticket, hang, alerts)) in _inProgress.ToList())
        {
            // Alerts that have arrived since are answered by the same remediation.
            alerts.AddRange(News(pending, device, alerts));
            if (!ticket.Outcome.IsCompleted)
                continue;
            _inProgress.Remove(device);
            Settle(device, hang, alerts, ticket.Outcome.Result);
        }
        foreach (var (device, (episode, alerts)) in _leftToTheDriver.ToList())
        {
            var hang = Find(device);
            if (hang is { RecoversByItself: true } && hang.Id == episode)
                continue;
            _leftToTheDriver.Remove(device);
            // The driver does not recover it any more. To Alertmanager it may be the same alert, so nobody else
            // requests again.
            if (hang?.Id == episode && !_inProgress.ContainsKey(device) && !_putOff.ContainsKey(device))
                Ask(device, alerts);
        }
        foreach (var (device, (due, alerts)) in _putOff.ToList())
        {
            // The decision on earlier alerts need not be right for a new one. If the hang has ended, there is nothing
            // to wait for.
            var news = News(pending, device, alerts);
            alerts.AddRange(news);
            if ((news.Count > 0 || Now >= due || Find(device) is null) && _putOff.Remove(device))
                Ask(device, alerts);
        }
        foreach (var (device, alerts) in pending)
            Ask(device, alerts);
    }

    // The alerts of a device that have arrived since; they wait for the next look at the device.
    private static List<AcceptedAlert> News(Dictionary<AlertedDevice, List<AcceptedAlert>> pending,
        AlertedDevice device, List<AcceptedAlert> known) =>
        pending.Remove(device, out var all) ? [.. all.Except(known)] : [];

    private LiveHang? Find(AlertedDevice device) => evidence.Live.FirstOrDefault(device.IsMeantBy);

    private void Ask(AlertedDevice device, List<AcceptedAlert> alerts)
    {
        if (Find(device) is not { } hang)
        {
            // After a restart the hang must be reported again. It is reported within an episode's gap, or it has ended.
            if (clock.GetElapsedTime(_since) > options.Detection.EpisodeGap)
                Answer(device, alerts,
                    new JournalEntry(JournalEvent.Answered)
                    {
                        Declined = DeclineReason.NotHung,
                        Reason = $"no hang of {device.Name} is seen any more"
                    });
            return;
        }
        // An alert confirms nothing: its cause may be one false report, or a storm of pause frames. An alert that waits
        // for confirmation is checked in each step.
        if (!hang.IsConfirmed)
            return;
        // The remediator would decline each request, and record it. The request is made when it can be accepted, if the
        // hang lasts that long.
        if (IsClosed)
        {
            _putOff[device] = (Now + AskAgain, alerts);
            return;
        }
        _inProgress[device] = (remediator.Submit(new RemediationRequest(hang.Device, RemediationTrigger.Webhook)
        {
            Bus = hang.Bus,
            Recover = !hang.RecoversByItself,
            Episode = hang.Id,
            Actor = alerts[^1].Actor,
            Reason = $"alert {alerts[^1].Key.Fingerprint}, firing since "
                + $"{alerts[^1].Key.StartsAt:yyyy-MM-dd'T'HH:mm:ss'Z'}",
        }), hang, alerts);
    }

    private bool IsClosed =>
        remediator.Status().Paused
        || (options.Remediation.Mode(RemediationTrigger.Webhook) == RemediationMode.Enforce && !store.IsWritable);

    private void Settle(AlertedDevice device, LiveHang hang, List<AcceptedAlert> alerts, RemediationOutcome outcome)
    {
        // A device that can't be read, or a thread that is stuck in the kernel: nothing was started. It is started
        // later, if the hang lasts that long. To Alertmanager the alert is a duplicate, so nobody else requests again.
        var isOpen = store.State.Alerts.Any(alert => alert.Pending
            && alerts.Exists(one => one.Identity == alert.Identity));
        if (PassesBy(outcome.Declined) || (outcome.Verdict == RemediationVerdict.Failed && isOpen))
            _putOff[device] = (Now + AskAgain, alerts);
        else if (outcome.Declined is not DeclineReason.ShuttingDown)
        {
            Answer(device, alerts,
                new JournalEntry(JournalEvent.Answered)
                {
                    Id = outcome.Id,
                    Verdict = outcome.Verdict,
                    Declined = outcome.Declined,
                    Reason = outcome.Explanation
                });
            if (hang.RecoversByItself)
                _leftToTheDriver[device] = (hang.Id, alerts);
        }
    }

    // A cool-down is not among them: it protects a device that passes traffic, and this hang has had its remediation.
    private static bool PassesBy(DeclineReason? reason) =>
        reason is DeclineReason.Busy or DeclineReason.JournalUnavailable or DeclineReason.Paused
            or DeclineReason.BootGrace or DeclineReason.Ambiguous or DeclineReason.Bond;

    private void Answer(AlertedDevice device, List<AcceptedAlert> alerts, JournalEntry answer)
    {
        // Usually the intent in the journal has answered them already.
        var open = store.State.Alerts.Where(alert => alert.Pending).Select(alert => alert.Identity).ToHashSet();
        List<AcceptedAlert> left = [.. alerts.Where(alert => open.Contains(alert.Identity))
            .Select(alert => new AcceptedAlert(alert.Key, alert.Device))];
        if (left.Count > 0)
            store.Record(answer with { Device = device.Name, Alerts = left });
        LogAnswered(alerts.Count, device.Name,
            answer.Declined is { } declined
            ? SnakeCase.Of(declined) : answer.Verdict is { } verdict ? SnakeCase.Of(verdict) : "none", answer.Reason
            ?? "");
    }

    /// <summary>
    /// The top of the loop. An error here is a bug; it is logged and counted, and the loop continues.
    /// </summary>
    private Task Guard(Action step)
    {
        try
        {
            step();
        }
#pragma warning disable CA1031 // What waits must not wait for ever because of one alert.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            metrics.MonitorFailures.Inc();
            LogFailed(exception);
        }
        return Task.CompletedTask;
    }

    /// <summary>
    /// The device of an alert: its name, and the bus address that it had when the alert was accepted (<see
    /// cref="AcceptedAlert.Bus"/>).
    /// </summary>
    private readonly record struct AlertedDevice(string Name, string? Bus)
    {
        public static AlertedDevice Of(AcceptedAlert alert) => new(alert.Device, alert.Bus);

        /// <summary>True for a hang of this device; false for one of another device that has the name now.</summary>
        public bool IsMeantBy(LiveHang hang) =>
            hang.Device.ToString() == Name && (Bus is null || hang.Bus.ToString() == Bus);
    }

    [LoggerMessage(EventIds.AlertAnswered, LogLevel.Information,
        "{Alerts} accepted alerts of {Device} are answered, {Outcome}: {Explanation}")]
    private partial void LogAnswered(int alerts, string device, string outcome, string explanation);

    [LoggerMessage(EventIds.AlertActionFailed, LogLevel.Error, "An unexpected error while acting on alerts")]
    private partial void LogFailed(Exception exception);
}
