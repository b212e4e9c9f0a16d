using NicHangExporter.Detection.Episodes;
using NicHangExporter.Metrics;

namespace NicHangExporter.Tests.Detection.Histories;

/// <summary>What a history showed.</summary>
internal enum HistoryResult
{
    None,
    /// <summary>Remediation was requested for a device that hung.</summary>
    Requested,
    /// <summary>The same, but later than the reports of the driver allow.</summary>
    Late,
    /// <summary>It was requested for a device that did not hang.</summary>
    False,
    /// <summary>The device hung, was watched, and nothing was requested.</summary>
    Missed,
}

/// <summary>
/// Ninety seconds or more of one device, all of it decided by a seed: its traffic, its troubles, and how well it is
/// watched.
/// </summary>
internal sealed class SeededHistory
{
    private const double Length = 90;
    private const double LengthWithoutReports = 200;
    // Two reports of a driver that checks every two seconds, and each time twice. A driver that has reset its adapter
    // gets ten seconds more.
    private const double Longest = 12;
    private const double LongestAfterReset = 25;
    // Two reports of the core's watchdog, and two readings of the pause frames.
    private const double LongestWithoutReports = 25;
    private const double LongPoll = 20;

    private readonly Random _random;
    private readonly SimulatedDevice _device;
    private readonly SimulatedMonitor _monitor = new();
    private readonly SimulatedClock _clock = new();
    private readonly PollSchedule _polls;
    private readonly bool _isScraped;
    private readonly bool _hangs;
    private readonly PriorityQueue<Action, double> _plan = new();
    private readonly double _longestPoll;
    private readonly bool _isPollAlwaysLong;
    private PauseReading? _pauseFrames;
    private (PauseReading Reading, double ReadAt, bool IsRead)? _poll;
    private double _nextSample;
    private double _blindUntil;
    private double? _stuckSince;
    private bool _hasHung;
    private bool _wasReloaded;
    private bool _hasPaused;
    private double _longest = Longest;
    private readonly double _length = Length;
    private bool _isWatchedWell = true;

    private SeededHistory(int seed, bool hangs)
    {
        _hangs = hangs;
        _random = new Random(seed);
        _device = new SimulatedDevice(_random);
        _nextSample = _random.NextDouble();
        // Without scrapes, statistics are read once a minute, and more often only if the monitor asks.
        _isScraped = _random.Next(2) == 0;
        _polls = new PollSchedule(SimulatedMonitor.PauseInterval, SimulatedMonitor.StallWindow, _clock)
        {
            IsNotified = true,
        };
        // The exporter runs already.
        var age = _random.NextDouble() * (_isScraped ? 15 : 60);
        _clock.Now = -Time(age);
        _polls.Begin(PollScope.Everything);
        _pauseFrames = new PauseReading(0, _clock.Now, _clock.Now);
        // Another device may delay the readings of this one.
        _longestPoll = _random.Next(4) == 0 ? LongPoll : 0;
        _isPollAlwaysLong = _random.Next(2) == 0;
        if (!_device.Reports)
        {
            _length = LengthWithoutReports;
            // The poll that runs, one with pause frames from before, and two that are equal.
            _longest = LongestWithoutReports + 4 * _longestPoll
                // There is neither a calm nor a climb. The wait for one ends after ninety seconds.
                + (_device.HasFlowControl ? 90 : 0);
        }
        Plan();
    }

    /// <summary>Plays a history.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="hangs">The device hangs at some time. Some drivers end that by their own reset.</param>
    public static HistoryResult Play(int seed, bool hangs) => new SeededHistory(seed, hangs).Run();

    // One false alarm, or one and a pause some time after it: two live reports from different moments within ten
    // seconds are a hang by definition.
    private void Plan()
    {
        if (_random.Next(4) == 0)
            ReplayHistory();
        _device.PacketInterval = _random.Next(4) switch { 0 => 0.01, 1 => 0.2, 2 => 3, _ => 20 };
        var hasTwoAlarms = !_hangs && _random.Next(3) == 0;
        // A process that is stopped reads both at the same time.
        for (var disturbances = _random.Next(4); disturbances > 0; disturbances--)
            At(_random.NextDouble() * Length, Disturbance(_random.Next(hasTwoAlarms ? 4 : 5)));
        if (hasTwoAlarms)
        {
            var first = _random.NextDouble() * 25;
            At(first, _random.Next(3) switch
            {
                0 => ReportAtLinkUp,
                1 => _device.ReportFalsely,
                _ => _device.TimeOutFalsely,
            });
            At(first + 25 + _random.NextDouble() * 20, () => Pause(_random.NextDouble() * 80, breaks: false));
        }
        else if (!_hangs || _random.Next(4) == 0)
            At(_random.NextDouble() * Length, FalseAlarm(_random.Next(6)));
        if (_hangs)
            At(5 + _random.NextDouble() * (Length - 45), () =>
            {
                _device.ResetsItself = _random.Next(5) == 0;
                _device.Hang();
                _device.PacketInterval = Math.Min(_device.PacketInterval, 0.5);
            });
    }

    // Nothing of it is reported.
    private Action Disturbance(int kind) => kind switch
    {
        0 => () => _device.CompleteLate(_random.NextDouble() * 1.5),
        // Shaped traffic, or none.
        1 => () => _device.PacketInterval = _random.Next(2) == 0 ? 1.5 : double.PositiveInfinity,
        2 => () => _device.LoseCarrier(_random.NextDouble() * 10),
        3 => Reload,
        // The machine is suspended, or the process is stopped: what is printed meanwhile is read late.
        _ => () => Blind(_random.NextDouble() * 20),
    };

    // The driver is reloaded: the device is gone, and comes back with counters at zero.
    private void Reload()
    {
        // The readings of pause frames go with the device, so a pause near a reload is not recognized.
        if (_hasPaused || _device.IsPaused)
            return;
        _wasReloaded = true;
        _device.Recreate();
        _monitor.Sample(Time(_device.Now), null, 0);
        (_pauseFrames, _poll) = (null, null);
    }

    private Action FalseAlarm(int kind) => kind switch
    {
        0 => ReportAtLinkUp,
        1 => _device.ReportFalsely,
        // A pause of the link partner, sometimes with breaks in which packets leave. The core's watchdog fires.
        2 => () => Pause(_random.NextDouble() * 80, breaks: _random.Next(2) == 0),
        3 => LoosenCable,
        4 => _device.TimeOutFalsely,
        _ => PauseUntilTheDriverLooks,
    };

    // Drivers print one at link-up.
    private void ReportAtLinkUp()
    {
        var seconds = _random.NextDouble() * 10;
        _device.LoseCarrier(seconds);
        At(_device.Now + seconds + _random.NextDouble(), _device.ReportFalsely);
    }

    // The driver resets the adapter if packets wait.
    private void LoosenCable()
    {
        for (var flap = 0; flap < 8; flap++)
            At(_device.Now + flap * 1.3, () =>
            {
                _device.Messages.Add(new(HangSource.Reset));
                _device.LoseCarrier(_random.NextDouble());
            });
    }

    private void PauseUntilTheDriverLooks()
    {
        _device.IsPaused = !_wasReloaded;
        _hasPaused = true;
        At(_device.Now + _random.NextDouble() * 5, () =>
        {
            _device.IsPaused = false;
            _device.ReportFalsely();
        });
    }

    // A hang before the start.
    private void ReplayHistory()
    {
        foreach (var source in new[] { HangSource.Driver, HangSource.Driver })
            _monitor.Take(new(source, IsStuck: true), Time(_device.Now), isReplay: true);
    }

    private HistoryResult Run()
    {
        while (_device.Now < _length)
        {
            _device.Advance();
            while (_plan.TryPeek(out _, out var due) && due <= _device.Now)
                _plan.Dequeue()();
            if (!_device.IsStuck)
                _stuckSince = null;
            else
                _stuckSince ??= _device.Now;
            _hasHung |= _device.IsHung;
            ReadPauseFrames();
            if (_device.Now < _blindUntil)
                continue;
            Watch();
            if (_monitor.IsRequested)
                return Requested();
        }
        return IsOverdue ? HistoryResult.Missed : HistoryResult.None;
    }

    private bool IsOverdue => _isWatchedWell && _device.Now - _stuckSince > _longest;

    // After a hang that a reset has ended, the next one can be prevented.
    private HistoryResult Requested() =>
        !_hasHung ? HistoryResult.False
        : IsOverdue ? HistoryResult.Late
        : HistoryResult.Requested;

    private void ReadPauseFrames()
    {
        _clock.Now = Time(_device.Now);
        if (_isScraped)
            _polls.NoteScrape();
        if (_poll is null && _polls.Due(out _) is { } scope)
        {
            _polls.Begin(scope);
            var seconds = (_isPollAlwaysLong ? 1 : _random.NextDouble()) * _longestPoll;
            _poll = (
                new PauseReading(0, _clock.Now, _clock.Now + Time(seconds)),
                _device.Now + seconds * _random.NextDouble(), false);
        }
        if (_poll is { IsRead: false } poll && poll.ReadAt <= _device.Now)
            _poll = (poll.Reading with { Count = _device.PauseFrames }, poll.ReadAt, true);
        if (_poll is { IsRead: true, Reading: var reading } && reading.To <= _clock.Now)
            (_pauseFrames, _poll) = (reading, null);
    }

    private void Watch()
    {
        var now = Time(_device.Now);
        foreach (var message in _device.Messages)
        {
            if (message.Source == HangSource.Reset && _device.Reports)
                _longest = LongestAfterReset;
            _monitor.Take(message, now);
        }
        _device.Messages.Clear();
        var isRecheck = _monitor.RecheckAt is { } recheck && recheck <= now
            && recheck > now - Time(2 * SimulatedDevice.Step);
        if (_device.Now < _nextSample && !isRecheck)
            return;
        if (_device.Now >= _nextSample)
            _nextSample += Math.Max(1, Math.Ceiling(_device.Now - _nextSample)) + _random.NextDouble() * 0.05;
        _monitor.Sample(now, new TxSample(now, _device.IsOperational, _device.TxPackets, _device.InflightBytes,
            _pauseFrames, _device.CarrierChanges),
            _device.Timeouts);
        if (_monitor.NeedsPauseFrames)
            _polls.WantStatistics();
    }

    private void Pause(double seconds, bool breaks)
    {
        if (_wasReloaded)
            return;
        _hasPaused = true;
        _device.IsPaused = true;
        At(_device.Now + seconds, () => _device.IsPaused = false);
        for (var at = 1.0; breaks && at < seconds; at += 1)
        {
            At(_device.Now + at, () => _device.IsPaused = false);
            At(_device.Now + at + SimulatedDevice.Step, () => _device.IsPaused = true);
        }
    }

    private void Blind(double seconds)
    {
        // Before the first sample nothing is known of pause frames.
        if (_device.Now < 2)
            return;
        _blindUntil = _device.Now + seconds;
        _isWatchedWell = false;
    }

    private void At(double seconds, Action action) => _plan.Enqueue(action, seconds);

    private static TimeSpan Time(double seconds) => TimeSpan.FromTicks((long)(seconds * TimeSpan.TicksPerSecond));
}
