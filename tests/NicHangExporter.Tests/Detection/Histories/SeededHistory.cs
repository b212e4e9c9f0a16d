using NicHangExporter.Detection.Episodes;

namespace NicHangExporter.Tests.Detection.Histories;

/// <summary>
/// Ninety seconds of one device, all of it decided by a seed: its traffic, its troubles, and how well it is watched.
/// </summary>
internal sealed class SeededHistory
{
    private const double Length = 90;
    private const double PauseInterval = 15;

    private readonly Random _random;
    private readonly SimulatedDevice _device;
    private readonly SimulatedMonitor _monitor = new();
    private readonly PriorityQueue<Action, double> _plan = new();
    private (ulong? Count, TimeSpan At) _pauseFrames;
    private double _nextPauseReading;
    private double _nextSample;
    private double _blindUntil;
    private double? _hungSince;
    private bool _isWatchedWell = true;

    private SeededHistory(int seed)
    {
        _random = new Random(seed);
        _device = new SimulatedDevice(_random);
        _nextSample = _random.NextDouble();
        _nextPauseReading = _random.NextDouble() * PauseInterval;
    }

    /// <summary>Plays a history.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="hangs">The device hangs at some time, for good.</param>
    /// <returns>When remediation was requested, in seconds from the begin of the hang, or from the begin of the history
    /// of a healthy device; null for never. The flag tells whether a request was due in the end.</returns>
    public static (double? Requested, bool IsDue) Play(int seed, bool hangs)
    {
        var history = new SeededHistory(seed);
        history.Plan(hangs);
        return history.Run(hangs);
    }

    private void Plan(bool hangs)
    {
        _device.PacketInterval = _random.Next(4) switch { 0 => 0.01, 1 => 0.2, 2 => 3, _ => 20 };
        for (var troubles = _random.Next(4); troubles > 0; troubles--)
            At(_random.NextDouble() * Length, Trouble(_random.Next(11)));
        if (hangs)
            At(5 + _random.NextDouble() * (Length - 45), () =>
            {
                _device.ResetsItself = _random.Next(5) == 0;
                _device.Hang();
                _device.PacketInterval = Math.Min(_device.PacketInterval, 0.5);
            });
    }

    private Action Trouble(int kind) => kind switch
    {
        // Drivers print one at link-up.
        0 => () =>
        {
            _device.LoseCarrier(_random.NextDouble() * 10);
            At(_device.Now + 10.5, _device.ReportFalsely);
        },
        1 => _device.ReportFalsely,
        // A pause of the link partner, sometimes with breaks in which packets leave.
        2 => () => Pause(_random.NextDouble() * 40, breaks: _random.Next(2) == 0),
        // Shaped traffic, or none.
        3 => () => _device.PacketInterval = _random.Next(2) == 0 ? 1.5 : double.PositiveInfinity,
        4 => () =>
        {
            for (var flap = 0; flap < 8; flap++)
                At(_device.Now + flap * 1.3, () => _device.LoseCarrier(_random.NextDouble()));
        },
        // The machine is suspended, or the process is stopped: what is printed meanwhile is read late.
        5 => () => Blind(_random.NextDouble() * 20),
        6 => () => _device.CompleteLate(_random.NextDouble() * 1.5),
        // History that is read again.
        7 => () => Array.ForEach(
            [HangSource.Driver, HangSource.Reset, HangSource.Driver],
            source => _monitor.Take(new(source, IsStuck: true), Time(_device.Now), isReplay: true)),
        8 => () =>
        {
            _device.Recreate();
            _monitor.Sample(Time(_device.Now), null, 0);
            _isWatchedWell &= _hungSince is null;
            _pauseFrames = default;
        },
        // A short loss of the link with packets queued: the driver resets the adapter.
        9 => () =>
        {
            _device.Messages.Add(new(HangSource.Reset));
            _device.LoseCarrier(_random.NextDouble() * 3);
        },
        // The pause ends at the moment at which the driver looks.
        _ => () =>
        {
            _device.IsPaused = true;
            At(_device.Now + _random.NextDouble() * 8, () =>
            {
                _device.IsPaused = false;
                _device.ReportFalsely();
            });
        },
    };

    private (double? Requested, bool IsDue) Run(bool hangs)
    {
        while (_device.Now < Length)
        {
            _device.Advance();
            while (_plan.TryPeek(out _, out var due) && due <= _device.Now)
                _plan.Dequeue()();
            if (_device is { IsHung: true, Carrier: true, IsPaused: false, IsWaiting: true })
                _hungSince ??= _device.Now;
            else
                _hungSince = null;
            if (_device.Now >= _nextPauseReading)
            {
                _nextPauseReading = _device.Now + PauseInterval;
                _pauseFrames = (_device.PauseFrames, Time(_device.Now));
            }
            if (_device.Now < _blindUntil)
                continue;
            Watch();
            if (_monitor.IsRequested)
                // After a hang that its own reset has ended, the next one can be prevented.
                return (_device.Now - (_hungSince ?? 0), _hungSince is not null || (hangs && _device.ResetsItself));
        }
        return (null, _isWatchedWell && _device.Now - _hungSince > 15);
    }

    private void Watch()
    {
        var now = Time(_device.Now);
        foreach (var message in _device.Messages)
            _monitor.Take(message, now);
        _device.Messages.Clear();
        var isRecheck = _monitor.RecheckAt is { } recheck && recheck <= now && recheck > now - Time(2 * SimulatedDevice.Step);
        if (_device.Now < _nextSample && !isRecheck)
            return;
        if (_device.Now >= _nextSample)
            _nextSample += Math.Max(1, Math.Ceiling(_device.Now - _nextSample)) + _random.NextDouble() * 0.05;
        _monitor.Sample(now, new TxSample(now, _device.IsOperational, _device.TxPackets, _device.InflightBytes,
            _pauseFrames.Count, _pauseFrames.At, _device.CarrierChanges), _device.Timeouts);
    }

    private void Pause(double seconds, bool breaks)
    {
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
        _blindUntil = _device.Now + seconds;
        _isWatchedWell = false;
    }

    private void At(double seconds, Action action) => _plan.Enqueue(action, seconds);

    private static TimeSpan Time(double seconds) => TimeSpan.FromTicks((long)(seconds * TimeSpan.TicksPerSecond));
}
