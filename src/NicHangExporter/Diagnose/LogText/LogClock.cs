namespace NicHangExporter.Diagnose.LogText;

/// <summary>
/// Makes one timeline of the timestamps of a log. It handles reboots (the time since boot restarts), the change of the
/// year or the day in timestamps without them, and the deltas of dmesg. A line without a time has the time of the
/// previous line. A step back by more than the gap starts a new section, at more than the gap after the last one, so
/// that no episode spans a reboot.
/// </summary>
internal sealed class LogClock(TimeSpan gap)
{
    private TimeSpan _last;
    private LogClockKind _clock;
    private TimeSpan _offset;
    private bool _minutesAligned;

    /// <summary>
    /// The line's time on the timeline. If the line has two timestamps, uses the one of the clock that the log used so
    /// far.
    /// </summary>
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
                // A log with deltas only starts at 1 s, because zero means that the log has no times.
                if (_clock == LogClockKind.None) _last = TimeSpan.FromSeconds(1);
                _clock = LogClockKind.Delta;
                return _last = Add(_last, stamp.At);
            case LogClockKind.Minute:
                return _last = Minute(stamp.At);
        }
        var at = Add(stamp.At, _offset);
        if (_clock != stamp.Clock)
        {
            // Another clock, with an unknown relation to the previous one. The first clock sets the origin.
            _offset =
                _clock == LogClockKind.None ? TimeSpan.Zero : Add(Add(_last, gap), TimeSpan.FromSeconds(1)) - stamp.At;
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
        // Timestamps of different CPUs are not strictly ordered.
        if (at > _last) _last = at;
        return at;
    }

    private TimeSpan Minute(TimeSpan minute)
    {
        // The first minute gives earlier deltas no date. It continues them.
        if (!_minutesAligned)
        {
            _offset = _clock == LogClockKind.Delta ? _last - minute : TimeSpan.Zero;
            _minutesAligned = true;
        }
        _clock = LogClockKind.Delta;
        var at = Add(minute, _offset);
        if (at >= _last) return at;
        // The deltas are ahead of the start of the minute. A larger step back is a new year.
        if (_last - at <= TimeSpan.FromMinutes(2)) return _last;
        _offset = Add(_offset, Add(_last, gap) - at);
        return Add(minute, _offset);
    }

    // Limits invalid timestamps, so that the log can still be read.
    private static TimeSpan Add(TimeSpan left, TimeSpan right)
    {
        var sum = (Int128)left.Ticks + right.Ticks;
        return new TimeSpan((long)Int128.Clamp(sum, TimeSpan.MinValue.Ticks / 4, TimeSpan.MaxValue.Ticks / 4));
    }
}
