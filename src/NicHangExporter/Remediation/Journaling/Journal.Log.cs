using NicHangExporter.Hosting;

namespace NicHangExporter.Remediation.Journaling;

internal sealed partial class Journal
{
    [LoggerMessage(EventIds.JournalOpened, LogLevel.Information, "The journal {Path} goes on after entry {Seq}; it knows of {Devices} devices")]
    private partial void LogOpened(string path, long seq, int devices);

    [LoggerMessage(EventIds.JournalUnavailable, LogLevel.Error, "The journal {Path} can't be used, so nothing is remediated until it can: {Reason}")]
    private partial void LogUnavailable(string path, string reason);

    [LoggerMessage(EventIds.JournalRecovered, LogLevel.Information, "The journal {Path} can be written again; {Summed} of the entries since then are in it only as a sum")]
    private partial void LogRecovered(string path, long summed);

    [LoggerMessage(EventIds.JournalSetAside, LogLevel.Error, "The journal {Path} can't be continued and will be kept as {Aside} when the next entry comes: {Reason}")]
    private partial void LogSetAside(string path, string aside, string reason);

    [LoggerMessage(EventIds.JournalTorn, LogLevel.Warning, "The last {Bytes} bytes of the journal {Path} were not written to their end and are cut away")]
    private partial void LogTorn(string path, int bytes);
}
