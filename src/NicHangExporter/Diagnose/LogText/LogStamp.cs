namespace NicHangExporter.Diagnose.LogText;

/// <summary>The clock of a timestamp. Timestamps of different clocks can't be compared.</summary>
internal enum LogClockKind
{
    /// <summary>The line has no time.</summary>
    None,
    /// <summary>Time since boot: <c>[ 9385.606118]</c>, or the µs of a raw record.</summary>
    Boot,
    /// <summary>A date. The zone is ignored, because a log uses one zone.</summary>
    Wall,
    /// <summary>A time of day without a date.</summary>
    Day,
    /// <summary>Time since the previous line: <c>[ +0.000093]</c> (dmesg --human).</summary>
    Delta,
    /// <summary>
    /// The minute of <c>[Mar15 18:17]</c>, which dmesg --human writes instead of a delta when a new minute starts.
    /// </summary>
    Minute,
}

/// <param name="Clock">Its clock.</param>
/// <param name="At">The time since that clock's origin; for dates since 0001-01-01, in the year 2000 if the log has no
/// year.</param>
internal readonly record struct LogStamp(LogClockKind Clock, TimeSpan At);
