namespace NicHangExporter.Logging;

/// <summary>
/// Limits the log lines of one kind per minute, so that a repeating event can't fill the disk. Thread-safe.
/// </summary>
/// <param name="clock">The clock.</param>
/// <param name="most">Lines per minute.</param>
internal sealed class LogThrottle(TimeProvider clock, int most = 1)
{
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private long? _start;
    private int _spent;
    private ulong _heldBack;

    /// <summary>
    /// Adds <paramref name="amount"/> events. Returns true if a line is due, with all events since the last line in
    /// <paramref name="sum"/>.
    /// </summary>
    public bool IsDue(ulong amount, out ulong sum)
    {
        lock (_lock)
        {
            if (_start is not { } start || clock.GetElapsedTime(start) >= Period)
                (_start, _spent) = (clock.GetTimestamp(), 0);
            _heldBack += amount;
            sum = _heldBack;
            if (_spent >= most)
                return false;
            _spent++;
            _heldBack = 0;
            return true;
        }
    }
}
