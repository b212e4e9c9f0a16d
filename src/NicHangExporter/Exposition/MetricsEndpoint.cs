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

    private const int PieceLength = 32 * 1024;

    private static readonly (string Version, string Revision) Build = ReadBuild();

    private ExpositionBody? _spare;

    /// <summary>Version and revision of this program.</summary>
    public static (string Version, string Revision) BuildVersion => Build;

    /// <summary>Handles GET and HEAD.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        // A body is hundreds of kilobytes: new ones for each scrape would go to the large object heap, and a full collection with them.
        var body = Interlocked.Exchange(ref _spare, null) ?? new ExpositionBody();
        await RenderAsync(body, context.RequestAborted);
        context.Response.ContentType = ContentType;
        context.Response.ContentLength = body.Text.WrittenCount;
        if (!HttpMethods.IsHead(context.Request.Method))
            await SendAsync(body.Text.WrittenMemory, context.Response.Body, context.RequestAborted);
        // Only after a scrape that ended well: nobody writes from it or into it any more.
        body.Clear();
        Interlocked.Exchange(ref _spare, body);
    }

    /// <summary>The whole exposition. Nothing here makes an ioctl or waits for RTNL.</summary>
    /// <param name="body">Empty; the exposition is then in its text.</param>
    /// <param name="cancellation">Ends the work early.</param>
    public async Task RenderAsync(ExpositionBody body, CancellationToken cancellation)
    {
        WriteKernel(new ExpositionWriter(body.Text));
        await metrics.Registry.CollectAndExportAsTextAsync(body.Ours, cancellation);
        body.Text.Write(body.Ours.GetBuffer().AsSpan(0, (int)body.Ours.Length));
    }

    // In pieces: Kestrel copies all of what it is given at once, and keeps the room.
    private static async Task SendAsync(ReadOnlyMemory<byte> text, Stream response, CancellationToken cancellation)
    {
        for (var start = 0; start < text.Length; start += PieceLength)
            await response.WriteAsync(text.Slice(start, Math.Min(PieceLength, text.Length - start)), cancellation);
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
            if (outcome.Duration is { } duration)
                writer.Sample(CollectorDuration).Label("collector", outcome.Collector.Name).Value(duration.TotalSeconds);
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
