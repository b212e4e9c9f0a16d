using NicHangExporter.Options;

namespace NicHangExporter.Metrics;

/// <summary>Writes the counters of struct rtnl_link_stats64 of each device. Reading them does not take RTNL.</summary>
internal sealed class StatisticsCollector(ExporterOptions options, CollectorHealth health, TimeProvider clock)
{
    private readonly FileTable _files = new(
        [.. KernelMetrics.Files.Where(row => row.Collector == Collector.Statistics)]);

    /// <summary>Writes all families and adds the outcome.</summary>
    public void Write(ExpositionWriter writer, OpenDevices devices, List<CollectorOutcome> outcomes)
    {
        if (!options.Collectors.Has(Collector.Statistics))
            return;
        var start = clock.GetTimestamp();
        var failure = _files.Write(writer, devices) ?? CollectorOutcome.Incomplete(devices);
        outcomes.Add(
            new CollectorOutcome(Collector.Statistics, failure is null, clock.GetElapsedTime(start)));
        health.Report(Collector.Statistics, failure);
    }
}
