namespace NicHangExporter.Detection;

/// <summary>Up to where the kernel log has been counted, within one boot.</summary>
/// <param name="Sequence">The number of the last record; null if none was counted, or the last one came through
/// syslog(2).</param>
/// <param name="Time">The time since boot of the newest record; null if none was counted.</param>
internal readonly record struct LogPosition(ulong? Sequence, TimeSpan? Time);
