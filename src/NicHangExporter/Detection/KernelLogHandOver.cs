namespace NicHangExporter.Detection;

/// <summary>
/// Hands events from the thread of the kernel log to the monitor, together with the position in the log that belongs to
/// them.
/// </summary>
/// <param name="capacity">The most events that wait for the monitor. The next ones wait in the kernel's ring.</param>
internal sealed class KernelLogHandOver(int capacity)
{
    private readonly TaskCompletionSource _caughtUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private long _sequence = -1;
    private long _time = -1;

    /// <summary>The events, in the order of the log.</summary>
    public KernelLogQueue Events { get; } = new(capacity);

    /// <summary>Completes when everything that was in the ring at the start has been read, or nothing can be
    /// read.</summary>
    public Task CaughtUp => _caughtUp.Task;

    /// <summary>The number of the last record whose event, if any, is in <see cref="Events"/>; null before the first,
    /// and if the last one came through syslog(2), which has no numbers.</summary>
    public ulong? Sequence => Interlocked.Read(ref _sequence) is var sequence and >= 0 ? (ulong)sequence : null;

    /// <summary>The time since boot of the newest record whose event, if any, is in <see cref="Events"/>; null before
    /// the first.</summary>
    public TimeSpan? Time => Interlocked.Read(ref _time) is var time and >= 0 ? TimeSpan.FromTicks(time) : null;

    /// <summary>
    /// Takes events while no other is handed over, and returns the position that belongs to them: every event up to it
    /// has been taken, and none after it. Counts and position that are saved together must come from here, or a restart
    /// counts an event twice.
    /// </summary>
    /// <param name="takeEvents">Empties <see cref="Events"/>.</param>
    public LogPosition Settle(Action takeEvents)
    {
        lock (_lock)
        {
            takeEvents();
            return new LogPosition(Sequence, Time);
        }
    }

    /// <summary>Hands over an event, and waits for the monitor if the queue is full.</summary>
    /// <param name="item">The event.</param>
    /// <param name="sequence">The number of its record; null if it has none.</param>
    /// <param name="time">The time of its record.</param>
    /// <param name="stop">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">The wait was ended.</exception>
    public void Add(in KernelLogEvent item, ulong? sequence, TimeSpan time, CancellationToken stop)
    {
        while (true)
        {
            lock (_lock)
                if (Events.TryWrite(item))
                {
                    Pass(sequence, time);
                    return;
                }
            Events.WaitForRoom(stop);
        }
    }

    /// <summary>Moves the position over a record that has no event.</summary>
    public void Pass(ulong? sequence, TimeSpan time)
    {
        // Times are not in order between processors: the newest counts.
        Interlocked.Exchange(ref _time, Math.Max(_time, time.Ticks));
        Interlocked.Exchange(ref _sequence, (long?)sequence ?? -1);
    }

    /// <summary>Sets the position, where it is not null, to the one of an earlier process or to the end of the
    /// log.</summary>
    public void MoveTo(LogPosition position)
    {
        if (position.Time is { } time)
            Interlocked.Exchange(ref _time, time.Ticks);
        if (position.Sequence is { } sequence)
            Interlocked.Exchange(ref _sequence, (long)sequence);
    }

    /// <summary>Everything that was in the ring at the start has been read, or can't be.</summary>
    public void CatchUp()
    {
        // The monitor waits for this together with the events.
        if (_caughtUp.TrySetResult())
            Events.Wake();
    }
}
