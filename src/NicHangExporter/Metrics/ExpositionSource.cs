using NicHangExporter.Options;
using static NicHangExporter.Metrics.KernelMetrics;

namespace NicHangExporter.Metrics;

/// <summary>
/// Writes the whole exposition: the kernel's values, read now, and then this program's values.
/// </summary>
internal sealed class ExpositionSource(
    ExporterOptions options, DeviceInventory inventory, StatisticsCollector statistics, LinkCollector links,
    QueuesCollector queues, EthtoolCollector ethtool, ProcessCollector process, ExporterMetrics metrics)
{
    private readonly List<CollectorOutcome> _outcomes = [];

    /// <summary>Renders the exposition. It makes no ioctl and never waits for the RTNL lock. Not thread-safe.</summary>
    /// <param name="body">Must be empty; receives the exposition.</param>
    /// <param name="format">The format.</param>
    public void Render(ExpositionBody body, ExpositionFormat format)
    {
        metrics.Refresh();
        var writer = new ExpositionWriter(body, format);
        WriteKernel(writer);
        for (var index = 0; index < metrics.All.Count; index++)
            metrics.All[index].Write(writer);
        writer.End();
    }

    private void WriteKernel(ExpositionWriter writer)
    {
        var outcomes = _outcomes;
        outcomes.Clear();
        using (var devices = inventory.Open())
        {
            statistics.Write(writer, devices, outcomes);
            links.Write(writer, devices, outcomes);
            queues.Write(writer, devices, outcomes);
            ethtool.Write(writer, devices, outcomes);
            writer.Single(Devices, devices.All.Count);
            writer.Single(DevicesDropped, devices.Dropped);
        }
        if (options.Collectors.Has(Collector.Process))
            process.Write(writer, outcomes);
        writer.Begin(CollectorSuccess);
        foreach (var outcome in outcomes)
            writer.Sample(CollectorSuccess).Label("collector", outcome.Collector.Name).Value(outcome.Success);
        writer.Begin(CollectorDuration);
        foreach (var outcome in outcomes)
            if (outcome.Duration is { } duration)
                writer
                    .Sample(CollectorDuration)
                    .Label("collector", outcome.Collector.Name)
                    .Value(duration.TotalSeconds);
        var build = MetricsEndpoint.BuildVersion;
        writer.Begin(BuildInfo);
        writer.Sample(BuildInfo).Label("version", build.Version).Label("revision", build.Revision).Value(true);
    }
}
