using NicHangExporter.Detection.Episodes;
using NicHangExporter.Hosting;

namespace NicHangExporter.Detection;

// The log messages. A change is logged once; what repeats is only counted.
internal sealed partial class EpisodeTracker
{
    private void ReportHistory()
    {
        if (_historyEvents > 0)
            LogHistory(_historyEvents);
        _historyEvents = 0;
    }

    private void LogEnded(DeviceTracker device, in EpisodeEnded ended)
    {
        if (!ended.WasLive)
            return;
        var (name, episode) = (device.Name.ToString(), ended.Episode);
        var seconds = Math.Round(episode.Duration.TotalSeconds, 1);
        if (episode.Shape == HangShape.Paused)
            LogPauseEnded(name, seconds);
        else
            LogEpisodeEnded(name, MetricLabels.Of(episode.Shape), seconds,
                episode.DriverReports, episode.WatchdogReports, episode.Resets);
    }

    [LoggerMessage(EventIds.EpisodeStarted, LogLevel.Warning,
        "Hang episode of {Device} started, reported by {Source}{Report}")]
    private partial void LogEpisodeStarted(
        string device, string source, string report, string driver, string busAddress);

    [LoggerMessage(EventIds.EpisodeEnded, LogLevel.Warning,
        "Hang episode of {Device} ended: {Shape}, {Seconds} s, {DriverReports} driver reports, "
        + "{WatchdogReports} watchdog reports, {Resets} resets")]
    private partial void LogEpisodeEnded(
        string device, string shape, double seconds, int driverReports, int watchdogReports, int resets);

    [LoggerMessage(EventIds.TransmitterPaused, LogLevel.Warning,
        "The link partner pauses the transmitter of {Device} with pause frames: nothing is sent, but the NIC is not "
        + "hung")]
    private partial void LogPaused(string device);

    [LoggerMessage(EventIds.TransmitterPauseEnded, LogLevel.Warning,
        "The link partner has stopped pausing the transmitter of {Device}, after {Seconds} s")]
    private partial void LogPauseEnded(string device, double seconds);

    [LoggerMessage(EventIds.HistoryRead, LogLevel.Information,
        "Read the kernel log from before the start: {Events} hang, reset and link messages; they are counted, and no "
        + "hang is active because of them")]
    private partial void LogHistory(long events);
}
