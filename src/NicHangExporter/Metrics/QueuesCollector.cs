using NicHangExporter.Options;

namespace NicHangExporter.Metrics;

/// <summary>
/// Writes tx_timeout of each transmit queue. Reading it does not take RTNL. Copies the text of the last scrape unless a
/// count or the devices have changed. Not thread-safe.
/// </summary>
internal sealed class QueuesCollector
{
    private readonly ExporterOptions _options;
    private readonly CollectorHealth _health;
    private readonly TimeProvider _clock;
    private readonly CachedText _text;
    private readonly ShownDevices _devices = new();
    private readonly List<IReadOnlyList<ulong?>> _counts = [];
    private long _shown = -1;
    private long _version;

    public QueuesCollector(ExporterOptions options, CollectorHealth health, TimeProvider clock)
    {
        (_options, _health, _clock) = (options, health, clock);
        _text = new CachedText(WriteCounts);
    }

    /// <summary>Writes the family and adds the outcome.</summary>
    public void Write(ExpositionWriter writer, OpenDevices devices, List<CollectorOutcome> outcomes)
    {
        if (!_options.Collectors.Has(Collector.Queues))
            return;
        var start = _clock.GetTimestamp();
        var failure = Read(devices.Shown) ?? CollectorOutcome.Incomplete(devices);
        _text.Write(writer, _version);
        outcomes.Add(new CollectorOutcome(Collector.Queues, failure is null, _clock.GetElapsedTime(start)));
        _health.Report(Collector.Queues, failure);
    }

    private string? Read(IReadOnlyList<WatchedDevice> shown)
    {
        _devices.Update(shown);
        var isChanged = _shown != _devices.Version;
        if (isChanged)
            _counts.Clear();
        _shown = _devices.Version;
        string? failure = null;
        for (var place = 0; place < shown.Count; place++)
        {
            var device = shown[place];
            var reading = device.TxTimeouts;
            if (!TxTimeoutReader.IsFresh(device, reading, _clock))
            {
                reading = TxTimeoutReader.Read(device, device.TxPackets, _clock, out var failed);
                failure ??= failed;
            }
            if (place == _counts.Count)
                _counts.Add(reading.Values);
            else if (!ReferenceEquals(reading.Values, _counts[place]))
            {
                isChanged |= !reading.Values.SequenceEqual(_counts[place]);
                _counts[place] = reading.Values;
            }
        }
        if (isChanged)
            _version++;
        return failure;
    }

    private void WriteCounts(ExpositionWriter writer)
    {
        writer.Begin(KernelMetrics.QueueTxTimeouts);
        for (var place = 0; place < _counts.Count; place++)
            for (var queue = 0; queue < _counts[place].Count; queue++)
                if (_counts[place][queue] is { } value)
                    writer
                        .Sample(KernelMetrics.QueueTxTimeouts)
                        .Prepared(_devices.Labels[place])
                        .Label("queue", QueueNumbers.Text(queue))
                        .Value(value);
    }
}
