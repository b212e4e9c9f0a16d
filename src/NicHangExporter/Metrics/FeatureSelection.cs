using System.Collections.Frozen;
using NicHangExporter.Linux.Ethtool;
using NicHangExporter.Options;

namespace NicHangExporter.Metrics;

/// <summary>
/// Selects the ethtool features that have series (<c>collector.features</c>). A kernel has about sixty features; about
/// a dozen can be turned off against hangs.
/// </summary>
/// <param name="options">Holds <c>collector.features</c>.</param>
/// <param name="named">The kernel names of the features of all profiles, and so of all ladders.</param>
/// <param name="decided">Gives the features that are turned off on a device now, under any requested name: the
/// same object until they change.</param>
internal sealed class FeatureSelection(
    ExporterOptions options, IEnumerable<string> named, Func<IReadOnlyList<string>> decided)
{
    private readonly FrozenSet<string> _named = [.. named];
    private HashSet<string> _decided = [];
    private IReadOnlyList<string> _seen = [];
    private long _version;

    /// <summary>Looks up which features are turned off now.</summary>
    /// <returns>Another number than before if other features have series.</returns>
    public long Update()
    {
        var names = decided();
        if (options.Collectors.FeatureSeries == FeatureSeries.All || ReferenceEquals(names, _seen))
            return _version;
        _seen = names;
        if (_decided.SetEquals(names))
            return _version;
        _decided = [.. names];
        return ++_version;
    }

    /// <summary>The features of a device that have series, as of the last <see cref="Update"/>.</summary>
    public IEnumerable<Feature> Of(DeviceFeatures features)
    {
        if (options.Collectors.FeatureSeries == FeatureSeries.All)
            return features.All;
        // Off and fixed: the device does not support the feature.
        return features.All.Where(feature =>
            (_named.Contains(feature.Name) || _decided.Contains(feature.Name))
            && (feature.Active || feature.Requested || feature.Changeable));
    }

    /// <summary>True if the requested value adds information to the active value.</summary>
    public bool ShowsRequested(in Feature feature) =>
        options.Collectors.FeatureSeries == FeatureSeries.All
        || (feature.Changeable && feature.Requested != feature.Active);
}
