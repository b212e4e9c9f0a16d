using System.Collections.Immutable;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Ethtool;
using NicHangExporter.Remediation.Execution;
using NicHangExporter.Remediation.Planning;

namespace NicHangExporter.Tests.Remediation;

/// <summary>A device with the features of a file in the form of <c>ethtool -k</c>.</summary>
/// <param name="File">The file's name, without its end.</param>
/// <param name="Driver">The driver.</param>
internal sealed record FeatureFixture(string File, string Driver)
{
    public static ImmutableArray<FeatureFixture> All { get; } =
    [
        new("e1000e", "e1000e") { Eee = Awake, Pause = Negotiated },
        new("e1000e-i219", "e1000e") { Eee = Awake with { Enabled = false }, Pause = Negotiated },
        new("e1000", "e1000") { Pause = Negotiated },
        new("igb", "igb") { Eee = Awake, Pause = Negotiated },
        new("igc", "igc") { Eee = Awake with { Enabled = false }, Pause = Negotiated },
        new("r8169", "r8169") { Eee = Awake, Pause = Negotiated },
        new("bnx2x", "bnx2x") { Pause = Negotiated },
        new("macb", "macb") { Eee = Awake, Pause = Negotiated },
        new("virtio_net", "virtio_net"),
        new("virtio_net-bare", "virtio_net"),
        new("veth", "veth"),
    ];

    public EnergyEfficientEthernet? Eee { get; init; }

    public PauseParameters? Pause { get; init; }

    public DeviceFacts Facts =>
        Device(Driver, Parse(System.IO.File.ReadAllText(Detection.Patterns.Fixtures.PathOf("features",
        File + ".txt")))) with { Eee = Eee, Pause = Pause };

    private static EnergyEfficientEthernet Awake => new(true, false, true, 17, 0x28, 0x28);

    private static PauseParameters Negotiated => new(true, true, true);

    public static FeatureFixture Of(string file) => All.Single(fixture => fixture.File == file);

    public static DeviceFacts Device(string driver, DeviceFeatures? features)
    {
        Assert.True(InterfaceName.TryParse("eth0", out var name));
        Assert.True(BusAddress.TryParse("0000:00:1f.6", out var bus));
        return new DeviceFacts(name, bus, driver) { IsPhysical = true, IsUp = true, Features = features };
    }

    /// <summary>
    /// Reads the output of <c>ethtool -k</c>, in which rows of one feature have ethtool's name and rows above several
    /// have no state of their own.
    /// </summary>
    public static DeviceFeatures Parse(string text)
    {
        var features = ImmutableArray.CreateBuilder<Feature>();
        foreach (var line in text.Split('\n').Where(line => line.Contains(": o", StringComparison.Ordinal)
            && line[0] != '#'))
        {
            var (name, state) = (line[..line.IndexOf(':', StringComparison.Ordinal)].Trim(),
                line[(line.IndexOf(':', StringComparison.Ordinal) + 2)..]);
            var members = OffloadNames.All.FirstOrDefault(offload => offload.Long == name)?.Features ?? [name];
            if (members is not [var feature])
                continue;
            var active = state.StartsWith("on", StringComparison.Ordinal);
            var available = !state.EndsWith("[fixed]", StringComparison.Ordinal);
            var requested = available && (active || state.EndsWith("[requested on]", StringComparison.Ordinal));
            features.Add(new Feature(feature, available, requested, active, feature == "vlan-challenged"));
        }
        return new DeviceFeatures(features.ToImmutable());
    }
}
