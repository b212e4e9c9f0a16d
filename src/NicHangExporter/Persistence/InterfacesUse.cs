using System.Collections.Immutable;

namespace NicHangExporter.Persistence;

/// <summary>Where /etc/network/interfaces names a NIC.</summary>
internal static class InterfacesUse
{
    // The keywords that list ports, with - for _.
    private static readonly ImmutableArray<string> PortKeywords =
        ["bridge-ports", "bond-slaves", "slaves", "vlan-raw-device", "ovs-ports", "ovs-bonds"];

    /// <summary>True if the file names the NIC: its own stanza, <c>auto</c>, or as a port of another stanza.</summary>
    public static bool Names(IReadOnlyCollection<InterfacesLine> lines, string device) =>
        lines.Any(line => line.Stanza == device || line.Starts(device)) || Uppers(lines, device).Any();

    /// <summary>The stanzas that name the NIC as their port.</summary>
    public static IEnumerable<string> Uppers(IEnumerable<InterfacesLine> lines, string device) =>
        lines.Where(line => line.Stanza is not null && PortKeywords.Contains(line.Keyword)
            && line.Words.Contains(device)).Select(line => line.Stanza!).Distinct();
}
