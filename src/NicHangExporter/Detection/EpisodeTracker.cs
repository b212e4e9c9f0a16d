using NicHangExporter.Detection.Episodes;
using NicHangExporter.Detection.Patterns;
using NicHangExporter.Linux;
using NicHangExporter.Metrics;
using NicHangExporter.Options;

namespace NicHangExporter.Detection;

/// <summary>
/// Turns events of the kernel log and samples of the transmit counters into episodes of devices, and publishes what
/// changes: series, log messages, bundles and requests for remediation. Only the thread of <see cref="HangMonitor"/>
/// uses it.
/// </summary>
internal sealed partial class EpisodeTracker(
    ExporterOptions options, DeviceInventory inventory, NetDevSource counters, EthtoolPoller ethtool,
    HangReporter reporter, StateSaver saver, ExporterMetrics metrics, TimeProvider clock, ILogger<HangMonitor> logger)
    : IDisposable
{
    private readonly DeviceTable _devices = new(metrics);
    private readonly TransmitSampler _sampler = new(counters);
    private readonly UnattributedHangs _unattributed = new(metrics, clock, logger);
    private readonly HashSet<DeviceTracker> _changed = [];
    private readonly bool _samples = options.Collectors.Has(Collector.Stall);
    private long _historyEvents;
    private TimeSpan _sampledAt;

    private TimeSpan Now => clock.GetUptime();

    /// <summary>The devices that have something to remember.</summary>
    public IReadOnlyList<DeviceState> DeviceStates() =>
        [.. _devices.All.Where(device => device.HasHistory).Select(device => device.ToState())];

    /// <summary>The hang reports without a device.</summary>
    public IReadOnlyList<UnattributedState> UnattributedStates() => _unattributed.ToState();

    /// <summary>Takes the state of an earlier process.</summary>
    public void Restore(MonitorState state, bool sameBoot)
    {
        foreach (var (device, ended) in _devices.Restore(state.Devices, sameBoot))
            reporter.EndEpisodeOfEarlierBoot(device, ended);
        _unattributed.Restore(state.Unattributed);
    }

    /// <summary>Takes an event of the kernel log.</summary>
    public void Take(in KernelLogEvent item)
    {
        var message = item.Message;
        if (item.Source is null && message.Kind is not (MessageKind.LinkUp or MessageKind.Recovered))
        {
            _devices.Find(message)?.Remember(item.Line);
            return;
        }
        if (FindOrCount(item) is not { } device)
            return;
        device.Remember(item.Line);
        if (item.IsReplay)
            _historyEvents++;
        if (item.Source is { } source)
            Observe(device, new HangObservation(source, item.At)
            {
                IsLive = !item.IsReplay,
                IsHistory = item.IsHistory,
                DriverResets = message.DriverResets,
                Report = message.Report,
                BySyslog = item.BySyslog,
                IsOwnCheck = message.IsOwnCheck,
                ShowsStuckHardware = item.ShowsStuckHardware,
            });
        else if (message.Kind == MessageKind.LinkUp
            ? device.ObserveLinkUp(item.At, options.Detection.EpisodeGap)
            : ObserveRecovery(device, item))
            MarkChanged(device);
    }

    /// <summary>Refreshes the devices and samples their counters. Once every hang.sample-interval.</summary>
    public void Sample()
    {
        using (var open = inventory.Open())
        {
            var pairs = RefreshDevices(open);
            if (_samples)
                _sampler.Begin(inventory, pairs.Count);
            // Not before the counters are read: a slow read must not lengthen a freeze.
            var now = _sampledAt = Now;
            for (var place = 0; place < pairs.Count; place++)
            {
                var (device, tracked) = pairs[place];
                if (_samples)
                {
                    // In a hang, the counter may be what confirms it.
                    if ((tracked.IsHanging || tracked.Transmitter.AreTimeoutsDue(now, device.Sysfs.IsPhysical))
                        && tracked.Transmitter.ObserveTimeouts(
                            TxTimeoutReader.Read(
                                device, _sampler.ReadTxPackets(device, place), clock, out _).Values, now))
                        Observe(tracked, new HangObservation(HangSource.TxTimeout, now) { IsLive = true });
                    SampleTransmitter(device, place, tracked, now);
                }
                Check(tracked, isNews: false);
            }
        }
        foreach (var device in _devices.All)
            if (device.IsConfirmed && device.ClearConfirmation(reporter.HealedAt(device)))
                MarkChanged(device);
        ExpireEpisodes();
        Publish();
        // A log that could only be opened later has its history later.
        ReportHistory();
    }

    /// <summary>When <see cref="Recheck"/> may confirm a hang before the next sample; null if it can't. It may be past:
    /// then the last sample was too early for it.</summary>
    public TimeSpan? RecheckAt => _devices.ConfirmableAfter(_sampledAt);

    /// <summary>Samples the devices again whose hang can be confirmed now.</summary>
    public void Recheck()
    {
        // Also if the devices can't be sampled: the monitor must not come back at once.
        _sampledAt = Now;
        using (var open = inventory.Open())
        {
            var pairs = RefreshDevices(open);
            _sampler.Begin(inventory, pairs.Count);
            var now = _sampledAt = Now;
            for (var place = 0; place < pairs.Count; place++)
                if (pairs[place] is var (device, tracked) && tracked.ConfirmableAt <= now)
                {
                    SampleTransmitter(device, place, tracked, now);
                    Check(tracked, isNews: false);
                }
        }
        Publish();
    }

    /// <summary>Ends the episodes of the history that are over. Nothing in the history is active.</summary>
    public void EndHistory()
    {
        ExpireEpisodes();
        Publish();
        ReportHistory();
    }

    /// <summary>Publishes the devices that have changed, and the live hangs.</summary>
    public void Publish()
    {
        foreach (var device in _changed)
            if (_devices.OwnsItsName(device) && HasSeries(device))
                device.Series.Publish(metrics, Epoch);
        // A hang is also confirmed by the mere passing of time, and not live any more once its device is gone. Neither
        // changes a series.
        if (_changed.Count > 0 || _devices.IsAnyHanging)
            reporter.PublishLiveHangs(_devices.All);
        _changed.Clear();
    }

    public void Dispose() => _sampler.Dispose();

    // After an action of this program, a recovery says nothing about what the driver does by itself.
    private bool ObserveRecovery(DeviceTracker device, in KernelLogEvent item) =>
        (item.IsReplay || !reporter.IsAftermath(device, item.At))
        && device.ObserveRecovery(item.At, options.Detection.EpisodeGap);

    private DeviceTracker? FindOrCount(in KernelLogEvent item)
    {
        var device = _devices.Find(item.Message);
        if (device is not null || item.Source is not (HangSource.Driver or HangSource.Watchdog))
            return device;
        // The device may have appeared since the last sample.
        using (var open = inventory.Open())
            RefreshDevices(open);
        device = _devices.Find(item.Message);
        if (device is null)
        {
            _unattributed.Add(item);
            saver.MarkChanged();
        }
        return device;
    }

    private void Observe(DeviceTracker device, HangObservation seen)
    {
        seen = seen with
        {
            EpochSeconds = Epoch(seen.At),
            IsAftermath = seen.IsLive && reporter.IsAftermath(device, seen.At),
        };
        var result = device.Observe(seen, reporter.HealedAt(device), options.Detection.EpisodeGap);
        MarkChanged(device);
        if (result.Ended is { } ended)
            EndEpisode(device, ended);
        if (device is { IsHanging: true, EpisodeId: null })
            reporter.BeginEpisode(device);
        if (seen is { IsLive: true, IsHangReport: true })
            Report(device, seen);
        else if (seen is { IsLive: true, Source: HangSource.Reset })
            Check(device, isNews: true);
        if (result.IsPauseNew)
            LogPaused(device.Name.ToString());
        if (result.IsHangNew)
            LogEpisodeStarted(device.Name.ToString(), MetricLabels.Of(seen.Source),
                device.Report is null ? "" : $": {device.Report}", device.Driver ?? "", device.Bus.ToString());
    }

    private void Report(DeviceTracker device, in HangObservation seen)
    {
        if (!device.TakeReport(seen.Source, seen.At))
            return;
        reporter.Report(device, seen.At);
        device.AddReport(seen, reporter.HealedAt(device));
        Check(device, isNews: true);
    }

    private void Check(DeviceTracker device, bool isNews)
    {
        if (!device.IsHanging)
            return;
        var check = device.Check(Now, isNews, reporter.HealedAt(device), options.Remediation.ConfirmWindow);
        if (check.IsChanged)
            MarkChanged(device);
        if (check.NeedsRemediation)
            reporter.RequestRemediation(device, check.IsFirst);
    }

    private void SampleTransmitter(WatchedDevice device, int place, DeviceTracker tracked, TimeSpan now)
    {
        var sample = _sampler.Sample(
            device, place, tracked.Transmitter.TxPackets, PauseFrames(tracked, place), now);
        var (window, interval) = (options.Detection.StallWindow, options.Detection.SampleInterval);
        var change = tracked.Transmitter.Sample(sample, window, options.Ethtool.Interval, maxGap: 2 * interval);
        if (change.IsChanged)
            MarkChanged(tracked);
        if (tracked.NeedsPauseFrames)
            ethtool.Schedule.WantStatistics();
        if (change.Source is { } source)
            Observe(tracked, new HangObservation(source, change.Since) { IsLive = true });
        if (tracked.ExtendWhileBlocked(now))
            MarkChanged(tracked);
    }

    private PauseReading? PauseFrames(DeviceTracker device, int place) =>
        ethtool.Current is { } snapshot
            && snapshot.Find(device.Name, device.Bus, place)?.PauseFramesReceived is { } frames
            ? new PauseReading(
                frames, clock.GetElapsedTime(0, snapshot.StatisticsStarted),
                clock.GetElapsedTime(0, snapshot.StatisticsTimestamp))
            : null;

    private List<(WatchedDevice Open, DeviceTracker Tracked)> RefreshDevices(OpenDevices open)
    {
        var pairs = _devices.Update(open);
        foreach (var device in _devices.All)
            // A device that was pulled out while it stalled must not stay stalled.
            if (device.Present ? !device.Series.IsPublished && HasSeries(device) : device.Forget())
                _changed.Add(device);
        return pairs;
    }

    private void ExpireEpisodes()
    {
        var now = Now;
        foreach (var device in _devices.All)
            // A restored snapshot of the machine sets the clock back: the saved episode is then ahead of it.
            if (device.Episode is { } episode
                && (episode.IsOver(now, options.Detection.EpisodeGap)
                    || episode.Last > now + options.Detection.EpisodeGap)
                && device.End() is { } ended)
            {
                EndEpisode(device, ended);
                MarkChanged(device);
            }
    }

    private void EndEpisode(DeviceTracker device, in EpisodeEnded ended)
    {
        LogEnded(device, ended);
        reporter.EndEpisode(device, ended);
    }

    private void MarkChanged(DeviceTracker device)
    {
        _changed.Add(device);
        saver.MarkChanged();
    }

    // A host may have hundreds of virtual functions, so one has series only once it has something to show.
    private bool HasSeries(DeviceTracker device)
    {
        if (device is { IsVirtualFunction: true, HasHistory: true })
            inventory.Show(device.Bus);
        return inventory.HasSeries(device.IsVirtualFunction, device.Bus);
    }

    // In seconds, not as a date: the time of a record can be any number, also one beyond the last day of the calendar.
    private double Epoch(TimeSpan sinceBoot) =>
        clock.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0 - (Now - sinceBoot).TotalSeconds;
}
