using NicHangExporter.Metrics;

namespace NicHangExporter.Detection.Episodes;

/// <summary>What a sample of the transmitter changed.</summary>
/// <param name="IsChanged">The verdict is another one.</param>
/// <param name="Source">What the sample reports: a stall, a pause, or nothing.</param>
/// <param name="Since">When the transmitter froze, since boot.</param>
internal readonly record struct TransmitterChange(bool IsChanged, HangSource? Source, TimeSpan Since);

/// <summary>The readings of one device's transmit counters, and what they mean. Times are since boot.</summary>
internal sealed class DeviceTransmitter
{
    /// <summary>How often tx_timeout is read while nothing is sent. It grows only every few seconds in a
    /// hang.</summary>
    public static readonly TimeSpan TimeoutInterval = TimeSpan.FromSeconds(5);

    private readonly List<ulong?> _timeouts = [];
    private bool _isIncreasing;
    private bool _isStill;
    private bool _hasStoodStill;
    private TxStallDetector? _state;
    private TxFreezeDetector? _freeze;
    private PauseFrames _pauseFrames;
    private TimeSpan _pauseTimeout;
    private TimeSpan? _sampledAt;
    private TimeSpan _watchedSince;

    /// <summary>What the samples so far mean; flowing if none exists.</summary>
    public TxVerdict Verdict => _state?.Verdict ?? TxVerdict.Flowing;

    /// <summary>Packets sent, at the last sample; null if the device could not be read.</summary>
    public ulong? TxPackets => _state?.TxPackets;

    /// <summary>As <see cref="TxPackets"/>, but kept when the device can't be read: from before its link
    /// went.</summary>
    public ulong? LastTxPackets { get; private set; }

    /// <summary>The time in which packets wait and none is sent, by samples without a gap; null if they flow, nothing
    /// waits, or the link partner pauses them.</summary>
    public TxFreeze? Frozen =>
        _state is { Verdict: TxVerdict.Suspect or TxVerdict.Stalled } state && _sampledAt is { } last
            ? new TxFreeze(state.Since > _watchedSince ? state.Since : _watchedSince, last)
            : null;

    /// <summary>The freeze in progress that no pause frame explains, as far as their counter is known; or
    /// null.</summary>
    public TxFreeze? Freeze =>
        _state is { Verdict: TxVerdict.Suspect or TxVerdict.Stalled, AreClimbing: false } ? _freeze?.Freeze : null;

    /// <summary>True if pause frames may be why the core's watchdog fired.</summary>
    /// <param name="reported">Its reports.</param>
    /// <param name="window">The longest time between two reports that confirm a hang.</param>
    public bool MayBePaused(in HangConfirmation reported, TimeSpan window) =>
        reported.First is { } first
        && _pauseFrames.MayExplain(first, reported.Reports.AsSpan(), _pauseTimeout, window);

    /// <summary>The last reading of each queue's tx_timeout; null if there was none.</summary>
    public IReadOnlyList<ulong?> Timeouts => _timeouts;

    /// <summary>When tx_timeout was read the last time; null if not by this process.</summary>
    public TimeSpan? TimeoutsReadAt { get; private set; }

    /// <summary>When it was read before that; null if not by this process.</summary>
    public TimeSpan? TimeoutsReadBefore { get; private set; }

    /// <summary>Takes the last readings of an earlier process of this boot. What the queues counted in between is an
    /// increase.</summary>
    public void Restore(IEnumerable<ulong?> timeouts) => _timeouts.AddRange(timeouts);

    /// <summary>Adds a sample; null if the device can't be read.</summary>
    /// <param name="sample">The sample.</param>
    /// <param name="window">How long packets must wait for a stall.</param>
    /// <param name="pauseInterval">How often the counter of pause frames is read.</param>
    /// <param name="maxGap">Samples further apart prove nothing about the time between them.</param>
    public TransmitterChange Sample(TxSample? sample, TimeSpan window, TimeSpan pauseInterval, TimeSpan maxGap)
    {
        if (sample?.At - _sampledAt is not { } gap || gap > maxGap)
            _watchedSince = sample?.At ?? default;
        _sampledAt = sample?.At;
        if (sample is not { } taken)
        {
            _state = null;
            _freeze = null;
            return default;
        }
        _isStill = taken.TxPackets == LastTxPackets;
        _hasStoodStill |= _isStill;
        LastTxPackets = taken.TxPackets;
        _pauseFrames = PauseFrames.Observe(_pauseFrames, taken, maxGap);
        _pauseTimeout = TxStallDetector.PauseTimeout(window, pauseInterval);
        var before = Verdict;
        var after = TxStallDetector.Observe(_state, taken, window, pauseInterval);
        _state = after;
        _freeze = TxFreezeDetector.Observe(_freeze, taken);
        if (after.Verdict == before)
            return default;
        HangSource? source = after.Verdict switch
        {
            TxVerdict.Stalled => HangSource.TxStall,
            TxVerdict.Paused => HangSource.Paused,
            _ => null,
        };
        // The trouble began when the transmitter froze, not at the end of the window.
        return new TransmitterChange(IsChanged: true, source, after.Since);
    }

    /// <summary>True if tx_timeout is to be read now. A queue that is stopped for seconds is not missed: it is read
    /// while nothing is sent, and once after that. After an increase it is also read while
    /// other queues send.</summary>
    /// <param name="now">The time.</param>
    /// <param name="isPhysical">The device has hardware.</param>
    public bool AreTimeoutsDue(TimeSpan now, bool isPhysical)
    {
        if (TimeoutsReadAt is not { } last || Verdict != TxVerdict.Flowing)
            return true;
        var interval = _isIncreasing ? TimeoutInterval
            : !isPhysical ? TxTimeoutReader.VirtualInterval
            : _isStill ? TimeoutInterval
            : _hasStoodStill ? TimeSpan.Zero
            : TxTimeoutReader.SendingInterval;
        return now - last >= interval;
    }

    /// <summary>Takes the readings of tx_timeout.</summary>
    /// <param name="readings">One for each queue in use; null if it can't be read.</param>
    /// <param name="now">The time.</param>
    /// <returns>True if a queue counts more than at its last reading.</returns>
    public bool ObserveTimeouts(IReadOnlyList<ulong?> readings, TimeSpan now)
    {
        (TimeoutsReadBefore, TimeoutsReadAt) = (TimeoutsReadAt, now);
        _hasStoodStill = _isStill;
        var isIncreased = false;
        for (var queue = 0; queue < readings.Count; queue++)
        {
            // A queue that is not in use now (ethtool -L) stays in the list: the kernel keeps its count and shows it
            // again when the queue comes back.
            if (queue == _timeouts.Count)
                _timeouts.Add(null);
            if (readings[queue] is not { } timeouts)
                continue;
            // Fewer than before: the device was re-created and counts from zero.
            isIncreased |= timeouts > _timeouts[queue];
            _timeouts[queue] = timeouts;
        }
        return _isIncreasing = isIncreased;
    }

    /// <summary>Forgets the readings of counters that have gone with the device.</summary>
    /// <returns>True if that changes a series.</returns>
    public bool Forget()
    {
        var isChanged = Verdict != TxVerdict.Flowing;
        _timeouts.Clear();
        TimeoutsReadAt = TimeoutsReadBefore = null;
        _isStill = _hasStoodStill = _isIncreasing = false;
        LastTxPackets = null;
        _state = null;
        _freeze = null;
        _pauseFrames = default;
        return isChanged;
    }
}
