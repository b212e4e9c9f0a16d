using System.Collections.Immutable;
using NicHangExporter.Linux.Ethtool;
using NicHangExporter.Options;
using static NicHangExporter.Metrics.KernelMetrics;

namespace NicHangExporter.Metrics;

/// <summary>
/// Writes the ethtool snapshot, for devices that still exist. It makes no ethtool call, and copies the text of the last
/// scrape unless there is a new snapshot or the devices have changed.
/// </summary>
internal sealed class EthtoolCollector
{
    private readonly EthtoolPoller _poller;
    private readonly FeatureSelection _features;
    private readonly ExporterOptions _options;
    private readonly TimeProvider _clock;
    private readonly ImmutableArray<Collector> _collectors;
    private readonly ShownDevices _devices = new();
    private readonly CachedText _text;
    private readonly List<Row> _rows = [];
    private EthtoolSnapshot? _snapshot;
    private (long Devices, long Features) _versions;
    private long _version;

    public EthtoolCollector(
        EthtoolPoller poller, FeatureSelection features, ExporterOptions options, TimeProvider clock)
    {
        (_poller, _features, _options, _clock) = (poller, features, options, clock);
        _collectors = [.. Collector.NeedEthtool.Where(options.Collectors.Has)];
        _text = new CachedText(WriteSnapshot);
    }

    /// <summary>Writes all families of the snapshot, its age and the outcomes of its collectors.</summary>
    public void Write(ExpositionWriter writer, OpenDevices devices, List<CollectorOutcome> outcomes)
    {
        if (_collectors.IsEmpty)
            return;
        _poller.Schedule.NoteScrape();
        var snapshot = _poller.Current;
        foreach (var collector in _collectors)
            // Link also has an outcome from sysfs. A failure in either source is a failure.
            Merge(outcomes, new CollectorOutcome(collector, snapshot?.HasFailed(collector) == false));
        if (snapshot is not null)
        {
            Update(devices, snapshot);
            _text.Write(writer, _version);
            writer.Single(SnapshotAge, _clock.GetElapsedTime(snapshot.Timestamp).TotalSeconds);
            writer.Single(PollDuration, snapshot.Duration.TotalSeconds);
        }
        writer.Single(SnapshotWait, _poller.Waiting.TotalSeconds);
    }

    private void Update(OpenDevices devices, EthtoolSnapshot snapshot)
    {
        _devices.Update(devices.Shown);
        var versions = (_devices.Version, _features.Update());
        // Most polls find nothing new: the devices of the snapshot are then the same object.
        if (snapshot.Devices == _snapshot?.Devices && versions == _versions)
            return;
        (_snapshot, _versions) = (snapshot, versions);
        _version++;
        _rows.Clear();
        foreach (var device in devices.Shown)
            if (snapshot.Find(device.Name, device.Bus) is { } part)
                _rows.Add(new Row(
                    device.Label, part, part.Driver?.Driver ?? device.Driver ?? "", device.Bus.ToString()));
    }

    private void WriteSnapshot(ExpositionWriter writer)
    {
        var (options, rows) = (_options, _rows);
        if (options.Collectors.Has(Collector.Link))
        {
            Bool(writer, Carrier, rows, row => row.Snapshot.Carrier);
            writer.Begin(Speed);
            foreach (var row in rows)
                if (row.Snapshot.Link?.SpeedMegabits is { } megabits)
                    writer.Sample(Speed).Prepared(row.Label).Value(megabits * 125_000.0);
            Bool(
                writer, FullDuplex, rows,
                row => row.Snapshot.Link is { Duplex: not Duplex.Unknown } link ? link.Duplex == Duplex.Full : null);
            Bool(writer, Autonegotiation, rows, row => row.Snapshot.Link?.Autonegotiation);
        }
        if (options.Collectors.Has(Collector.Info))
            WriteInfo(writer, rows);
        if (options.Collectors.Has(Collector.Features))
        {
            var shown = rows.ConvertAll(row =>
                (row.Label, Features: row.Snapshot.Features is { } of ? _features.Of(of).ToList() : []));
            Features(writer, FeatureActive, shown, _ => true, feature => feature.Active);
            Features(
                writer, FeatureRequested, shown, feature => _features.ShowsRequested(feature),
                feature => feature.Requested);
            Features(writer, FeatureChangeable, shown, _ => true, feature => feature.Changeable);
        }
        if (options.Collectors.Has(Collector.Eee))
        {
            Bool(writer, EeeEnabled, rows, row => row.Snapshot.Eee?.Enabled);
            Bool(writer, EeeActive, rows, row => row.Snapshot.Eee?.Active);
            Bool(writer, EeeAdvertised, rows, row => row.Snapshot.Eee is { } eee ? eee.Advertised != 0 : null);
            Bool(writer, EeeTxLpi, rows, row => row.Snapshot.Eee?.TxLpiEnabled);
        }
        if (options.Collectors.Has(Collector.Pause))
        {
            Bool(writer, PauseAutonegotiation, rows, row => row.Snapshot.Pause?.Autonegotiation);
            Bool(writer, PauseRx, rows, row => row.Snapshot.Pause?.Rx);
            Bool(writer, PauseTx, rows, row => row.Snapshot.Pause?.Tx);
        }
        if (options.Collectors.Has(Collector.Rings))
        {
            Rings(writer, RingSize, rows, rings => (rings.Rx, rings.Tx));
            Rings(writer, RingMax, rows, rings => (rings.RxMax, rings.TxMax));
        }
        if (options.Collectors.Has(Collector.Ethtool))
        {
            writer.Begin(EthtoolStatistic);
            foreach (var row in rows)
                foreach (var statistic in row.Snapshot.Statistics)
                    writer
                        .Sample(EthtoolStatistic)
                        .Prepared(row.Label)
                        .Label("statistic", statistic.Name)
                        .Value(statistic.Value);
        }
    }

    private static void WriteInfo(ExpositionWriter writer, List<Row> rows)
    {
        writer.Begin(DeviceInfo);
        foreach (var row in rows)
        {
            var driver = row.Snapshot.Driver;
            writer.Sample(DeviceInfo).Prepared(row.Label)
                .Label("driver", row.Driver)
                .Label("bus_address", row.BusAddress)
                .Label("bus_info", driver?.BusInfo ?? "")
                .Label("version", driver?.Version ?? "")
                .Label("firmware_version", driver?.FirmwareVersion ?? "");
            if (row.Snapshot.PermanentAddress is { } address)
                writer.Label(
                    "permanent_address", string.Join(':', address.Select(octet => octet.ToString("x2", null))));
            writer.Value(true);
        }
    }

    private static void Bool(ExpositionWriter writer, MetricFamily family, List<Row> rows, Func<Row, bool?> select)
    {
        writer.Begin(family);
        foreach (var row in rows)
            if (select(row) is { } value)
                writer.Sample(family).Prepared(row.Label).Value(value);
    }

    private static void Features(
        ExpositionWriter writer, MetricFamily family, List<(byte[] Label, List<Feature> Features)> rows,
        Func<Feature, bool> shows, Func<Feature, bool> select)
    {
        writer.Begin(family);
        foreach (var (label, features) in rows)
            foreach (var feature in features.Where(shows))
                writer.Sample(family).Prepared(label).Label("feature", feature.Name).Value(select(feature));
    }

    private static void Rings(
        ExpositionWriter writer, MetricFamily family, List<Row> rows, Func<RingParameters, (uint Rx, uint Tx)> select)
    {
        writer.Begin(family);
        foreach (var row in rows)
            if (row.Snapshot.Rings is { } rings)
            {
                var (rx, tx) = select(rings);
                writer.Sample(family).Prepared(row.Label).Label("ring", "rx").Value(rx);
                writer.Sample(family).Prepared(row.Label).Label("ring", "tx").Value(tx);
            }
    }

    private static void Merge(List<CollectorOutcome> outcomes, CollectorOutcome outcome)
    {
        for (var index = 0; index < outcomes.Count; index++)
            if (outcomes[index].Collector == outcome.Collector)
            {
                outcomes[index] = outcomes[index] with { Success = outcomes[index].Success && outcome.Success };
                return;
            }
        outcomes.Add(outcome);
    }

    private readonly record struct Row(byte[] Label, DeviceSnapshot Snapshot, string Driver, string BusAddress);
}
