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
            var reading = device.TxTimeouts;
            if (!TxTimeoutReader.IsFresh(device, reading, clock))
            {
                reading = TxTimeoutReader.Read(device, device.TxPackets, clock, out var failed);
                failure ??= failed;
            }
            for (var queue = 0; queue < reading!.Values.Count; queue++)
                if (reading.Values[queue] is { } value)
                    writer
                        .Sample(KernelMetrics.QueueTxTimeouts)
                        .Prepared(device.Label)
                        .Label("queue", QueueNumbers.Text(queue))
                        .Value(value);
        }
        failure ??= CollectorOutcome.Incomplete(devices);
        outcomes.Add(new CollectorOutcome(Collector.Queues, failure is null, clock.GetElapsedTime(start)));
        health.Report(Collector.Queues, failure);
    }
}
