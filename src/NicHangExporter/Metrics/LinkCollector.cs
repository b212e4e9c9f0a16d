using NicHangExporter.Options;

namespace NicHangExporter.Metrics;

/// <summary>
/// Writes the state of the links: carrier changes, MTU and operstate. Reading them does not take RTNL.
/// </summary>
internal sealed class LinkCollector(ExporterOptions options, CollectorHealth health, TimeProvider clock)
{
    private readonly List<LinkState> _states = [];

    /// <summary>Writes all families and adds the outcome.</summary>
    public void Write(ExpositionWriter writer, OpenDevices devices, List<CollectorOutcome> outcomes)
    {
        if (!options.Collectors.Has(Collector.Link))
            return;
        var start = clock.GetTimestamp();
        var shown = devices.Shown;
        string? failure = null;
        _states.Clear();
        foreach (var device in shown)
        {
            var state = device.Link;
            _states.Add(state);
            failure ??= state.Failure;
        }
        for (var file = 0; file < LinkState.Files.Length; file++)
        {
            var family = LinkState.Files[file].Family;
            writer.Begin(family);
            for (var device = 0; device < shown.Count; device++)
                if (_states[device].Values[file] is { } value)
                    writer.Sample(family).Prepared(shown[device].Label).Value(value);
        }
        // Only the current state (docs/decisions/0028).
        writer.Begin(KernelMetrics.Operstate);
        for (var device = 0; device < shown.Count; device++)
            if (_states[device].Operstate is { } state)
                writer.Sample(KernelMetrics.Operstate).Prepared(shown[device].Label).Label("operstate", state)
                    .Value(true);
        failure ??= CollectorOutcome.Incomplete(devices);
        outcomes.Add(new CollectorOutcome(Collector.Link, failure is null, clock.GetElapsedTime(start)));
        health.Report(Collector.Link, failure);
    }
}
