using NicHangExporter.Linux;
using NicHangExporter.Options;

namespace NicHangExporter.Metrics;

/// <summary>Writes tx_timeout of each transmit queue. Reading it does not take RTNL.</summary>
internal sealed class QueuesCollector(ExporterOptions options, CollectorHealth health, TimeProvider clock)
{
    /// <summary>Writes the family and adds the outcome.</summary>
    public void Write(ExpositionWriter writer, OpenDevices devices, List<CollectorOutcome> outcomes)
    {
        if (!options.Collectors.Has(Collector.Queues))
            return;
        var start = clock.GetTimestamp();
        string? failure = null;
        writer.Begin(KernelMetrics.QueueTxTimeouts);
        foreach (var device in devices.Shown)
        {
            var queues = device.Sysfs.CountTxQueues();
            for (var queue = 0; queue < queues; queue++)
            {
                var errno = device.Sysfs.TryReadQueueUInt64(queue, "tx_timeout\0"u8, out var value);
                if (errno == Errno.None)
                    writer
                        .Sample(KernelMetrics.QueueTxTimeouts)
                        .Prepared(device.Label)
                        .Label("queue", QueueNumbers.Text(queue))
                        .Value(value);
                else if (CollectorOutcome.IsFailure(errno))
                    failure ??= $"queues/tx-{queue}/tx_timeout of {device.Name}: errno {(int)errno}";
            }
        }
        failure ??= CollectorOutcome.Incomplete(devices);
        outcomes.Add(new CollectorOutcome(Collector.Queues, failure is null, clock.GetElapsedTime(start)));
        health.Report(Collector.Queues, failure);
    }
}
