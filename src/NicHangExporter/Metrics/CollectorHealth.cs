using System.Collections.Concurrent;
using NicHangExporter.Hosting;
using NicHangExporter.Options;

namespace NicHangExporter.Metrics;

/// <summary>
/// Logs a collector's failure once when it starts and once when it ends. The metric shows the state in between.
/// </summary>
internal sealed partial class CollectorHealth(ILogger<CollectorHealth> logger)
{
    private readonly ConcurrentDictionary<Collector, bool> _failed = new();

    /// <summary>Records the outcome of one run.</summary>
    /// <param name="collector">The collector.</param>
    /// <param name="reason">The first error, or null.</param>
    public void Report(Collector collector, string? reason)
    {
        var failed = reason is not null;
        if (_failed.TryGetValue(collector, out var before) ? before == failed : !failed)
            return;
        _failed[collector] = failed;
        if (failed)
            LogFailed(collector.Name, reason!);
        else
            LogRecovered(collector.Name);
    }

    [LoggerMessage(
        EventIds.CollectorFailed, LogLevel.Warning, "Collector {Collector} could not read everything: {Reason}")]
    private partial void LogFailed(string collector, string reason);

    [LoggerMessage(EventIds.CollectorRecovered, LogLevel.Information, "Collector {Collector} reads everything again")]
    private partial void LogRecovered(string collector);
}
