namespace NicHangExporter.Detection;

/// <summary>
/// The events between the thread of the kernel log and the monitor. Both wait here as threads: a channel wakes its
/// reader through the thread pool, which may be busy waiting for a name server that the hung NIC has cut off. One
/// writer, one reader; any thread may wake the reader. Why it is no BlockingCollection: docs/decisions/0040.
/// </summary>
/// <param name="capacity">The most events in it.</param>
internal sealed class KernelLogQueue(int capacity)
{
    // Not a Lock, which has no Wait.
    private readonly object _lock = new();
    private readonly Queue<KernelLogEvent> _events = new(capacity);
    private bool _isWoken;
    private bool _isCompleted;

    /// <summary>The writer has ended and every event is taken.</summary>
    public bool IsCompleted
    {
        get
        {
            lock (_lock)
                return _isCompleted && _events.Count == 0;
        }
    }

    /// <summary>Adds an event; false if the queue is full.</summary>
    public bool TryWrite(in KernelLogEvent item)
    {
        lock (_lock)
        {
            if (_events.Count == capacity)
                return false;
            _events.Enqueue(item);
            Monitor.PulseAll(_lock);
            return true;
        }
    }

    /// <summary>Waits until the queue is not full.</summary>
    /// <exception cref="OperationCanceledException">The wait was ended.</exception>
    public void WaitForRoom(CancellationToken stop)
    {
        using var waking = stop.Register(Pulse);
        lock (_lock)
            while (_events.Count == capacity)
            {
                stop.ThrowIfCancellationRequested();
                Monitor.Wait(_lock);
            }
    }

    /// <summary>Takes the oldest event; false if the queue is empty.</summary>
    public bool TryRead(out KernelLogEvent item)
    {
        lock (_lock)
        {
            Monitor.PulseAll(_lock);
            return _events.TryDequeue(out item);
        }
    }

    /// <summary>Waits until there is an event, the reader is woken, or the time is over. It may return
    /// earlier.</summary>
    /// <param name="timeout">Real time, also with a fake clock; null for no limit. A negative time is over
    /// immediately.</param>
    public void WaitForNews(TimeSpan? timeout)
    {
        // Rounded up: the reader would spin through the fraction of a millisecond that is cut off.
        var milliseconds = timeout is { } time
            ? (int)Math.Ceiling(Math.Clamp(time.TotalMilliseconds, 0, int.MaxValue))
            : Timeout.Infinite;
        lock (_lock)
        {
            // Waits once: the caller reads the clock and comes again, so a pulse that was meant for the writer does no
            // harm.
            if (_events.Count == 0 && !_isWoken)
                Monitor.Wait(_lock, milliseconds);
            _isWoken = false;
        }
    }

    /// <summary>Ends the reader's wait, the present one or the next.</summary>
    public void Wake()
    {
        lock (_lock)
        {
            _isWoken = true;
            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>No event follows.</summary>
    public void Complete()
    {
        lock (_lock)
        {
            _isCompleted = true;
            _isWoken = true;
            Monitor.PulseAll(_lock);
        }
    }

    private void Pulse()
    {
        lock (_lock)
            Monitor.PulseAll(_lock);
    }
}
