using System.Collections.Immutable;

namespace NicHangExporter.Remediation.Planning;

/// <summary>
/// The settings to turn off against hangs of a driver's devices, stage by stage: the next stage follows when the hang
/// returns.
/// </summary>
/// <param name="Driver">The driver's name.</param>
/// <param name="Stages">Names of profiles. A stage includes the stages before it.</param>
internal sealed record DriverLadder(string Driver, ImmutableArray<string> Stages)
{
    /// <summary>
    /// For a driver without a row: the features that reset the adapter with any known driver. It expects too many
    /// losses of link rather than too few.
    /// </summary>
    public static DriverLadder Unknown { get; } = new("", []);

    /// <summary>
    /// Features whose change resets the adapter (its <c>ndo_set_features</c>), so that the link goes down for seconds.
    /// </summary>
    public ImmutableArray<string> Resetting { get; init; } =
    [
        "rx-all", "rx-fcs", "rx-checksum", "rx-hashing", "rx-vlan-hw-parse", "tx-vlan-hw-insert",
        "rx-vlan-stag-hw-parse", "rx-ntuple-filter", "rx-lro", "rx-gro-hw", "hw-tc-offload", "loopback",
    ];

    /// <summary>If not empty: all features except these reset it, and <see cref="Resetting"/> does not count.</summary>
    public ImmutableArray<string> AllResetBut { get; init; } = [];

    /// <summary>The reason for the row: field reports, or the function of the driver.</summary>
    public string Evidence { get; init; } = "";

    /// <summary>True if a change of that feature takes the link down for seconds.</summary>
    public bool Resets(string feature) =>
        AllResetBut.IsEmpty ? Resetting.Contains(feature) : !AllResetBut.Contains(feature);
}
