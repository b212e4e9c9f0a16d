using System.Collections.Immutable;
using System.Text;
using NicHangExporter.Linux;
using NicHangExporter.Options;

namespace NicHangExporter.Metrics;

/// <summary>
/// Writes the state of the links: carrier changes, MTU and operstate. Reading them does not take RTNL.
/// </summary>
internal sealed class LinkCollector(ExporterOptions options, CollectorHealth health, TimeProvider clock)
{
    // include/uapi/linux/if.h IF_OPER_*, in the words of operstate_show() (net/core/net-sysfs.c).
    private static readonly ImmutableArray<(byte[] Bytes, string Text)> Operstates =
    [
        .. new[] { "unknown", "notpresent", "down", "lowerlayerdown", "testing", "dormant", "up" }.Select(text =>
            (Encoding.ASCII.GetBytes(text), text)),
    ];

    private readonly FileTable _files = new([.. KernelMetrics.Files.Where(row => row.Collector == Collector.Link)]);

    /// <summary>Writes all families and adds the outcome.</summary>
    public void Write(ExpositionWriter writer, OpenDevices devices, List<CollectorOutcome> outcomes)
    {
        if (!options.Collectors.Has(Collector.Link))
            return;
        var start = clock.GetTimestamp();
        var failure = _files.Write(writer, devices);
        WriteOperstates(writer, devices, ref failure);
        failure ??= CollectorOutcome.Incomplete(devices);
        outcomes.Add(new CollectorOutcome(Collector.Link, failure is null, clock.GetElapsedTime(start)));
        health.Report(Collector.Link, failure);
    }

    private static void WriteOperstates(ExpositionWriter writer, OpenDevices devices, ref string? failure)
    {
        writer.Begin(KernelMetrics.Operstate);
        Span<byte> buffer = stackalloc byte[32];
        foreach (var device in devices.Shown)
        {
            var errno = device.Sysfs.TryReadText("operstate\0"u8, buffer, out var length);
            if (CollectorOutcome.IsFailure(errno))
                failure ??= $"operstate of {device.Name}: errno {(int)errno}";
            if (errno != Errno.None)
                continue;
            // Only the current state (docs/decisions/0028). An unknown word is left out, because only known values
            // become labels.
            foreach (var (state, text) in Operstates)
                if (buffer[..length].SequenceEqual(state))
                    writer.Sample(KernelMetrics.Operstate).Prepared(device.Label).Label("operstate", text).Value(true);
        }
    }
}
