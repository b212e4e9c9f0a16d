namespace NicHangExporter.Remediation;

/// <summary>
/// The timer of the remediator. It runs only while something is in progress: an idle host is not woken.
/// </summary>
/// <param name="interval">The interval that is needed now; null for no ticks. Any thread may call.</param>
/// <param name="onTick">Runs at each tick, on a thread of the pool.</param>
/// <param name="clock">The clock.</param>
internal sealed class TickTimer(Func<TimeSpan?> interval, Action onTick, TimeProvider clock)
    : IAsyncDisposable, IDisposable
{
    /// <summary>How often a running remediation is checked: the resolution of the time to the first packet.</summary>
    public static readonly TimeSpan Fast = TimeSpan.FromMilliseconds(250);

    /// <summary>How often the deadline of requests and the next recovery action are checked.</summary>
    public static readonly TimeSpan Slow = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private ITimer? _timer;
    private TimeSpan? _interval;

    /// <summary>True while it ticks.</summary>
    public bool IsRunning
    {
        get
        {
            lock (_lock)
                return _interval is not null;
        }
    }

    /// <summary>Starts the ticks, if any are needed now.</summary>
    public void Start()
    {
        lock (_lock)
            _timer = clock.CreateTimer(_ => onTick(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Adjust();
    }

    /// <summary>Changes to the interval that is needed now. Any thread may call.</summary>
    public void Adjust()
    {
        lock (_lock)
        {
            // A change starts the interval again: without this, frequent calls would put the next tick off for ever.
            if (_timer is null || interval() is var needed && needed == _interval)
                return;
            _interval = needed;
            // The first tick is soon: what has begun or ended may have work for it.
            _timer.Change(needed is null ? Timeout.InfiniteTimeSpan : Fast, needed ?? Timeout.InfiniteTimeSpan);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer?.Dispose();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _timer?.DisposeAsync() ?? ValueTask.CompletedTask;
}
