using System.Collections.Immutable;

namespace NicHangExporter.Remediation.Planning;

/// <summary>Settings that are turned off together.</summary>
/// <param name="Name">What ladders and requests call it.</param>
/// <param name="Settings">Features by ethtool's short name or the kernel's, <c>eee</c>, <c>pause</c>.</param>
/// <param name="Help">What it is for and what it costs, in one sentence.</param>
internal sealed record OffloadProfile(string Name, ImmutableArray<string> Settings, string Help);

/// <summary>The built-in profiles. The golden plans of the tests show the effect of a row on each driver.</summary>
internal static class OffloadProfiles
{
    public static ImmutableArray<OffloadProfile> All { get; } =
    [
        new("segmentation", ["tso", "gso"],
            "Let the processor cut segments: what has helped most often, and costs some throughput."),
        new("checksum", ["tx", "rx"],
            "Let the processor compute checksums: the other half of the classic cure. On e1000e and e1000 turning rx"
            + " off resets the adapter."),
        new("receive", ["gro", "lro", "sg", "rxvlan", "txvlan", "rxhash"],
            "Everything else that touches packets: costs most, above all on routers and hosts of virtual machines."),
        new("eee", ["eee"], "Keep the link awake: costs a watt, and one renegotiation."),
        new("pause", ["pause"],
            "Neither obey nor send pause frames: for a switch that pauses for ever. Under load frames are lost instead"
            + " of delayed."),
        new("classic", ["tso", "gso", "tx", "rx"], "Segmentation and checksum at once, as most guides have it."),
    ];
}
