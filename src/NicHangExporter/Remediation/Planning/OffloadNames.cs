using System.Collections.Immutable;

namespace NicHangExporter.Remediation.Planning;

/// <summary>
/// One of ethtool's own names for one or more features of the kernel (<c>off_flag_def</c> in ethtool's common.c).
/// </summary>
/// <param name="Short">What <c>ethtool -K</c> takes.</param>
/// <param name="Long">What <c>ethtool -k</c> prints, and <c>-K</c> takes as well.</param>
/// <param name="Features">The kernel's names. One kernel may have only some of them.</param>
internal sealed record Offload(string Short, string Long, ImmutableArray<string> Features);

/// <summary>
/// ethtool's names of features and the kernel's. The kernel does not know ethtool's names: a request for <c>tso</c>
/// changes nothing.
/// </summary>
internal static class OffloadNames
{
    public static ImmutableArray<Offload> All { get; } =
    [
        new("tso", "tcp-segmentation-offload",
            [
                "tx-tcp-segmentation", "tx-tcp-ecn-segmentation", "tx-tcp-accecn-segmentation",
                "tx-tcp-mangleid-segmentation", "tx-tcp6-segmentation",
            ]),
        new("ufo", "udp-fragmentation-offload", ["tx-udp-fragmentation"]),
        new("gso", "generic-segmentation-offload", ["tx-generic-segmentation"]),
        new("tx", "tx-checksumming",
            [
                "tx-checksum-ipv4", "tx-checksum-ip-generic", "tx-checksum-ipv6", "tx-checksum-fcoe-crc",
                "tx-checksum-sctp",
            ]),
        new("rx", "rx-checksumming", ["rx-checksum"]),
        new("sg", "scatter-gather", ["tx-scatter-gather", "tx-scatter-gather-fraglist"]),
        new("gro", "generic-receive-offload", ["rx-gro"]),
        new("lro", "large-receive-offload", ["rx-lro"]),
        new("rxvlan", "rx-vlan-offload", ["rx-vlan-hw-parse"]),
        new("txvlan", "tx-vlan-offload", ["tx-vlan-hw-insert"]),
        new("ntuple", "ntuple-filters", ["rx-ntuple-filter"]),
        new("rxhash", "receive-hashing", ["rx-hashing"]),
    ];

    /// <summary>
    /// The kernel's names for one of ethtool's. A name in the form of the kernel's stands for itself, known or not.
    /// </summary>
    /// <returns>Null for any other text.</returns>
    public static ImmutableArray<string>? Expand(string name)
    {
        if (Find(name) is { } offload)
            return offload.Features;
        return IsKernelName(name) ? [name] : null;
    }

    /// <summary>ethtool's short name for a kernel name; the name itself if ethtool has none.</summary>
    public static string Short(string kernelName) =>
        All.FirstOrDefault(offload => offload.Features.Contains(kernelName))?.Short ?? kernelName;

    /// <summary>The row of a short or long name.</summary>
    public static Offload? Find(string name) =>
        All.FirstOrDefault(offload => offload.Short == name || offload.Long == name);

    /// <summary>
    /// Replaces each complete set of a row's features by its short name: a list that was expanded before then means the
    /// same as the short name.
    /// </summary>
    public static ImmutableArray<string> Fold(ImmutableArray<string> settings)
    {
        foreach (var offload in All)
            if (offload.Features.Length > 1 && offload.Features.All(settings.Contains))
                settings = [offload.Short, .. settings.Except(offload.Features)];
        return [.. settings.Distinct()];
    }

    // Nearly every name has a dash; a single word is more likely a misspelt profile.
    private static bool IsKernelName(string name) =>
        (name.Contains('-', StringComparison.Ordinal) || name is "highdma" or "loopback")
        && name.Length < 32 // ETH_GSTRING_LEN, with its NUL
        && char.IsAsciiLetterLower(name[0]) && char.IsAsciiLetterOrDigit(name[^1])
        && name.All(character =>
            char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character is '-' or '_');
}
