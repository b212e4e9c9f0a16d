namespace NicHangExporter.Logging;

/// <summary>
/// Lets so many log lines of a kind through in a minute and holds back the rest: what repeats is counted in a metric, and whoever can make it repeat must not
/// be able to fill the disk. Any thread may ask.
/// </summary>
/// <param name="clock">The clock.</param>
/// <param name="most">How many lines a minute.</param>
internal sealed class LogThrottle(TimeProvider clock, int most = 1)
{
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private long? _start;
    private int _spent;
    private ulong _heldBack;

    /// <summary>Takes in <paramref name="amount"/>; true where a line is due, with everything that came since the last one in <paramref name="sum"/>.</summary>
    public bool IsDue(ulong amount, out ulong sum)
    {
        lock (_gate)
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
