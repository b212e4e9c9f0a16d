using System.Collections.Immutable;

namespace NicHangExporter.Linux.Ethtool;

/// <summary>One named netdev feature (an offload) of a device (Documentation/networking/netdev-features.rst).</summary>
/// <param name="Name">The kernel's name, such as <c>tx-tcp-segmentation</c>.</param>
/// <param name="Available">In <c>hw_features</c>: the driver lets a user change it.</param>
/// <param name="Requested">In <c>wanted_features</c>: what was asked for, whether granted or not.</param>
/// <param name="Active">In force now.</param>
/// <param name="NeverChanged">In <c>NETIF_F_NEVER_CHANGE</c>: no user can change it on any device.</param>
public readonly record struct Feature(string Name, bool Available, bool Requested, bool Active, bool NeverChanged)
{
    /// <summary>True where a user can change it; the opposite of what ethtool prints as <c>[fixed]</c>.</summary>
    public bool Changeable => Available && !NeverChanged;
}

/// <summary>All named features of a device, in the order of the running kernel's bits. The order is no ABI; the names are.</summary>
/// <param name="All">The features.</param>
public sealed record DeviceFeatures(ImmutableArray<Feature> All)
{
    /// <summary>The feature of that name, or null where this kernel has none.</summary>
    public Feature? Find(string name)
    {
        foreach (var feature in All)
            if (feature.Name == name)
                return feature;
        return null;
    }
}

/// <summary>A wish for one feature.</summary>
/// <param name="Name">The kernel's name of the feature.</param>
/// <param name="On">The wish.</param>
public readonly record struct FeatureChange(string Name, bool On);

/// <summary>What ETHTOOL_SFEATURES returned: a positive result of the ioctl is a set of these bits, not an error.</summary>
[Flags]
public enum SetFeaturesResult
{
    /// <summary>Accepted. It proves nothing (a driver's refusal is only in dmesg): read back.</summary>
    Accepted = 0,
    /// <summary>ETHTOOL_F_UNSUPPORTED: a wished feature is fixed; it was ignored and the others were applied.</summary>
    Unsupported = 1,
    /// <summary>ETHTOOL_F_WISH: a wish is recorded but another feature that it depends on keeps it from being granted.</summary>
    Wish = 2,
    /// <summary>ETHTOOL_F_COMPAT: a driver applied it by its old method.</summary>
    Compatibility = 4,
}
