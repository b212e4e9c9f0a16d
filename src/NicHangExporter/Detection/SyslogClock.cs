namespace NicHangExporter.Detection;

/// <summary>
/// Turns the time of a record that syslog(2) returned late into time since boot by this process's clock. The two clocks
/// differ by a constant and by what NTP steers, so the smallest difference between a reading and its newest record is
/// close to that constant. Records of one burst keep their distance, also if they come in several readings, and none is
/// later than its reading. Pure: time comes in.
/// </summary>
internal struct SyslogClock
{
    // NTP steers CLOCK_MONOTONIC by at most 500 ppm (MAXFREQ, include/linux/timex.h), and the log's clock not at all.
    private const int DriftFraction = 2000;

    // Far from where sums and differences of times overflow.
    private static readonly TimeSpan Latest = TimeSpan.MaxValue / 8;

    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(1);

    private TimeSpan? _offset;
    private TimeSpan _observed;

    /// <summary>How far the two clocks may drift apart in that time.</summary>
    public static TimeSpan Drift(TimeSpan elapsed) => elapsed / DriftFraction;

    /// <summary>Adds a reading that has new records.</summary>
    /// <param name="now">The time of the reading.</param>
    /// <param name="newest">The time of its newest record.</param>
    public void Observe(TimeSpan now, TimeSpan newest)
    {
        var difference = now - Limit(newest);
        var offset = _offset + Drift(now - _observed);
        // A new record was printed after the last reading that had one. If not, a clock has jumped.
        var hasJumped = Limit(newest) + offset < _observed - Slack;
        _offset = offset < difference && !hasJumped ? offset : difference;
        _observed = now;
    }

    /// <summary>When a record of that reading was printed.</summary>
    public readonly TimeSpan TimeOf(TimeSpan sinceBoot) =>
        Limit(sinceBoot) + (_offset ?? TimeSpan.Zero) is var time && time > TimeSpan.Zero ? time : TimeSpan.Zero;

    private static TimeSpan Limit(TimeSpan sinceBoot) => sinceBoot < Latest ? sinceBoot : Latest;
}
