using System.Collections.Immutable;

namespace NicHangExporter.Remediation.Planning;

/// <summary>
/// The order in which features are turned off: dependents before what they depend on (<c>netdev_fix_features()</c> in
/// net/core/dev.c). In the other order the kernel drops the dependents itself and keeps them requested, so that each
/// later step reads back as failed. Features are turned on in the opposite order. Transmit comes before receive:
/// changes of receive features reset adapters, and the reset then finds the rest done.
/// </summary>
internal static class FeatureOrder
{
    // The place of features that are not in the list: before the first one that they may depend on.
    private const string Others = "";

    private static readonly ImmutableArray<string> DependentsFirst =
    [
        "tx-tcp-mangleid-segmentation", "tx-tcp-ecn-segmentation", "tx-tcp-accecn-segmentation", "tx-tcp6-segmentation",
            "tx-tcp-segmentation",
        Others, "tx-gso-partial", "tx-generic-segmentation",
        "tx-checksum-fcoe-crc", "tx-checksum-sctp", "tx-checksum-ipv6", "tx-checksum-ipv4", "tx-checksum-ip-generic",
        "tx-scatter-gather-fraglist", "tx-scatter-gather",
        "rx-gro-hw", "rx-lro", "rx-gro-list", "rx-udp-gro-forwarding", "rx-gro",
        "rx-ntuple-filter", "rx-hashing",
        // Intel's drivers keep both equal, and the receive feature decides.
        "rx-vlan-hw-parse", "tx-vlan-hw-insert",
        "rx-checksum",
    ];

    /// <summary>Sorts names. Names that are not in the list are sorted alphabetically.</summary>
    public static IEnumerable<string> Sort(IEnumerable<string> names) =>
        names.OrderBy(Rank).ThenBy(name => name, StringComparer.Ordinal);

    private static int Rank(string name) =>
        DependentsFirst.IndexOf(name) is var rank and >= 0 ? rank : DependentsFirst.IndexOf(Others);
}
