namespace NicHangExporter.Diagnose.LogText;

/// <summary>
/// Makes one timeline of the stamps of a log: reboots (the time since boot starts again), the turn of the year or of the day in stamps
/// that don't write them, and dmesg's deltas. Lines without a time are at the same time as the line before. A step back of more than the gap starts
/// a new stretch, further from the last one than the gap, so that no episode spans a reboot.
/// </summary>
internal sealed class LogClock(TimeSpan gap)
{
    private TimeSpan _last;
    private LogClockKind _clock;
    private TimeSpan _offset;
    private bool _minutesAligned;

    /// <summary>The line's time on the timeline: of two stamps, the one of the clock that the log has gone by so far.</summary>
    public TimeSpan Read(LogStamp stamp, LogStamp other) =>
        Read(other.Clock != LogClockKind.None && other.Clock == _clock ? other : stamp);

    /// <summary>The line's time on the timeline.</summary>
    public TimeSpan Read(LogStamp stamp)
    {
        switch (stamp.Clock)
        {
            case LogClockKind.None:
                return _last;
            case LogClockKind.Delta:
                // A log with deltas only starts at 1 s: a zero would say that it has no times at all.
                if (_clock == LogClockKind.None) _last = TimeSpan.FromSeconds(1);
                _clock = LogClockKind.Delta;
                return _last = Add(_last, stamp.At);
            case LogClockKind.Minute:
                return _last = Minute(stamp.At);
        }
        var at = Add(stamp.At, _offset);
        if (_clock != stamp.Clock)
        {
            // Another clock: nothing tells how they relate. The first one sets the origin.
            _offset = _clock == LogClockKind.None ? TimeSpan.Zero : Add(Add(_last, gap), TimeSpan.FromSeconds(1)) - stamp.At;
            _clock = stamp.Clock;
            at = Add(stamp.At, _offset);
        }
        else if (at < _last - gap)
        {
            var step = stamp.Clock switch
            {
                LogClockKind.Day => TimeSpan.FromDays(1),
                LogClockKind.Wall when _last - at > TimeSpan.FromDays(300) => TimeSpan.FromDays(366),
                _ => TimeSpan.Zero,
            };
            if (step == TimeSpan.Zero || Add(at, step) < _last - gap)
                step = Add(Add(_last, gap), TimeSpan.FromSeconds(1)) - at;
            _offset = Add(_offset, step);
            at = Add(at, step);
        }
        // Stamps of different CPUs are not strictly ordered.
        if (at > _last) _last = at;
        return at;
    }

    private TimeSpan Minute(TimeSpan minute)
    {
        // The first one gives the deltas before it no date; it continues them.
        if (!_minutesAligned)
        {
            _offset = _clock == LogClockKind.Delta ? _last - minute : TimeSpan.Zero;
            _minutesAligned = true;
        }
        _clock = LogClockKind.Delta;
        var at = Add(minute, _offset);
        if (at >= _last) return at;
        // Within the minute the deltas have gone further; a greater step back is a new year.
        if (_last - at <= TimeSpan.FromMinutes(2)) return _last;
        _offset = Add(_offset, Add(_last, gap) - at);
        return Add(minute, _offset);
    }

    // Absurd stamps don't end the reading of a log.
    private static TimeSpan Add(TimeSpan left, TimeSpan right)
    {
        var sum = (Int128)left.Ticks + right.Ticks;
        return new TimeSpan((long)Int128.Clamp(sum, TimeSpan.MinValue.Ticks / 4, TimeSpan.MaxValue.Ticks / 4));
    }
}
