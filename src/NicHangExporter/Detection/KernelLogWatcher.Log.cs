using NicHangExporter.Hosting;

namespace NicHangExporter.Detection;

// What the watcher says of the log itself.
internal sealed partial class KernelLogWatcher
{
    [LoggerMessage(EventIds.KmsgOpened, LogLevel.Information, "Reading the kernel log from {Path}")]
    private partial void LogOpened(string path);

    [LoggerMessage(EventIds.SyslogOpened, LogLevel.Information,
        "Reading the kernel log by syslog(2) once a second, for the device can't be read; a hang is acted on only where a transmit counter shows it too: {Reason}")]
    private partial void LogSyslogOpened(string reason);

    [LoggerMessage(EventIds.KmsgUnavailable, LogLevel.Warning, "The kernel log can't be read, so hang messages are not seen; transmit counters still are: {Reason}")]
    private partial void LogUnavailable(string reason);

    [LoggerMessage(EventIds.BlindSpots, LogLevel.Warning,
        "Running without the right to read the kernel log, so hang messages are not seen, only transmit counters; grant CAP_SYSLOG (systemd: AmbientCapabilities=CAP_SYSLOG; a file: setcap cap_syslog+ep; a pod: securityContext.capabilities.add SYSLOG) or run as root: {Reason}")]
    private partial void LogPermissionDenied(string reason);

    [LoggerMessage(EventIds.KmsgOverrun, LogLevel.Warning, "{Lost} records of the kernel log were lost, a hang may have been among them: {Reason}")]
    private partial void LogOverrun(ulong lost, string reason);

    [LoggerMessage(EventIds.KmsgOverrun, LogLevel.Warning,
        "Records of the kernel log may be lost {Times} times, a hang may have been among them: the ring overtook the reader, or somebody cleared the log (dmesg -C)")]
    private partial void LogGap(ulong times);

    [LoggerMessage(EventIds.UntrustedHang, LogLevel.Warning, "User space wrote {Messages} hang messages into the kernel log (facility {Facility}): {Verdict}")]
    private partial void LogUntrustedHang(ulong messages, int facility, string verdict);

    [LoggerMessage(EventIds.KmsgUntrustedAccepted, LogLevel.Warning, "REHEARSAL: --kmsg.accept-untrusted is on, so anybody who can write to {Path} can fake a hang")]
    private partial void LogUntrustedAccepted(string path);

    [LoggerMessage(EventIds.KmsgFailed, LogLevel.Error,
        "{Records} records of the kernel log met an unexpected error and were passed over, the last one printed {Seconds} seconds after boot")]
    private partial void LogFailed(Exception exception, ulong records, double seconds);

    [LoggerMessage(EventIds.PositionAheadOfRing, LogLevel.Warning, "The saved position {Saved} is ahead of the kernel log, which ends at {Last} (a restored snapshot?); going on from its end")]
    private partial void LogPositionAhead(ulong saved, ulong last);

    [LoggerMessage(EventIds.PositionAheadOfRing, LogLevel.Warning,
        "The saved time in the kernel log, {Saved} seconds after boot, is ahead of the clock, which is at {Now} (a restored snapshot?); it is not used")]
    private partial void LogTimeAhead(double saved, double now);
}
