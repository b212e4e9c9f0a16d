using NicHangExporter.Options;
using static NicHangExporter.Metrics.KernelMetrics;

namespace NicHangExporter.Metrics;

/// <summary>
/// Writes the whole exposition: the kernel's values, read now, then ours from their registry. prometheus-net has no seam for values that are written fresh, so
/// its text is appended to ours; two documents of the text format 0.0.4 in a row are one.
/// </summary>
internal sealed class ExpositionSource(
    ExporterOptions options, DeviceInventory inventory, SysfsCollector sysfs, EthtoolCollector ethtool, ProcessCollector process, ExporterMetrics metrics)
{
    /// <summary>Renders it. Nothing here makes an ioctl or waits for RTNL. Not for use by several threads at once.</summary>
    /// <param name="body">Empty; the exposition is then in it.</param>
    public async Task RenderAsync(ExpositionBody body)
    {
        WriteKernel(new ExpositionWriter(body));
        await metrics.Registry.CollectAndExportAsTextAsync(body.AsStream());
    }

    private void WriteKernel(ExpositionWriter writer)
    {
        var outcomes = new List<CollectorOutcome>(Collector.All.Length);
        using (var devices = inventory.Open())
        {
            sysfs.Write(writer, devices, outcomes);
            ethtool.Write(writer, devices, outcomes);
            One(writer, Devices, devices.All.Count);
            One(writer, DevicesDropped, devices.Dropped);
        }
        if (options.Collectors.Has(Collector.Process))
            process.Write(writer, outcomes);
        writer.Begin(CollectorSuccess);
        foreach (var outcome in outcomes)
            writer.Sample(CollectorSuccess).Label("collector", outcome.Collector.Name).Value(outcome.Success);
        writer.Begin(CollectorDuration);
        foreach (var outcome in outcomes)
            if (outcome.Duration is { } duration)
                writer.Sample(CollectorDuration).Label("collector", outcome.Collector.Name).Value(duration.TotalSeconds);
        var build = MetricsEndpoint.BuildVersion;
        writer.Begin(BuildInfo);
        writer.Sample(BuildInfo).Label("version", build.Version).Label("revision", build.Revision).Value(true);
    }

    private static void One(ExpositionWriter writer, MetricFamily family, double value)
    {
        writer.Begin(family);
        writer.Sample(family).Value(value);
    }
}
