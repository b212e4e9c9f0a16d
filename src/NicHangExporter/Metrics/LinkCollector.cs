using NicHangExporter.Options;

namespace NicHangExporter.Metrics;

/// <summary>
/// Writes the state of the links: carrier changes, MTU and operstate. Reading them does not take RTNL. Copies the text
/// of the last scrape unless a link or the devices have changed. Not thread-safe.
/// </summary>
internal sealed class LinkCollector
{
    private readonly ExporterOptions _options;
    private readonly CollectorHealth _health;
    private readonly TimeProvider _clock;
    private readonly CachedText _text;
    private readonly ShownDevices _devices = new();
    private readonly List<LinkState> _states = [];
    private long _shown = -1;
    private long _version;

    public LinkCollector(ExporterOptions options, CollectorHealth health, TimeProvider clock)
    {
        (_options, _health, _clock) = (options, health, clock);
        _text = new CachedText(WriteStates);
    }

    /// <summary>Writes all families and adds the outcome.</summary>
    public void Write(ExpositionWriter writer, OpenDevices devices, List<CollectorOutcome> outcomes)
    {
        if (!_options.Collectors.Has(Collector.Link))
            return;
        var start = _clock.GetTimestamp();
        var failure = Read(devices.Shown) ?? CollectorOutcome.Incomplete(devices);
        _text.Write(writer, _version);
        outcomes.Add(new CollectorOutcome(Collector.Link, failure is null, _clock.GetElapsedTime(start)));
        _health.Report(Collector.Link, failure);
    }

    private string? Read(IReadOnlyList<WatchedDevice> shown)
    {
        _devices.Update(shown);
        var isChanged = _shown != _devices.Version;
        if (isChanged)
            _states.Clear();
        _shown = _devices.Version;
        string? failure = null;
        for (var place = 0; place < shown.Count; place++)
        {
            var state = shown[place].Link;
            failure ??= state.Failure;
            if (place == _states.Count)
                _states.Add(state);
            else if (!ReferenceEquals(state, _states[place]) && state != _states[place])
                (_states[place], isChanged) = (state, true);
        }
        if (isChanged)
            _version++;
        return failure;
    }

    private void WriteStates(ExpositionWriter writer)
    {
        for (var file = 0; file < LinkState.Files.Length; file++)
        {
            var family = LinkState.Files[file].Family;
            writer.Begin(family);
            for (var place = 0; place < _states.Count; place++)
                if (_states[place].Values[file] is { } value)
                    writer.Sample(family).Prepared(_devices.Labels[place]).Value(value);
        }
        // Only the current state (docs/decisions/0028).
        writer.Begin(KernelMetrics.Operstate);
        for (var place = 0; place < _states.Count; place++)
            if (_states[place].Operstate is { } state)
                writer.Sample(KernelMetrics.Operstate).Prepared(_devices.Labels[place]).Label("operstate", state)
                    .Value(true);
    }
}
