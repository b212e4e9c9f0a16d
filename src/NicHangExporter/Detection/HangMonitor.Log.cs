using NicHangExporter.Hosting;

namespace NicHangExporter.Detection;

// What the monitor says: what changes, once; what repeats is counted.
internal sealed partial class HangMonitor
{
    [LoggerMessage(EventIds.EpisodeStarted, LogLevel.Warning, "Hang episode of {Device} started, reported by {Source}{Report}")]
    private partial void LogEpisodeStarted(string device, string source, string report, string driver, string busAddress);

    [LoggerMessage(EventIds.EpisodeEnded, LogLevel.Warning, "Hang episode of {Device} ended: {Shape}, {Seconds} s, {DriverReports} driver reports, {WatchdogReports} watchdog reports, {Resets} resets")]
    private partial void LogEpisodeEnded(string device, string shape, double seconds, int driverReports, int watchdogReports, int resets);

    [LoggerMessage(EventIds.TransmitterPaused, LogLevel.Warning, "The link partner holds the transmitter of {Device} with pause frames: nothing is sent, but the NIC is not hung")]
    private partial void LogPaused(string device);

    [LoggerMessage(EventIds.TransmitterPauseEnded, LogLevel.Warning, "The link partner held the transmitter of {Device} with pause frames for {Seconds} s; that is over")]
    private partial void LogPauseEnded(string device, double seconds);

    [LoggerMessage(EventIds.BootUnknown, LogLevel.Warning, "The boot_id can't be read below {Path}, so the position in the kernel log means nothing after a restart: what is still in it then counts again, as history")]
    private partial void LogBootUnknown(string path);

    [LoggerMessage(EventIds.HangUnattributed, LogLevel.Warning, "A hang was reported for a device that is not watched")]
    private partial void LogUnattributed(string device, string busAddress, string driver);

    [LoggerMessage(EventIds.HistoryRead, LogLevel.Information, "Read from the kernel log of before the start: {Events} hang, reset and link messages; they are counted, and make no hang active")]
    private partial void LogHistory(long events);

    [LoggerMessage(EventIds.MonitorFailed, LogLevel.Error, "The hang monitor met an unexpected error and goes on")]
    private partial void LogFailed(Exception exception);
}
