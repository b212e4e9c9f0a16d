using System.Collections.Immutable;

namespace NicHangExporter.Remediation.Planning;

/// <summary>
/// The order in which features are turned off: dependents before what they depend on (<c>netdev_fix_features()</c> in net/core/dev.c). The
/// other way round the kernel drops the dependents by itself and goes on wanting them, and every step after that reads as if it had
/// failed. They are turned on in the opposite order. Sending comes before receiving, because changes of receiving are the ones that
/// reset adapters: the reset then finds the rest done.
/// </summary>
internal static class FeatureOrder
{
    // A feature that is not in the list is turned off before the first of these that it could depend on.
    private const string Others = "";

    private static readonly ImmutableArray<string> DependentsFirst =
    [
        "tx-tcp-mangleid-segmentation", "tx-tcp-ecn-segmentation", "tx-tcp-accecn-segmentation", "tx-tcp6-segmentation", "tx-tcp-segmentation",
        Others, "tx-gso-partial", "tx-generic-segmentation",
        "tx-checksum-fcoe-crc", "tx-checksum-sctp", "tx-checksum-ipv6", "tx-checksum-ipv4", "tx-checksum-ip-generic",
        "tx-scatter-gather-fraglist", "tx-scatter-gather",
        "rx-gro-hw", "rx-lro", "rx-gro-list", "rx-udp-gro-forwarding", "rx-gro",
        "rx-ntuple-filter", "rx-hashing",
        // Intel's drivers keep both alike, and the receiving one decides.
        "rx-vlan-hw-parse", "tx-vlan-hw-insert",
        "rx-checksum",
    ];

    /// <summary>The names in that order; those of no known place by name.</summary>
    public static IEnumerable<string> Sort(IEnumerable<string> names) => names.OrderBy(Rank).ThenBy(name => name, StringComparer.Ordinal);

    private static int Rank(string name) => DependentsFirst.IndexOf(name) is var rank and >= 0 ? rank : DependentsFirst.IndexOf(Others);
}
