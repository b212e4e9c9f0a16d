using System.Collections.Immutable;

namespace NicHangExporter.Remediation.Planning;

/// <summary>What is done against the next hang of a driver's devices, the smallest thing first; the next stage only when the hang comes back.</summary>
/// <param name="Driver">The driver's name.</param>
/// <param name="Stages">Names of profiles. A stage includes those before it.</param>
internal sealed record DriverLadder(string Driver, ImmutableArray<string> Stages)
{
    /// <summary>
    /// For a driver that nobody has looked at: whatever resets the adapter on some other one. It errs on the side of expecting a loss of
    /// link.
    /// </summary>
    public static DriverLadder Unknown { get; } = new("", []);

    /// <summary>Features whose change resets the adapter (its <c>ndo_set_features</c>), so that the link goes down for seconds.</summary>
    public ImmutableArray<string> Resetting { get; init; } =
    [
        "rx-all", "rx-fcs", "rx-checksum", "rx-hashing", "rx-vlan-hw-parse", "tx-vlan-hw-insert", "rx-vlan-stag-hw-parse", "rx-ntuple-filter", "rx-lro", "rx-gro-hw",
        "hw-tc-offload", "loopback",
    ];

    /// <summary>All features reset it, save these; then <see cref="Resetting"/> does not count. Empty where that is not so.</summary>
    public ImmutableArray<string> AllResetBut { get; init; } = [];

    /// <summary>Why the row is as it is: what has been seen, or where the driver's source says so.</summary>
    public string Evidence { get; init; } = "";

    /// <summary>What to do instead where a feature is fixed.</summary>
    public string FixedAdvice => DriverAdvice.ForFixed(Driver);

    /// <summary>True where a change of that feature takes the link down for a while.</summary>
    public bool Resets(string feature) => AllResetBut.IsEmpty ? Resetting.Contains(feature) : !AllResetBut.Contains(feature);
}
