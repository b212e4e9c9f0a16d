using System.Collections.Frozen;
using NicHangExporter.Api;
using NicHangExporter.Linux.Ethtool;
using NicHangExporter.Options;

namespace NicHangExporter.Metrics;

/// <summary>
/// Selects the ethtool features that have series (<c>collector.features</c>). A kernel has about sixty features; about
/// a dozen can be turned off against hangs.
/// </summary>
/// <param name="options">Holds <c>collector.features</c>.</param>
/// <param name="named">The kernel names of the features of all profiles, and so of all ladders.</param>
/// <param name="decided">Returns the features that are turned off on a device now, under any requested name.</param>
internal sealed class FeatureSelection(
    ExporterOptions options, IEnumerable<string> named, Func<IEnumerable<string>> decided)
{
    private readonly FrozenSet<string> _named = [.. named];

    /// <summary>The features of a device that currently have series.</summary>
    public IEnumerable<Feature> Of(DeviceFeatures features)
    {
        if (options.Collectors.FeatureSeries == FeatureSeries.All)
            return features.All;
        var also = decided().ToHashSet();
        // Off and fixed: the device does not support the feature.
        return features.All.Where(feature =>
            (_named.Contains(feature.Name) || also.Contains(feature.Name))
            && (feature.Active || feature.Requested || feature.Changeable));
    }

    /// <summary>True if the requested value adds information to the active value.</summary>
    public bool ShowsRequested(in Feature feature) =>
        options.Collectors.FeatureSeries == FeatureSeries.All
        || (feature.Changeable && feature.Requested != feature.Active);
}
