namespace NicHangExporter.Diagnose.LogText;

/// <summary>Which clock a stamp was read from; stamps of different clocks can't be compared.</summary>
internal enum LogClockKind
{
    /// <summary>The line has no time.</summary>
    None,
    /// <summary>Since boot: <c>[ 9385.606118]</c>, or the µs of a raw record.</summary>
    Boot,
    /// <summary>A date, without regard to its zone: a log keeps to one.</summary>
    Wall,
    /// <summary>A time of day without a date.</summary>
    Day,
    /// <summary>Since the line before: <c>[  +0.000093]</c> (dmesg --human).</summary>
    Delta,
    /// <summary>The minute of <c>[Mar15 18:17]</c>, which dmesg --human writes instead of a delta when a new one begins.</summary>
    Minute,
}

/// <summary>The time in front of a line.</summary>
/// <param name="Clock">Its clock.</param>
/// <param name="At">The time since that clock's origin; for dates since 0001-01-01, in the year 2000 where the log writes none.</param>
internal readonly record struct LogStamp(LogClockKind Clock, TimeSpan At);
