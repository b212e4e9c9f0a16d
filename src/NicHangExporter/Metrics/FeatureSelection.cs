using System.Collections.Frozen;
using NicHangExporter.Linux.Ethtool;
using NicHangExporter.Options;

namespace NicHangExporter.Metrics;

/// <summary>
/// Which ethtool features have series (<c>collector.features</c>). A kernel has sixty features; what a person can turn off against a hang
/// are a dozen.
/// </summary>
/// <param name="options">The choice.</param>
/// <param name="named">The kernel's names of the features of all profiles, and so of all ladders.</param>
/// <param name="decided">The features that are turned off on some device now, by whatever name somebody asked for them.</param>
internal sealed class FeatureSelection(ExporterOptions options, IEnumerable<string> named, Func<IEnumerable<string>> decided)
{
    private readonly FrozenSet<string> _named = [.. named];

    /// <summary>The features of a device that have series now.</summary>
    public IEnumerable<Feature> Of(DeviceFeatures features)
    {
        if (options.Collectors.FeatureSeries == FeatureSeries.All)
            return features.All;
        var also = decided().ToHashSet();
        // Off and fixed: the device has no such feature, so there is nothing to see and nothing to turn off.
        return features.All.Where(feature => (_named.Contains(feature.Name) || also.Contains(feature.Name)) && (feature.Active || feature.Requested || feature.Changeable));
    }

    /// <summary>Whether what was requested of a feature tells more than what is active.</summary>
    public bool ShowsRequested(in Feature feature) => options.Collectors.FeatureSeries == FeatureSeries.All || (feature.Changeable && feature.Requested != feature.Active);
}
