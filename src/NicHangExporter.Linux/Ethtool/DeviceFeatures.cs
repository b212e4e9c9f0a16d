using System.Collections.Immutable;

namespace NicHangExporter.Linux.Ethtool;

/// <summary>One netdev feature (an offload) of a device (Documentation/networking/netdev-features.rst).</summary>
/// <param name="Name">The kernel's name, such as <c>tx-tcp-segmentation</c>.</param>
/// <param name="Available">In <c>hw_features</c>: the driver lets a user change it.</param>
/// <param name="Requested">In <c>wanted_features</c>: requested, granted or not.</param>
/// <param name="Active">In effect now.</param>
/// <param name="NeverChanged">In <c>NETIF_F_NEVER_CHANGE</c>: no user can change it on any device.</param>
public readonly record struct Feature(string Name, bool Available, bool Requested, bool Active, bool NeverChanged)
{
    /// <summary>True if a user can change it; false is what ethtool prints as <c>[fixed]</c>.</summary>
    public bool Changeable => Available && !NeverChanged;
}

/// <summary>
/// All named features of a device, in the order of the running kernel's bits. The names are ABI, the order is not.
/// </summary>
/// <param name="All">The features.</param>
public sealed record DeviceFeatures(ImmutableArray<Feature> All)
{
    /// <summary>The feature of that name; null if this kernel does not have it.</summary>
    public Feature? Find(string name)
    {
        foreach (var feature in All)
            if (feature.Name == name)
                return feature;
        return null;
    }
}

/// <summary>A requested change of one feature.</summary>
/// <param name="Name">The kernel's name of the feature.</param>
/// <param name="On">True to turn the feature on.</param>
public readonly record struct FeatureChange(string Name, bool On);

/// <summary>
/// The result of ETHTOOL_SFEATURES. A positive result of the ioctl is a set of these bits, not an error.
/// </summary>
[Flags]
public enum SetFeaturesResult
{
    /// <summary>Accepted. A driver's refusal appears only in the kernel log, so read the features back.</summary>
    Accepted = 0,
    /// <summary>
    /// ETHTOOL_F_UNSUPPORTED: a requested feature is fixed. It was ignored and the others were applied.
    /// </summary>
    Unsupported = 1,
    /// <summary>
    /// ETHTOOL_F_WISH: the request is recorded, but another feature that it depends on keeps it from being granted.
    /// </summary>
    Wish = 2,
    /// <summary>ETHTOOL_F_COMPAT: a driver applied it by its old method.</summary>
    Compatibility = 4,
}
