using NicHangExporter.Hosting;
using NicHangExporter.Metrics;
using NicHangExporter.Options;
using NicHangExporter.Remediation;
using NicHangExporter.State;

namespace NicHangExporter.Alerting;

/// <summary>
/// Keeps the alerts that are still to be sent, in memory and in <c>alerts.json</c> of the state directory: most hangs
/// end with a power cycle, and their alerts must survive it. Without a directory, or with one that can't be used, the
/// alerts live as long as the process. Any thread may call it.
/// </summary>
internal sealed partial class PendingAlertStore(
    ExporterOptions options, HangSignals signals, StateDirectory directory, ExporterMetrics metrics, TimeProvider clock,
    ILogger<PendingAlertStore> logger)
{
    private const string FileName = "alerts.json";

    /// <summary>Far more than the most alerts take.</summary>
    private const int MaxBytes = 1 << 20;

    /// <summary>How often the time of a hang in progress is saved.</summary>
    private static readonly TimeSpan SaveInterval = TimeSpan.FromMinutes(1);

    /// <summary>How soon a failed write is retried.</summary>
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly List<string> _urls = [.. options.Alerting.Alertmanagers.Select(url => url.ToString())];
    private readonly long _since = clock.GetTimestamp();
    private IReadOnlyList<OutgoingAlert> _alerts = [];
    private long _savedAt;
    private bool _isChanged;
    private bool _isFailing;

    // The file has been read. Only then it may be overwritten.
    private bool _isOpen;

    /// <summary>The alerts as they are now.</summary>
    public IReadOnlyList<OutgoingAlert> Alerts
    {
        get
        {
            lock (_lock)
                return _alerts;
        }
    }

    /// <summary>True if there is an alert, or a change that is not saved.</summary>
    public bool HasWork
    {
        get
        {
            lock (_lock)
                return _alerts.Count > 0 || _isChanged;
        }
    }

    /// <summary>Reads the alerts that an earlier process could not send. The state directory must be held
    /// already.</summary>
    public void Open()
    {
        if (directory.Path is not { } home || !directory.IsHeld)
            return;
        var path = Path.Combine(home, FileName);
        try
        {
            var alerts = StateFile.Read(path, MaxBytes, AlertJson.Read, out var damage) ?? [];
            if (damage is not null)
                LogSetAside(path, StateFile.SetAside(path, clock), damage);
            lock (_lock)
                _alerts = [.. alerts
                    .Select(WithUrls)
                    .Where(alert => !AlertSchedule.IsDone(alert))
                    .Take(AlertSchedule.MaxAlerts)];
            _isOpen = true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The file exists and is not damaged. It stays as it is.
            LogUnusable(path, exception.Message.Split('\n')[0]);
        }
    }

    /// <summary>Updates the alerts by the live hangs, and saves what has changed. Waits for the disk only.</summary>
    public void Update()
    {
        var now = clock.GetUtcNow();
        var isSettling = clock.GetElapsedTime(_since) <= options.Detection.EpisodeGap;
        lock (_lock)
        {
            var after = AlertSchedule.Observe(_alerts, signals.Live, _urls, now, isSettling);
            _isChanged |= !after.Select(Essence).SequenceEqual(_alerts.Select(Essence));
            _alerts = after;
            if (_urls.Count > 0)
                metrics.AlertsBuffered.Set(after.Count(alert => AlertSchedule.IsWaiting(alert, now)));
        }
        SaveIfDue();
    }

    /// <summary>What that Alertmanager is to be sent now.</summary>
    public IReadOnlyList<DueAlert> Due(string url)
    {
        var now = clock.GetUtcNow();
        var due = new List<DueAlert>();
        foreach (var alert in Alerts)
            if (AlertSchedule.Due(alert, url, now) is { } status)
                due.Add(new DueAlert(alert, status));
        return due;
    }

    /// <summary>The Alertmanager has accepted these alerts.</summary>
    public void Taken(string url, IReadOnlyList<DueAlert> sent)
    {
        var now = clock.GetUtcNow();
        lock (_lock)
        {
            _alerts = [.. _alerts
                .Select(alert => sent.FirstOrDefault(one => IsSame(one.Alert, alert)) is { Alert: not null } one
                    ? AlertSchedule.Taken(alert, url, one.Status, now)
                    : alert)
                .Where(alert => !AlertSchedule.IsDone(alert))];
            _isChanged = true;
        }
    }

    /// <summary>Saves what has changed since the last save.</summary>
    public void SaveIfDue()
    {
        IReadOnlyList<OutgoingAlert> alerts;
        lock (_lock)
        {
            if (_isFailing && clock.GetElapsedTime(_savedAt) < RetryInterval)
                return;
            var isHanging = _alerts.Any(alert => alert.Over is null);
            if (!_isChanged && (!isHanging || clock.GetElapsedTime(_savedAt) < SaveInterval))
                return;
            (alerts, _isChanged, _savedAt) = (_alerts, false, clock.GetTimestamp());
        }
        if (directory.Path is { } home && _isOpen)
            Save(home, alerts);
    }

    private void Save(string home, IReadOnlyList<OutgoingAlert> alerts)
    {
        var path = Path.Combine(home, FileName);
        try
        {
            if (!directory.IsHeld)
                throw new IOException(directory.Failure ?? "the program ends");
            StateFile.Write(path, AlertJson.Write(alerts));
            _isFailing = false;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            if (!_isFailing)
                LogUnusable(path, exception.Message.Split('\n')[0]);
            _isFailing = true;
            lock (_lock)
                _isChanged = true;
        }
    }

    private static bool IsSame(OutgoingAlert? one, OutgoingAlert other) =>
        one?.Device == other.Device && one?.Driver == other.Driver;

    // The configuration may have changed. A new Alertmanager is sent what is in progress, a removed one nothing.
    private OutgoingAlert WithUrls(OutgoingAlert alert) => alert with
    {
        Progress = _urls
            .Where(url => alert.Over is null || alert.Progress.ContainsKey(url))
            .ToDictionary(
                url => url, url => alert.Progress.GetValueOrDefault(url) ?? new DeliveryProgress(alert.Start)),
    };

    // What changes each second is not worth a write each second.
    private static OutgoingAlert Essence(OutgoingAlert alert) => alert with { LastSeen = default };

    [LoggerMessage(EventIds.PushBufferUnusable, LogLevel.Warning,
        "The alerts that are still to be sent can't be kept in {Path}, so a restart loses them: {Reason}")]
    private partial void LogUnusable(string path, string reason);

    [LoggerMessage(EventIds.PushBufferSetAside, LogLevel.Error,
        "The alerts in {Path} can't be used and the file was renamed to {Aside}; alerts that were still to be sent are "
        + "lost: {Reason}")]
    private partial void LogSetAside(string path, string aside, string reason);
}
