using NicHangExporter.Detection.Patterns;
using NicHangExporter.Linux;
using NicHangExporter.Metrics;

namespace NicHangExporter.Detection.Episodes;

/// <summary>
/// The state of one device: its counts, its episode and its transmitter. The bus address identifies the device and the
/// name labels its series, so a rename keeps the counts together. Only the thread of <see cref="HangMonitor"/> uses it.
/// Times are since boot.
/// </summary>
internal sealed partial class DeviceTracker
{
    /// <summary>A tx_timeout within this time of a report in the log is the same firing of the watchdog.</summary>
    private static readonly TimeSpan SameFiring = DeviceTransmitter.TimeoutInterval + TimeSpan.FromSeconds(1);

    // Enough to show how a hang began. A wedge repeats itself for hours.
    private const int KernelLinesKept = 20;

    /// <summary>How often remediation is requested while nothing new is reported, as it may be declined.</summary>
    private static readonly TimeSpan RequestInterval = TimeSpan.FromSeconds(5);

    private readonly DriverRecovery _recovery = new();
    private readonly Queue<KernelLine> _kernelLines = [];
    private HangConfirmation _confirmation;
    private bool _isCounted;
    private TimeSpan? _watchdogAt;
    private TimeSpan? _resetAt;
    private TimeSpan _requestedAt;
    private string? _formerEpisodeId;

    public DeviceTracker(InterfaceName name, BusAddress bus)
    {
        (Name, Bus) = (name, bus);
        Series = new DeviceSeries(this);
    }

    /// <summary>The present name, or the last one if the device is not <see cref="Present"/>.</summary>
    public InterfaceName Name { get; private set; }

    /// <summary>The bus address; empty for a virtual device.</summary>
    public BusAddress Bus { get; }

    /// <summary>The driver bound to the bus device, or null.</summary>
    public string? Driver { get; private set; }

    /// <summary>A virtual function of SR-IOV.</summary>
    public bool IsVirtualFunction { get; private set; }

    /// <summary>The last refresh of the devices found it in sysfs.</summary>
    public bool Present { get; private set; }

    /// <summary>The episode in progress.</summary>
    public HangEpisode? Episode { get; private set; }

    /// <summary>The episode has a live observation. History alone never makes an episode active.</summary>
    public bool EpisodeIsLive { get; private set; }

    /// <summary>A live episode of a hang is in progress, not one of a pause by the link partner.</summary>
    public bool IsHanging => EpisodeIsLive && Episode is { Shape: not HangShape.Paused };

    /// <summary>The last decoded report of the episode.</summary>
    public HangReport? Report { get; private set; }

    /// <summary>The name of the bundle of the live hang episode in progress, or null.</summary>
    public string? EpisodeId { get; private set; }

    /// <summary>The hang in progress is confirmed, and not proven to be over since.</summary>
    public bool IsConfirmed { get; private set; }

    /// <summary>The hang was confirmed in this episode, so something may be done about it.</summary>
    public bool IsActionable { get; private set; }

    /// <summary>The driver recovers the device by itself, as far as that can be seen.</summary>
    public bool IsDriverRecovering => _recovery.IsRecovering(Episode, Transmitter.Verdict);

    /// <summary>The counter of pause frames is needed now, to tell a hang from a pause. Also in an episode of a driver
    /// without BQL, whose transmitter is never suspected.</summary>
    public bool NeedsPauseFrames => EpisodeIsLive || Transmitter.Verdict != TxVerdict.Flowing;

    public DeviceTransmitter Transmitter { get; } = new();

    public DeviceSeries Series { get; }

    /// <summary>The counts of all episodes and events, without the outage of the episode in progress.</summary>
    public HangCounts Counts { get; } = new();

    /// <summary>Seconds of outage of all episodes, with the one in progress.</summary>
    public double OutageSeconds =>
        Counts.OutageSeconds + (Episode is { } episode ? HangCounts.OutageOf(episode) : 0);

    /// <summary>There is something to remember.</summary>
    public bool HasHistory => !Counts.IsEmpty || Episode is not null;

    /// <summary>The last lines of the kernel log about the device, as dmesg prints them, the oldest first.</summary>
    public IReadOnlyList<string> KernelLines => [.. _kernelLines.Select(line => line.ToString())];

    /// <summary>A refresh has found the device in sysfs.</summary>
    public void Appear(string? driver, bool isVirtualFunction) =>
        (Present, Driver, IsVirtualFunction) = (true, driver, isVirtualFunction);

    /// <summary>Marks the device as gone, or as present again after a refresh that failed.</summary>
    public void SetPresent(bool present) => Present = present;

    /// <summary>Forgets what goes with a device that is gone: its counters, and reports that are not confirmed. If it
    /// comes back, its driver has reset it.</summary>
    /// <returns>True if that changes a series.</returns>
    public bool Forget()
    {
        _confirmation = default;
        return Transmitter.Forget();
    }

    /// <summary>Changes the name. The series move with it.</summary>
    public void Rename(InterfaceName name, ExporterMetrics metrics)
    {
        Series.Unpublish(metrics);
        Name = name;
    }

    /// <summary>Keeps a line of the kernel log, and drops the oldest.</summary>
    public void Remember(in KernelLine line)
    {
        if (_kernelLines.Count == KernelLinesKept)
            _kernelLines.Dequeue();
        _kernelLines.Enqueue(line);
    }

    /// <summary>Counts an observation and adds it to the episode.</summary>
    /// <param name="seen">The observation.</param>
    /// <param name="healedAt">When remediation last proved that the device sends again, or null.</param>
    /// <param name="gap">A longer silence ends an episode.</param>
    public ObservationResult Observe(in HangObservation seen, TimeSpan? healedAt, TimeSpan gap)
    {
        var wasHanging = IsHanging;
        var begins = !HangEpisode.Continues(Episode, seen.At, gap);
        if (IsProvenOver(healedAt))
            MarkRecovered();
        var ended = begins ? End() : null;
        Count(seen, begins, gap);
        Report = seen.Report ?? Report;
        // Also an episode that history or pause frames began: it becomes news now.
        return new ObservationResult(
            ended, IsHangNew: IsHanging && (begins || !wasHanging),
            IsPauseNew: begins && seen.Source == HangSource.Paused);
    }

    /// <summary>
    /// Takes a live hang report. False for a tx_timeout that the core's watchdog has already reported in the log: the
    /// counter is not read all the time, so it shows the same firing later.
    /// </summary>
    public bool TakeReport(HangSource source, TimeSpan at)
    {
        if (source == HangSource.Watchdog)
            _watchdogAt = at;
        return source != HangSource.TxTimeout
            || _watchdogAt is not { } logged
            // A counter that was read in between had that firing already.
            || (at - logged >= SameFiring && !(Transmitter.TimeoutsReadBefore < logged + TimeSpan.FromSeconds(1)));
    }

    /// <summary>Adds a live hang report to the confirmation. After a proven recovery it is the first report of another
    /// hang.</summary>
    /// <param name="seen">The report.</param>
    /// <param name="healedAt">When remediation last proved that the device sends again, or null.</param>
    public void AddReport(in HangObservation seen, TimeSpan? healedAt) =>
        _confirmation = (IsProvenOver(healedAt) ? default : _confirmation).Observe(
            seen, seen.Source == HangSource.TxTimeout ? Transmitter.TimeoutsReadBefore ?? TimeSpan.Zero : seen.At);

    /// <summary>Confirms the hang if it can be, and tells whether remediation is to be requested.</summary>
    /// <param name="now">The time.</param>
    /// <param name="isNews">Something was reported just now.</param>
    /// <param name="healedAt">When remediation last proved that the device sends again, or null.</param>
    /// <param name="confirmWindow">The longest time between two reports that confirm a hang.</param>
    public HangCheck Check(TimeSpan now, bool isNews, TimeSpan? healedAt, TimeSpan confirmWindow)
    {
        if (!IsHanging || !Present || IsProvenOver(healedAt) || (!isNews && now - _requestedAt < RequestInterval))
            return default;
        // Pause frames make the core's watchdog fire too. To tell, it takes a window and a reading of their counter.
        // Only a report after a check of the driver itself is no effect of pause frames.
        if (!_confirmation.IsByOwnCheck(confirmWindow)
            && (Transmitter.Verdict == TxVerdict.Suspect || Transmitter.MayBePaused(_confirmation, confirmWindow)))
            return default;
        var isFrozen = _confirmation.IsFrozen(now, Transmitter.Frozen, ProvenFreeze);
        var isChanged = isFrozen && Freeze(now);
        // A driver that resets its adapter because of a hang is proof that there was one.
        if (!isFrozen && !_confirmation.IsRepeated(now, confirmWindow)
            && !_confirmation.IsAnswered(now, _resetAt))
            return new HangCheck(isChanged);
        if (Episode is { } episode && episode.LacksProof(healedAt))
            return new HangCheck(isChanged);
        isChanged |= SetConfirmed(true);
        // While the driver may still recover the device there is nothing to heal. While it hangs there is nothing to
        // prevent.
        if (IsDriverRecovering && !DriverRecovery.IsRecoveredOrQuiet(Episode, now))
            return new HangCheck(isChanged);
        _requestedAt = now;
        var isFirst = !IsActionable;
        IsActionable = true;
        return new HangCheck(isChanged, NeedsRemediation: true, isFirst);
    }

    /// <summary>Takes the confirmation back if the hang is proven to be over.</summary>
    /// <returns>True if that is a change.</returns>
    public bool ClearConfirmation(TimeSpan? healedAt) =>
        IsConfirmed && Transmitter.Verdict != TxVerdict.Stalled && IsProvenOver(healedAt) && SetConfirmed(false);

    /// <summary>The driver says that it repaired what it had reported. Without a hang that says nothing.</summary>
    /// <returns>True if it belongs to the episode in progress.</returns>
    public bool ObserveRecovery(TimeSpan at, TimeSpan gap)
    {
        if (Episode is not { LastReport: not null } episode || !HangEpisode.Continues(episode, at, gap))
            return false;
        Episode = episode.Recovered(at);
        return true;
    }

    /// <summary>The link is up. After a reset of the driver, no packet could be sent before.</summary>
    /// <returns>True if it belongs to the episode in progress.</returns>
    public bool ObserveLinkUp(TimeSpan at, TimeSpan gap)
    {
        if (Episode is not { Resets: > 0 } || !HangEpisode.Continues(Episode, at, gap))
            return false;
        Extend(at);
        return true;
    }

    /// <summary>Keeps the episode in progress while packets wait and none is sent, whether or not anything is
    /// logged.</summary>
    /// <returns>True if the transmitter is blocked.</returns>
    public bool ExtendWhileBlocked(TimeSpan now)
    {
        var isBlocked = Transmitter.Verdict is TxVerdict.Stalled or TxVerdict.Paused
            || (Transmitter.Verdict == TxVerdict.Suspect && Episode is not null);
        if (isBlocked)
            Extend(now);
        return isBlocked;
    }

    private void Count(in HangObservation seen, bool begins, TimeSpan gap)
    {
        var origin = seen.IsHistory ? MetricLabels.History : MetricLabels.Live;
        if (seen.Source == HangSource.Reset)
            Counts.AddReset(origin);
        if (seen.Source == HangSource.Reset && (begins || seen.IsAftermath))
        {
            // A reset without a hang before it, as after an unplugged cable or a changed setting.
            Extend(seen.At);
            MarkRecovered();
            return;
        }
        if (seen.DriverResets || seen.Source == HangSource.Reset)
        {
            _recovery.ObserveReset(Transmitter.LastTxPackets);
            _resetAt = seen.At;
        }
        var episode = HangEpisode.Observe(Episode, seen.Source, seen.At, gap, seen.DriverResets);
        Episode = episode with { BySyslog = episode.BySyslog || seen.BySyslog };
        EpisodeIsLive |= seen.IsLive;
        // An episode of pause frames alone is no hang. It counts when another source reports.
        if (!_isCounted && Episode.Value.Shape != HangShape.Paused)
        {
            _isCounted = true;
            Counts.AddEpisode(origin);
        }
        if (seen.Source == HangSource.Paused)
            Counts.AddPause();
        else if (seen.Source != HangSource.Reset)
            Counts.AddEvent(seen.Source, origin, seen.EpochSeconds);
        // Counters over a whole window leave no doubt.
        if (seen.Source == HangSource.TxStall)
            IsConfirmed = true;
    }

    private void Extend(TimeSpan at) =>
        Episode = Episode is { } episode && at > episode.Last ? episode with { Last = at } : Episode;

    // A reset, or a remediation that is proven to have helped, answers everything that was reported so far.
    private void MarkRecovered() =>
        Episode = Episode is { } episode ? episode with { UnansweredSince = null } : Episode;

    private bool Freeze(TimeSpan at)
    {
        if (Episode is not { LastReport: not null } episode)
            return false;
        Episode = episode with { Froze = true, ShownByCounters = at };
        return !episode.Froze;
    }

    private bool SetConfirmed(bool isConfirmed)
    {
        var isChanged = IsConfirmed != isConfirmed;
        IsConfirmed = isConfirmed;
        return isChanged;
    }

    // Remediation has found that the device sends again, and nothing was reported since.
    private bool IsProvenOver(TimeSpan? healedAt) => _confirmation.Last <= healedAt;
}
