using NicHangExporter.Detection.Episodes;
using NicHangExporter.Detection.Patterns;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Logging;
using NicHangExporter.Metrics;
using NicHangExporter.Options;
using NicHangExporter.Remediation;

namespace NicHangExporter.Detection;

/// <summary>
/// The loop that owns the episodes: it takes in what the kernel log and the transmit counters testify, at its own pace, and says what it
/// makes of it in metrics and log. It has a thread of its own and waits for nothing of the thread pool, which a cut-off host may well keep busy.
/// Only this thread touches the register, so nothing here is locked.
/// </summary>
internal sealed partial class HangMonitor(
    ExporterOptions options, KernelLogWatcher log, DeviceInventory inventory, EthtoolPoller ethtool, StateStore store,
    Remediator remediator, HangSignals evidence, ExporterMetrics metrics, TimeProvider clock, ILogger<HangMonitor> logger) : IDisposable
{
    /// <summary>tx_timeout moves only every few seconds in a hang; reading all queues of a large NIC each second would be waste.</summary>
    private static readonly TimeSpan TxTimeoutInterval = TimeSpan.FromSeconds(5);

    private readonly DeviceTable _register = new(metrics);
    private readonly Dictionary<(string Driver, string Origin), long> _unattributed = [];
    private readonly HashSet<DeviceTracker> _changed = [];
    private readonly LogThrottle _unattributedLog = new(clock);
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Thread? _thread;
    private TimeSpan _nextTxTimeouts;
    private bool _unsaved;
    private long _historyEvents;

    /// <summary>Done when the history of the kernel log is in the counts and every known device has its series.</summary>
    public Task Ready => _ready.Task;

    private TimeSpan Now => clock.GetElapsedTime(0);

    /// <summary>Starts the thread. A background thread: the process must be able to end while it waits for a disk.</summary>
    public void Start()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "monitor" };
        _thread.Start();
    }

    /// <summary>Ends the watch and saves the state, for which it waits no longer than there is patience.</summary>
    public Task StopAsync(CancellationToken patience)
    {
        _stop.Cancel();
        return _thread is null ? Task.CompletedTask : Task.WhenAny(_ended.Task, Task.Delay(Timeout.InfiniteTimeSpan, clock, patience));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Cancel();
        if (_thread is null || _ended.Task.IsCompleted)
            _stop.Dispose();
    }

    private void Run()
    {
        var stop = _stop.Token;
        using var waking = stop.Register(log.Events.Wake);
        Guard(() => Begin(stop));
        while (!log.CaughtUp.IsCompleted && !stop.IsCancellationRequested)
        {
            log.Events.WaitForNews(null);
            Guard(TakeEvents);
        }
        Guard(TakeEvents);
        Guard(EndHistory);
        _ready.TrySetResult();
        for (var next = Now + options.Detection.SampleInterval; !stop.IsCancellationRequested;)
        {
            log.Events.WaitForNews(next - Now);
            Guard(TakeEvents);
            if (Now < next)
                continue;
            Guard(Look);
            Guard(SaveIfDue);
            // Of the looks that were missed one is made up for.
            next = next + options.Detection.SampleInterval > Now ? next + options.Detection.SampleInterval : Now;
        }
        _saving.Wait(CancellationToken.None);
        Guard(() => store.Save(State()));
        _ended.TrySetResult();
    }

    internal void Begin(CancellationToken stop)
    {
        MonitorState? restored = null;
        var sameBoot = false;
        // Whatever is wrong with the state or the devices, the log is read.
        Guard(() =>
        {
            restored = store.Open();
            sameBoot = restored?.BootId is not null && restored.BootId == _bootId;
            if (restored is not null)
                Restore(restored, sameBoot);
            if (store.IsOpen && _bootId is null)
                LogBootUnknown(options.Paths.Procfs);
        });
        Guard(Look);
        log.Start(sameBoot ? new LogPosition(restored!.Position, restored.PositionTime) : default, stop);
    }

    internal void TakeEvents()
    {
        // As many as there can be at once and no more: a flood must not keep the loop from the clock and the counters.
        for (var left = KernelLogWatcher.EventsAhead; left > 0 && log.Events.TryRead(out var item); left--)
            Take(item);
        Publish();
    }

    private void Take(in KernelLogEvent item)
    {
        var message = item.Message;
        HangSource? witness = message.Kind switch
        {
            MessageKind.Hang => HangSource.Driver,
            MessageKind.Watchdog => HangSource.Watchdog,
            // One event is one reset, however many messages the driver has for it.
            MessageKind.Reset when !message.Pattern.Announces => HangSource.Reset,
            MessageKind.Fatal when message.Pattern.CountsAsHang => HangSource.Driver,
            _ => null,
        };
        if (witness is null && message.Kind is not (MessageKind.LinkUp or MessageKind.Recovered))
        {
            _register.Find(message)?.Remember(item.Line);
            return;
        }
        var device = _register.Find(message);
        if (device is null && witness is HangSource.Driver or HangSource.Watchdog)
        {
            // The device may have come since the last look.
            using (var open = inventory.Open())
                Survey(open);
            device = _register.Find(message);
        }
        if (device is null)
        {
            if (witness is HangSource.Driver or HangSource.Watchdog)
                Unattributed(item);
            return;
        }
        device.Remember(item.Line);
        if (item.IsReplay)
            _historyEvents++;
        if (witness is { } testimony)
            Observe(device, testimony, item.At, !item.IsReplay, item.IsHistory, message.DriverResets, message.Report,
                item.BySyslog);
        else if (message.Kind == MessageKind.Recovered)
            Recover(device, item.At, live: !item.IsReplay);
        else if (device.Episode is { Resets: > 0 } && HangEpisode.Continues(device.Episode, item.At, options.Detection.EpisodeGap))
            // The link is back after the driver's reset: only now could anything be sent again.
            Extend(device, item.At);
    }

    private void Unattributed(in KernelLogEvent item)
    {
        // Names from the log are not used as labels; the driver's name is one of our own table.
        var driver = item.Message.Pattern.Drivers is [var only] ? only : "other";
        CountUnattributed(driver, item.IsHistory ? MetricLabels.History : MetricLabels.Live, 1);
        if (!item.IsReplay && _unattributedLog.IsDue(1, out _))
            LogUnattributed(item.Message.Device.ToString(), item.Message.Bus.ToString(), item.Message.Driver ?? "");
    }

    private void CountUnattributed(string driver, string origin, long count)
    {
        _unattributed[(driver, origin)] = _unattributed.GetValueOrDefault((driver, origin)) + count;
        metrics.HangEventsUnattributed.WithLabels(driver, origin).Inc(count);
        _unsaved = true;
    }

    private void Observe(DeviceTracker device, HangSource witness, TimeSpan at, bool live, bool history = false, bool resets = false, HangReport? report = null,
        bool bySyslog = false)
    {
        var (before, wasLive, wasHanging) = (device.Episode, device.EpisodeIsLive, device.IsHanging);
        var begins = !HangEpisode.Continues(before, at, options.Detection.EpisodeGap);
        if (IsProvenOver(device))
            device.Answer();
        device.Observe(witness, at, live, history, Epoch(at), options.Detection.EpisodeGap, resets, aftermath: live && evidence.Of(device.Name, device.Bus).IsAftermath(at), bySyslog);
        device.Report = report ?? device.Report;
        Change(device);
        if (begins && before is { } over)
        {
            LogEnded(device, over, wasLive);
            EndBundle(device, over);
        }
        if (device.IsHanging && device.EpisodeId is null)
            BeginBundle(device);
        if (live && witness is HangSource.Driver or HangSource.Watchdog or HangSource.TxTimeout)
            RecordReport(device, witness, at);
        else if (live && witness == HangSource.Reset)
            ConsiderRemediation(device, isNews: true);
        if (begins && witness == HangSource.Paused)
            LogPaused(device.Name.ToString());
        // Also one that history had begun, or pause frames: this is when it becomes news.
        if (device.IsHanging && (begins || !wasHanging))
            LogEpisodeStarted(device.Name.ToString(), MetricLabels.Of(witness), device.Report is null ? "" : $": {device.Report}", device.Driver ?? "", device.Bus.ToString());
    }

    // Without a hang under way it says nothing, and after an action of ours it says nothing of what the driver does by itself.
    private void Recover(DeviceTracker device, TimeSpan at, bool live)
    {
        if (device.Episode is not { LastReport: not null } || !HangEpisode.Continues(device.Episode, at, options.Detection.EpisodeGap)
            || (live && evidence.Of(device.Name, device.Bus).IsAftermath(at)))
            return;
        device.Recover(at);
        Change(device);
    }

    private void Extend(DeviceTracker device, TimeSpan at)
    {
        device.Extend(at);
        Change(device);
    }

    // What was in the ring before the start is counted; whatever of it is over is over, and nothing of it is active.
    internal void EndHistory()
    {
        ExpireEpisodes();
        Publish();
        ReportHistory();
    }

    private void ReportHistory()
    {
        if (_historyEvents > 0)
            LogHistory(_historyEvents);
        _historyEvents = 0;
    }

    internal void Look()
    {
        var now = Now;
        using (var open = inventory.Open())
        {
            var pairs = Survey(open);
            var readTimeouts = now >= _nextTxTimeouts;
            if (readTimeouts)
                _nextTxTimeouts = now + TxTimeoutInterval;
            foreach (var (device, tracked) in pairs)
            {
                if (options.Collectors.Has(Collector.Stall))
                {
                    if (readTimeouts || tracked.Transmitter is { Verdict: not TxVerdict.Flowing })
                        LookAtTimeouts(device, tracked, now);
                    SampleTransmitter(device, tracked, now);
                }
                ConsiderRemediation(tracked, isNews: false);
            }
        }
        foreach (var device in _register.All)
            if (device.IsConfirmed && device.Transmitter is not { Verdict: TxVerdict.Stalled } && IsProvenOver(device) && device.Confirm(false))
                Change(device);
        ExpireEpisodes();
        Publish();
        // A log that could only be opened later has its history later.
        ReportHistory();
    }

    private List<(NetDevice Open, DeviceTracker Tracked)> Survey(OpenDevices open)
    {
        var pairs = _register.Update(open);
        foreach (var device in _register.All)
            // One that was pulled out while it stalled would else stall for ever.
            if (device.Present ? !device.IsPublished && HasSeries(device) : device.ForgetCounters())
                _changed.Add(device);
        return pairs;
    }

    private void ExpireEpisodes()
    {
        var now = Now;
        foreach (var device in _register.All)
            // A restored snapshot of the machine sets the clock back: what was remembered is ahead of it.
            if (device.Episode is { } episode && (episode.IsOver(now, options.Detection.EpisodeGap) || episode.Last > now + options.Detection.EpisodeGap))
            {
                LogEnded(device, episode, device.EpisodeIsLive);
                EndBundle(device, episode);
                device.End();
                Change(device);
            }
    }

    private void LogEnded(DeviceTracker device, in HangEpisode episode, bool live)
    {
        if (live && episode.Shape == HangShape.Paused)
            LogPauseEnded(device.Name.ToString(), Math.Round(episode.Duration.TotalSeconds, 1));
        else if (live)
            LogEpisodeEnded(device.Name.ToString(), MetricLabels.Of(episode.Shape), Math.Round(episode.Duration.TotalSeconds, 1),
                episode.DriverReports, episode.WatchdogReports, episode.Resets);
    }

    private void Change(DeviceTracker device)
    {
        _changed.Add(device);
        _unsaved = true;
    }

    private void Publish()
    {
        foreach (var device in _changed.Where(device => _register.OwnsItsName(device) && HasSeries(device)))
            device.Publish(metrics, Epoch);
        // A hang is also confirmed by the mere passing of time, and shown no more where its device goes: neither changes a series.
        if (_changed.Count > 0 || _register.All.Any(device => device.IsHanging))
            PublishLiveHangs();
        _changed.Clear();
    }

    // A virtual function is watched as any other device, and shown once it has something to tell: a host may have hundreds of them.
    private bool HasSeries(DeviceTracker device)
    {
        if (device is { IsVirtualFunction: true, HasHistory: true })
            inventory.Show(device.Bus);
        return inventory.HasSeries(device.IsVirtualFunction, device.Bus);
    }

    // In seconds, not as a date: the time of a record is whatever its clock says, also beyond the last day of the calendar.
    private double Epoch(TimeSpan sinceBoot) => clock.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0 - (Now - sinceBoot).TotalSeconds;

    /// <summary>The top of the loop: an error here is a fault of ours. It is logged and counted, and the watch goes on.</summary>
    private void Guard(Action step)
    {
        try
        {
            step();
        }
#pragma warning disable CA1031 // A monitor that dies of one bad record guards nothing.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            metrics.MonitorFailures.Inc();
            LogFailed(exception);
        }
    }
}
