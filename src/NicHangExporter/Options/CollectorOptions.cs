using System.Collections.Immutable;

namespace NicHangExporter.Options;

/// <summary>The collectors that run.</summary>
internal sealed record CollectorOptions
{
    public ImmutableHashSet<Collector> Enabled { get; init; } =
        [.. Collector.All.Where(collector => collector.OnByDefault)];

    /// <summary>Which ethtool features have series. A device has about 180, of which a hang concerns a dozen.</summary>
    public FeatureSeries FeatureSeries { get; init; }

    /// <summary>
    /// True if a collector runs that detects hangs. Without one neither the local loop nor an alert has a hang to act
    /// on.
    /// </summary>
    public bool DetectsHangs => Has(Collector.Kmsg) || Has(Collector.Stall);

    public bool Has(Collector collector) => Enabled.Contains(collector);

    /// <summary>The same options with further collectors.</summary>
    public CollectorOptions With(params IEnumerable<Collector> collectors) =>
        this with { Enabled = Enabled.Union(collectors) };

    /// <summary>The same options with fewer collectors.</summary>
    public CollectorOptions Without(params IEnumerable<Collector> collectors) =>
        this with { Enabled = Enabled.Except(collectors) };
}
