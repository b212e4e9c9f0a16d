using System.Buffers;
using System.Reflection;
using static NicHangExporter.Exposition.KernelMetrics;

namespace NicHangExporter.Exposition;

/// <summary>
/// Answers a scrape in the text format 0.0.4: the kernel's values, read now, then ours from their registry. prometheus-net has no seam for
/// values that are written fresh, so its text is appended to ours; two documents of this format in a row are one.
/// </summary>
internal sealed class MetricsEndpoint(
    ExporterOptions options, DeviceInventory inventory, SysfsCollector sysfs, EthtoolCollector ethtool, ProcessCollector process,
    ExporterMetrics metrics)
{
    private const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private static readonly (string Version, string Revision) Build = ReadBuild();

    /// <summary>Version and revision of this program.</summary>
    public static (string Version, string Revision) BuildVersion => Build;

    /// <summary>Handles GET and HEAD.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        var body = await RenderAsync(context.RequestAborted);
        context.Response.ContentType = ContentType;
        context.Response.ContentLength = body.WrittenCount;
        if (!HttpMethods.IsHead(context.Request.Method))
            await context.Response.Body.WriteAsync(body.WrittenMemory, context.RequestAborted);
    }

    /// <summary>The whole exposition. Nothing here makes an ioctl or waits for RTNL.</summary>
    public async Task<ArrayBufferWriter<byte>> RenderAsync(CancellationToken cancellation)
    {
        var buffer = new ArrayBufferWriter<byte>(64 * 1024);
        WriteKernel(new ExpositionWriter(buffer));
        using var ours = new MemoryStream();
        await metrics.Registry.CollectAndExportAsTextAsync(ours, cancellation);
        buffer.Write(ours.GetBuffer().AsSpan(0, (int)ours.Length));
        return buffer;
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
        if (options.Has(Collector.Process))
            process.Write(writer, outcomes);
        writer.Begin(CollectorSuccess);
        foreach (var outcome in outcomes)
            writer.Sample(CollectorSuccess).Label("collector", outcome.Collector.Name).Value(outcome.Success);
        writer.Begin(CollectorDuration);
        foreach (var outcome in outcomes)
            writer.Sample(CollectorDuration).Label("collector", outcome.Collector.Name).Value(outcome.Duration.TotalSeconds);
        writer.Begin(BuildInfo);
        writer.Sample(BuildInfo).Label("version", Build.Version).Label("revision", Build.Revision).Value(true);
    }

    private static void One(ExpositionWriter writer, MetricFamily family, double value)
    {
        writer.Begin(family);
        writer.Sample(family).Value(value);
    }

    private static (string Version, string Revision) ReadBuild()
    {
        var version = typeof(MetricsEndpoint).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
        return version.Split('+', 2) is [var number, var revision] ? (number, revision) : (version, "unknown");
    }
}
