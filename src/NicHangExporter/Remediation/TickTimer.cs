namespace NicHangExporter.Remediation;

/// <summary>
/// The timer of the remediator: each <see cref="Fast"/> while a remediation runs, each <see cref="Idle"/> otherwise, so
/// that it rarely wakes an idle host.
/// </summary>
/// <param name="isRunning">True while a remediation runs.</param>
/// <param name="onTick">Runs at each tick, on a thread of the pool.</param>
/// <param name="clock">The clock.</param>
internal sealed class TickTimer(Func<bool> isRunning, Action onTick, TimeProvider clock) : IAsyncDisposable, IDisposable
{
    /// <summary>How often a running remediation is checked: the resolution of the time to the first packet.</summary>
    public static readonly TimeSpan Fast = TimeSpan.FromMilliseconds(250);

    /// <summary>How often the state is checked while no remediation runs.</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private ITimer? _timer;
    private bool _isFast;
    private long _lastTick;
    private TimeSpan _idleLeft;

    /// <summary>Starts the ticks.</summary>
    public void Start() => _timer = clock.CreateTimer(_ => Tick(), null, Fast, Idle);

    /// <summary>Follows the start and the end of a remediation.</summary>
    public void Adjust()
    {
        lock (_lock)
        {
            // A change starts the interval again: without this, frequent calls would put the next tick off for ever.
            if (isRunning() == _isFast)
                return;
            _isFast = !_isFast;
            // The idle interval goes on after the remediation where it was before.
            if (_isFast)
                _idleLeft = Idle - (Fast * Math.Min(3, (int)(clock.GetElapsedTime(_lastTick) / Fast)));
            _timer?.Change(_isFast ? Fast : _idleLeft, _isFast ? Fast : Idle);
        }
    }

    private void Tick()
    {
        _lastTick = clock.GetTimestamp();
        onTick();
    }

    /// <inheritdoc/>
    public void Dispose() => _timer?.Dispose();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _timer?.DisposeAsync() ?? ValueTask.CompletedTask;
}
