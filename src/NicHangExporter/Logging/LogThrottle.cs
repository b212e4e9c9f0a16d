namespace NicHangExporter.Logging;

/// <summary>
/// Lets one log line through and then holds back its like for a while: what repeats is counted in a metric, and whoever can make it repeat must not
/// be able to fill the disk. Not for use by several threads.
/// </summary>
internal sealed class LogThrottle(TimeProvider clock)
{
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(1);

    private long? _last;
    private ulong _heldBack;

    /// <summary>Takes in <paramref name="amount"/>; true where a line is due, with everything that came since the last one in <paramref name="sum"/>.</summary>
    public bool IsDue(ulong amount, out ulong sum)
    {
        _heldBack += amount;
        sum = _heldBack;
        if (_last is { } last && clock.GetElapsedTime(last) < Silence)
            return false;
        _last = clock.GetTimestamp();
        _heldBack = 0;
        return true;
    }
}
