using NicHangExporter.Hosting;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Metrics;
using NicHangExporter.Options;
using NicHangExporter.Remediation;

namespace NicHangExporter.Detection;

/// <summary>
/// The detection loop: takes the events of the kernel log, samples the devices and saves the state. It runs on a thread
/// of its own and never waits for the thread pool, which may be busy on a host without network. Only this thread uses
/// the devices, so nothing is locked.
/// </summary>
internal sealed partial class HangMonitor : IDisposable
{
    private readonly ExporterOptions _options;
    private readonly KernelLogWatcher _log;
    private readonly StateStore _store;
    private readonly ExporterMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly ILogger<HangMonitor> _logger;
    private readonly StateSaver _saver;
    private readonly EpisodeTracker _episodes;
    private readonly string? _bootId;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Thread? _thread;
    private TimeSpan _maxWait;

    public HangMonitor(
        ExporterOptions options, KernelLogWatcher log, DeviceInventory inventory, NetDevSource counters,
        EthtoolPoller ethtool, StateStore store, Remediator remediator, HangSignals signals, ExporterMetrics metrics,
        TimeProvider clock, ILogger<HangMonitor> logger)
    {
        (_options, _log, _store, _metrics, _clock, _logger) = (options, log, store, metrics, clock, logger);
        _saver = new StateSaver(store, Guard);
        _episodes = new EpisodeTracker(options, inventory, counters, ethtool,
            new HangReporter(options, remediator, signals, clock), _saver, metrics, clock, logger);
        _bootId = BootId.Read(options.Paths.Procfs);
    }

    /// <summary>Completes when the history of the kernel log is counted and every known device has its
    /// series.</summary>
    public Task Ready => _ready.Task;

    /// <summary>Starts the thread. A background thread: the process must be able to end while it waits for a
    /// disk.</summary>
    /// <param name="beat">Called by the thread in each round of its loop, which begins with <see cref="Ready"/>: a
    /// sign that detection is not stuck. It must not block.</param>
    /// <param name="beatInterval">How often it is called at least; null for each sample.</param>
    public void Start(Action? beat = null, TimeSpan? beatInterval = null)
    {
        _maxWait = beatInterval ?? _options.Detection.SampleInterval;
        _thread = new Thread(() => Run(beat ?? (() => { }))) { IsBackground = true, Name = "monitor" };
        _thread.Start();
    }

    /// <summary>Ends the loop and saves the state.</summary>
    /// <param name="timeout">Ends the wait for the disk.</param>
    public Task StopAsync(CancellationToken timeout)
    {
        _stop.Cancel();
        return _thread is null
            ? Task.CompletedTask
            : Task.WhenAny(_ended.Task, Task.Delay(Timeout.InfiniteTimeSpan, _clock, timeout));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Cancel();
        if (_thread is not null && !_ended.Task.IsCompleted)
            return;
        _stop.Dispose();
        _episodes.Dispose();
    }

    /// <summary>Restores the state and starts to read the kernel log.</summary>
    internal void Begin(CancellationToken stop)
    {
        MonitorState? restored = null;
        var sameBoot = false;
        // A fault of the state or of a device must not keep the log from being read.
        Guard(() =>
        {
            restored = _store.Open();
            sameBoot = restored?.BootId is not null && restored.BootId == _bootId;
            if (restored is not null)
                _episodes.Restore(restored, sameBoot);
            if (_store.IsOpen && _bootId is null)
                LogBootUnknown(_options.Paths.Procfs);
        });
        Guard(Sample);
        _log.Start(sameBoot ? new LogPosition(restored!.Position, restored.PositionTime) : default, stop);
    }

    /// <summary>Takes the events that wait, at most one queue of them: a flood must not keep the loop from the clock
    /// and the counters.</summary>
    internal void TakeEvents()
    {
        for (var left = KernelLogWatcher.EventsAhead; left > 0 && _log.Events.TryRead(out var item); left--)
            _episodes.Take(item);
        _episodes.Publish();
    }

    /// <inheritdoc cref="EpisodeTracker.EndHistory"/>
    internal void EndHistory() => _episodes.EndHistory();

    /// <inheritdoc cref="EpisodeTracker.Sample"/>
    internal void Sample() => _episodes.Sample();

    /// <inheritdoc cref="EpisodeTracker.RecheckAt"/>
    internal TimeSpan? RecheckAt => _episodes.RecheckAt;

    /// <inheritdoc cref="EpisodeTracker.Recheck"/>
    internal void Recheck() => _episodes.Recheck();

    /// <summary>The state as it is to be saved: the counts, and the position in the log that belongs to them.</summary>
    internal MonitorState State()
    {
        var position = _log.Settle(TakeEvents);
        return new MonitorState
        {
            Version = MonitorState.CurrentVersion,
            BootId = _bootId,
            Position = position.Sequence,
            PositionTime = position.Time,
            Devices = _episodes.DeviceStates(),
            Unattributed = _episodes.UnattributedStates(),
        };
    }

    private void Run(Action beat)
    {
        var stop = _stop.Token;
        using var waking = stop.Register(_log.Events.Wake);
        Guard(() => Begin(stop));
        while (!_log.CaughtUp.IsCompleted && !stop.IsCancellationRequested)
        {
            _log.Events.WaitForNews(null);
            Guard(TakeEvents);
        }
        Guard(TakeEvents);
        Guard(EndHistory);
        _ready.TrySetResult();
        Repeat(beat, stop);
        _saver.Finish(State);
        _ended.TrySetResult();
    }

    // Allocates nothing in a second in which nothing happens, so the steps are delegates that exist already.
    private void Repeat(Action beat, CancellationToken stop)
    {
        Action takeEvents = TakeEvents, sample = Sample, recheck = Recheck;
        Func<MonitorState> state = State;
        Action save = () => _saver.SaveIfDue(_clock.GetUptime(), state);
        for (var next = _clock.GetUptime() + _options.Detection.SampleInterval; !stop.IsCancellationRequested;)
        {
            beat();
            var now = _clock.GetUptime();
            var recheckAt = _episodes.RecheckAt;
            var wait = (recheckAt < next ? recheckAt.Value : next) - now;
            _log.Events.WaitForNews(wait < _maxWait ? wait : _maxWait);
            Guard(takeEvents);
            if (_clock.GetUptime() < next)
            {
                if (recheckAt <= _clock.GetUptime())
                    Guard(recheck);
                continue;
            }
            Guard(sample);
            Guard(save);
            // One sample makes up for several that were missed.
            next += _options.Detection.SampleInterval;
            next = next > _clock.GetUptime() ? next : _clock.GetUptime();
        }
    }

    // An exception here is a fault of this program. It is logged and counted, and the loop goes on.
    private void Guard(Action step)
    {
        try
        {
            step();
        }
#pragma warning disable CA1031 // One bad record must not end the monitor.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _metrics.MonitorFailures.Inc();
            LogFailed(exception);
        }
    }

    [LoggerMessage(EventIds.BootUnknown, LogLevel.Warning,
        "The boot_id can't be read below {Path}, so the saved position in the kernel log can't be used after a "
        + "restart: the records in the ring count again, as history")]
    private partial void LogBootUnknown(string path);

    [LoggerMessage(EventIds.MonitorFailed, LogLevel.Error, "Unexpected error in the hang monitor, which goes on")]
    private partial void LogFailed(Exception exception);
}
