using System.Collections.Immutable;
using System.Text;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Options;

namespace NicHangExporter.Metrics;

/// <summary>
/// Writes the values that are read from sysfs at each scrape: the rows of <see cref="KernelMetrics.Files"/>, operstate
/// and the queues' tx_timeout. None of these files waits for the RTNL lock.
/// </summary>
internal sealed class SysfsCollector(ExporterOptions options, CollectorHealth health, TimeProvider clock)
{
    // include/uapi/linux/if.h IF_OPER_*, in the words of operstate_show() (net/core/net-sysfs.c).
    private static readonly ImmutableArray<(byte[] Bytes, string Text)> Operstates =
    [
        .. new[] { "unknown", "notpresent", "down", "lowerlayerdown", "testing", "dormant", "up" }.Select(text =>
            (Encoding.ASCII.GetBytes(text), text)),
    ];

    private readonly ImmutableArray<SysfsMetric> _files =
    [
        .. KernelMetrics.Files.Where(row => options.Collectors.Has(row.Collector)),
    ];

    /// <summary>Writes all families and adds the outcome of each collector.</summary>
    public void Write(ExpositionWriter writer, OpenDevices devices, List<CollectorOutcome> outcomes)
    {
        var start = clock.GetTimestamp();
        var shown = devices.Shown;
        var count = shown.Count;
        var values = new ulong[count * _files.Length];
        var present = new bool[values.Length];
        var labels = new byte[count][];
        string? statisticsFailure = null, linkFailure = null;
        for (var d = 0; d < count; d++)
        {
            var device = shown[d];
            labels[d] = DeviceLabel.Prepare(device.Name);
            for (var f = 0; f < _files.Length; f++)
            {
                var errno = device.TryReadUInt64(_files[f].FileNul.Span, out values[d * _files.Length + f]);
                present[d * _files.Length + f] = errno == Errno.None;
                // The device was removed while it was being read. Leave it out.
                if (IsGone(errno, f, device))
                {
                    Array.Clear(present, d * _files.Length, _files.Length);
                    break;
                }
                if (IsFailure(errno))
                    (_files[f].Collector == Collector.Statistics ? ref statisticsFailure : ref linkFailure) ??=
                        $"{_files[f].File} of {device.Name}: errno {(int)errno}";
            }
        }
        for (var f = 0; f < _files.Length; f++)
        {
            writer.Begin(_files[f].Family);
            for (var d = 0; d < count; d++)
                if (present[d * _files.Length + f])
                    writer.Sample(_files[f].Family).Prepared(labels[d]).Value(values[d * _files.Length + f]);
        }
        var afterFiles = clock.GetTimestamp();
        if (options.Collectors.Has(Collector.Statistics))
            Report(
                outcomes, Collector.Statistics, statisticsFailure ?? Incomplete(devices),
                clock.GetElapsedTime(start, afterFiles));
        if (options.Collectors.Has(Collector.Link))
        {
            WriteOperstates(writer, devices, labels, ref linkFailure);
            Report(outcomes, Collector.Link, linkFailure ?? Incomplete(devices), clock.GetElapsedTime(afterFiles));
        }
        if (options.Collectors.Has(Collector.Queues))
            WriteQueues(writer, devices, labels, outcomes);
    }

    private static void WriteOperstates(
        ExpositionWriter writer, OpenDevices devices, byte[][] labels, ref string? failure)
    {
        writer.Begin(KernelMetrics.Operstate);
        Span<byte> buffer = stackalloc byte[32];
        for (var d = 0; d < labels.Length; d++)
        {
            var errno = devices.Shown[d].TryReadText("operstate\0"u8, buffer, out var length);
            if (IsFailure(errno))
                failure ??= $"operstate of {devices.Shown[d].Name}: errno {(int)errno}";
            if (errno != Errno.None)
                continue;
            // Only the current state (docs/decisions/0028). An unknown word is left out, because only known values
            // become labels.
            foreach (var (state, text) in Operstates)
                if (buffer[..length].SequenceEqual(state))
                    writer.Sample(KernelMetrics.Operstate).Prepared(labels[d]).Label("operstate", text).Value(true);
        }
    }

    private void WriteQueues(
        ExpositionWriter writer, OpenDevices devices, byte[][] labels, List<CollectorOutcome> outcomes)
    {
        var start = clock.GetTimestamp();
        string? failure = null;
        writer.Begin(KernelMetrics.QueueTxTimeouts);
        for (var d = 0; d < labels.Length; d++)
        {
            var queues = devices.Shown[d].CountTxQueues();
            for (var queue = 0; queue < queues; queue++)
            {
                var errno = devices.Shown[d].TryReadQueueUInt64(queue, "tx_timeout\0"u8, out var value);
                if (errno == Errno.None)
                    writer
                        .Sample(KernelMetrics.QueueTxTimeouts)
                        .Prepared(labels[d])
                        .Label("queue", QueueNumbers.Text(queue))
                        .Value(value);
                else if (IsFailure(errno))
                    failure ??= $"queues/tx-{queue}/tx_timeout of {devices.Shown[d].Name}: errno {(int)errno}";
            }
        }
        Report(outcomes, Collector.Queues, failure ?? Incomplete(devices), clock.GetElapsedTime(start));
    }

    private void Report(List<CollectorOutcome> outcomes, Collector collector, string? failure, TimeSpan duration)
    {
        outcomes.Add(new CollectorOutcome(collector, failure is null, duration));
        health.Report(collector, failure);
    }

    private static string? Incomplete(OpenDevices devices) =>
        devices.Failed ? "some devices could not be opened" : null;

    // Every device has the first file, so only a removed device lacks it. Old kernels lack some of the later files.
    private static bool IsGone(Errno errno, int file, NetDevice device) =>
        errno == Errno.NoDevice
        || (errno == Errno.NoEntry && file == 0 && device.TryReadUInt64("ifindex\0"u8, out _) != Errno.None);

    // ENOENT: this kernel has no such file. ENODEV: the device was removed. EINVAL: no value while the link is down.
    // None of these is a failure.
    private static bool IsFailure(Errno errno) =>
        errno is not (Errno.None or Errno.NoEntry or Errno.NoDevice or Errno.Invalid);
}

/// <summary>The outcome of a collector.</summary>
/// <param name="Collector">The collector.</param>
/// <param name="Success">The collector read all its values.</param>
/// <param name="Duration">The duration in this scrape; null for a collector that only writes the ethtool
/// snapshot.</param>
internal readonly record struct CollectorOutcome(Collector Collector, bool Success, TimeSpan? Duration = null);
