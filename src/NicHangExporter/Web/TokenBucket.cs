namespace NicHangExporter.Web;

/// <summary>Allows a burst of requests, and then one in each interval.</summary>
internal sealed class TokenBucket(RateLimit limit, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private double _left = limit.Burst;
    private long _at = clock.GetTimestamp();

    /// <summary>True if one more request is allowed.</summary>
    public bool TryTake()
    {
        lock (_lock)
        {
            var now = clock.GetTimestamp();
            _left = Math.Min(limit.Burst, _left + clock.GetElapsedTime(_at, now) / limit.Interval);
            _at = now;
            if (_left < 1)
                return false;
            _left--;
            return true;
        }
    }
}
