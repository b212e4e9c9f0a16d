using NicHangExporter.Options;

namespace NicHangExporter.Metrics;

/// <summary>
/// Writes the counters of struct rtnl_link_stats64 of each device, from one read of net/dev and what that leaves open
/// in sysfs. Reading them does not take RTNL. Not thread-safe.
/// </summary>
internal sealed class StatisticsCollector(
    ExporterOptions options, NetDevSource source, CollectorHealth health, TimeProvider clock) : IDisposable
{
    private readonly FileTable _files = new(CounterColumns.Rows);
    private readonly SampleTable _samples = new(CounterColumns.Rows);
    // All counters of a device in sysfs are two dozen files.
    private readonly NetDevReader _reader = new(source, rowsPerDevice: 100);

    /// <summary>Writes all families and adds the outcome.</summary>
    public void Write(ExpositionWriter writer, OpenDevices devices, List<CollectorOutcome> outcomes)
    {
        if (!options.Collectors.Has(Collector.Statistics))
            return;
        var start = clock.GetTimestamp();
        var failure = Read(devices.Shown) ?? CollectorOutcome.Incomplete(devices);
        _samples.Write(writer, devices.Shown);
        outcomes.Add(new CollectorOutcome(Collector.Statistics, failure is null, clock.GetElapsedTime(start)));
        health.Report(Collector.Statistics, failure);
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _reader.Dispose();

    private string? Read(IReadOnlyList<WatchedDevice> devices)
    {
        _samples.Begin(devices.Count);
        string? failure = null;
        var isRead = _reader.TryRead(devices.Count);
        for (var place = 0; place < devices.Count; place++)
        {
            var row = isRead ? _reader.Find(devices[place].Name, place) : -1;
            var found = row >= 0
                ? devices[place].Counters.Read(_reader.Rows[row], place, _samples)
                : _files.Read(devices[place], place, _samples);
            failure ??= found;
            var isPresent = _samples.Present(CounterColumns.TxPackets)[place];
            devices[place].TxPackets = isPresent ? _samples.Values(CounterColumns.TxPackets)[place] : null;
            if (isRead && row < 0 && isPresent)
                _reader.ReportMissing();
        }
        return failure;
    }
}
