using System.Collections.Immutable;
using NicHangExporter.Text;

namespace NicHangExporter.Options;

/// <summary>The rows of <see cref="CollectorOptions"/>: one for each collector.</summary>
internal static class CollectorOptionTable
{
    private static readonly OptionGroup<CollectorOptions> Group =
        new(options => options.Collectors, (options, collectors) => options with { Collectors = collectors });

    public static readonly ImmutableArray<OptionDefinition> Rows =
    [
        .. Collector.All.Select(collector => collector == Collector.Features
            ? Group.Value("collector.features", "FEATURES", collector.Help + ".",
                group => group.Has(collector) ? SnakeCase.Of(group.FeatureSeries) : "none", SetFeatures)
            : Group.Switch($"collector.{collector.Name}", collector.Help + ".", group => group.Has(collector),
                (group, on) => on ? group.With(collector) : group.Without(collector))),
    ];

    private static OptionResult<CollectorOptions> SetFeatures(CollectorOptions collectors, IReadOnlyList<string> values)
    {
        if (values[0] == "none")
            return collectors.Without(Collector.Features);
        if (SnakeCase.Parse<FeatureSeries>(values[0]) is { } series)
            return collectors.With(Collector.Features) with { FeatureSeries = series };
        return $"'{values[0]}' is no choice of features: write ladder, all or none";
    }
}
