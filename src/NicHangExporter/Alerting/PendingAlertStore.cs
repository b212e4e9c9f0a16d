using NicHangExporter.Hosting;
using NicHangExporter.Metrics;
using NicHangExporter.Options;
using NicHangExporter.Remediation;

namespace NicHangExporter.Alerting;

/// <summary>
/// Keeps the alerts that are still to be told to somebody, in memory and in <c>alerts.json</c> of the state directory: most hangs end with a power cycle, and
/// the news of them must not end with it. Without a directory, or with one that can't be used, they are told as far as this process lives. Any thread may ask.
/// </summary>
internal sealed partial class PendingAlertStore(
    ExporterOptions options, HangSignals evidence, StateDirectory directory, ExporterMetrics metrics, TimeProvider clock, ILogger<PendingAlertStore> logger)
{
    private const string FileName = "alerts.json";

    /// <summary>Far more than the most alerts take.</summary>
    private const int MaxBytes = 1 << 20;

    /// <summary>How often it is written down that a hang is still under way.</summary>
    private static readonly TimeSpan SaveInterval = TimeSpan.FromMinutes(1);

    /// <summary>How soon a disk that refuses is tried again.</summary>
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly List<string> _urls = [.. options.Alerting.Alertmanagers.Select(url => url.ToString())];
    private readonly long _since = clock.GetTimestamp();
    private IReadOnlyList<OutgoingAlert> _alerts = [];
    private long _saved;
    private bool _unsaved;
    private bool _failing;

    // What is in the file is here: only then it may be written over.
    private bool _isOpen;

    /// <summary>The alerts as they are now.</summary>
    public IReadOnlyList<OutgoingAlert> Alerts
    {
        get
        {
            lock (_gate)
                return _alerts;
        }
    }

    /// <summary>Takes up what an earlier process could not tell. The state directory must be held by now.</summary>
    public void Open()
    {
        if (directory.Path is not { } home || !directory.IsHeld)
            return;
        var path = Path.Combine(home, FileName);
        try
        {
            var alerts = StateFile.Read(path, MaxBytes, PushJson.Read, out var damage) ?? [];
            if (damage is not null)
                LogSetAside(path, StateFile.SetAside(path, clock), damage);
            lock (_gate)
                _alerts = [.. alerts.Select(WithUrls).Where(alert => !AlertSchedule.IsDone(alert)).Take(AlertSchedule.MaxAlerts)];
            _isOpen = true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It is there, and not damaged: it stays as it is, for whoever may read it.
            LogUnusable(path, exception.Message.Split('\n')[0]);
        }
    }

    /// <summary>Looks at the live hangs, and saves what has changed. It waits for the disk, and for nothing else.</summary>
    public void Look()
    {
        var now = clock.GetUtcNow();
        lock (_gate)
        {
            var after = AlertSchedule.Observe(_alerts, evidence.Live, _urls, now, clock.GetElapsedTime(_since) <= options.Detection.EpisodeGap);
            _unsaved |= !after.Select(Essence).SequenceEqual(_alerts.Select(Essence));
            _alerts = after;
            if (_urls.Count > 0)
                metrics.AlertsBuffered.Set(after.Count(alert => AlertSchedule.IsWaiting(alert, now)));
        }
        SaveIfDue();
    }

    /// <summary>What that Alertmanager is to be told now.</summary>
    public IReadOnlyList<(OutgoingAlert Alert, PushKind Kind)> Due(string url)
    {
        var now = clock.GetUtcNow();
        return [.. Alerts.Select(alert => (alert, AlertSchedule.Due(alert, url, now))).Where(pair => pair.Item2 is not null).Select(pair => (pair.alert, pair.Item2!.Value))];
    }

    /// <summary>It has taken them.</summary>
    public void Taken(string url, IReadOnlyList<(OutgoingAlert Alert, PushKind Kind)> told)
    {
        var now = clock.GetUtcNow();
        lock (_gate)
        {
            _alerts = [.. _alerts.Select(alert => told.FirstOrDefault(one => one.Alert.Device == alert.Device && one.Alert.Driver == alert.Driver) is { Alert: not null } one
                ? AlertSchedule.Taken(alert, url, one.Kind, now) : alert).Where(alert => !AlertSchedule.IsDone(alert))];
            _unsaved = true;
        }
    }

    /// <summary>Saves what has changed since the last time.</summary>
    public void SaveIfDue()
    {
        IReadOnlyList<OutgoingAlert> alerts;
        lock (_gate)
        {
            if (_failing && clock.GetElapsedTime(_saved) < RetryInterval)
                return;
            if (!_unsaved && (_alerts.All(alert => alert.Over is not null) || clock.GetElapsedTime(_saved) < SaveInterval))
                return;
            (alerts, _unsaved, _saved) = (_alerts, false, clock.GetTimestamp());
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
            StateFile.Write(path, PushJson.Write(alerts));
            _failing = false;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            if (!_failing)
                LogUnusable(path, exception.Message.Split('\n')[0]);
            _failing = true;
            lock (_gate)
                _unsaved = true;
        }
    }

    // The configuration may have changed since: who is new is told of what is under way, who is gone of nothing.
    private OutgoingAlert WithUrls(OutgoingAlert alert) => alert with
    {
        Progress = _urls.Where(url => alert.Over is null || alert.Progress.ContainsKey(url))
            .ToDictionary(url => url, url => alert.Progress.GetValueOrDefault(url) ?? new PushProgress(alert.Start)),
    };

    // What changes each second is not worth a write each second.
    private static OutgoingAlert Essence(OutgoingAlert alert) => alert with { LastSeen = default };

    [LoggerMessage(EventIds.PushBufferUnusable, LogLevel.Warning, "The alerts that are still to be told can't be kept in {Path}, so a restart forgets them: {Reason}")]
    private partial void LogUnusable(string path, string reason);

    [LoggerMessage(EventIds.PushBufferSetAside, LogLevel.Error, "The alerts in {Path} can't be used and were set aside as {Aside}; those that were still to be told are forgotten: {Reason}")]
    private partial void LogSetAside(string path, string aside, string reason);
}
