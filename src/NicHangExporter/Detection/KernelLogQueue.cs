namespace NicHangExporter.Detection;

/// <summary>
/// What waits between the thread that reads the kernel log and the one that makes something of it. Both wait in here as threads: a channel would wake them by way
/// of the thread pool, and that may be busy waiting for a name server that the hung NIC has cut off. One writer, one reader; anybody may wake them.
/// </summary>
/// <param name="capacity">The most events in it.</param>
internal sealed class KernelLogQueue(int capacity)
{
    // Not a Lock: that is nothing to wait in.
    private readonly object _gate = new();
    private readonly Queue<KernelLogEvent> _events = new(capacity);
    private bool _woken;
    private bool _completed;

    /// <summary>How many events wait.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _events.Count;
        }
    }

    /// <summary>True when the writer has ended and everything is taken.</summary>
    public bool IsCompleted
    {
        get
        {
            lock (_gate)
                return _completed && _events.Count == 0;
        }
    }

    /// <summary>Adds an event; false where there is no room.</summary>
    public bool TryWrite(in KernelLogEvent item)
    {
        lock (_gate)
        {
            if (_events.Count == capacity)
                return false;
            _events.Enqueue(item);
            Monitor.PulseAll(_gate);
            return true;
        }
    }

    /// <summary>Waits until there is room.</summary>
    /// <exception cref="OperationCanceledException">It was told to stop.</exception>
    public void WaitForRoom(CancellationToken stop)
    {
        using var waking = stop.Register(Pulse);
        lock (_gate)
            while (_events.Count == capacity)
            {
                stop.ThrowIfCancellationRequested();
                Monitor.Wait(_gate);
            }
    }

    /// <summary>Takes the oldest event; false where there is none.</summary>
    public bool TryRead(out KernelLogEvent item)
    {
        lock (_gate)
        {
            Monitor.PulseAll(_gate);
            return _events.TryDequeue(out item);
        }
    }

    /// <summary>Waits until there is an event, somebody wakes the reader, or the time is over: real time, whatever the clock of the rest.</summary>
    /// <param name="timeout">Null for none; what is past is over at once.</param>
    public void WaitForNews(TimeSpan? timeout)
    {
        // Up to the next millisecond: what is cut off would be waited for in a spin.
        var milliseconds = timeout is { } time ? (int)Math.Ceiling(Math.Clamp(time.TotalMilliseconds, 0, int.MaxValue)) : Timeout.Infinite;
        lock (_gate)
        {
            // Once: the caller looks at the clock and comes again, so a pulse that was meant for the writer does no harm.
            if (_events.Count == 0 && !_woken)
                Monitor.Wait(_gate, milliseconds);
            _woken = false;
        }
    }

    /// <summary>Lets the reader look around, now or when it would wait next.</summary>
    public void Wake()
    {
        lock (_gate)
        {
            _woken = true;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Nothing more will come.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _completed = true;
            _woken = true;
            Monitor.PulseAll(_gate);
        }
    }

    private void Pulse()
    {
        lock (_gate)
            Monitor.PulseAll(_gate);
    }
}
