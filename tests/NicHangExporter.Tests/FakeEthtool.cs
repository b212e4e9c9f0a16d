using NicHangExporter.Linux;
using NicHangExporter.Linux.Ethtool;

namespace NicHangExporter.Tests;

/// <summary>Answers as a test says; everything that is not said is "not implemented". It can stand still, as the kernel does while RTNL is held.</summary>
internal sealed class FakeEthtool : IEthtool
{
    /// <summary>While this is not set, every call waits.</summary>
    public ManualResetEventSlim Rtnl { get; } = new(initialState: true);

    /// <summary>Set when a call has begun.</summary>
    public ManualResetEventSlim Entered { get; } = new();

    public Func<InterfaceName, DriverInfo?> Driver { get; set; } = _ => null;
    public Func<InterfaceName, DeviceFeatures?> Features { get; set; } = _ => null;
    public Func<InterfaceName, IReadOnlyList<Statistic>?> Statistics { get; set; } = _ => null;
    public Func<InterfaceName, bool?> Link { get; set; } = _ => null;
    public Func<InterfaceName, LinkSettings?> Settings { get; set; } = _ => null;
    public Func<InterfaceName, EnergyEfficientEthernet?> Eee { get; set; } = _ => null;
    public Func<InterfaceName, PauseParameters?> Pause { get; set; } = _ => null;
    public Func<InterfaceName, RingParameters?> Rings { get; set; } = _ => null;
    public Func<InterfaceName, byte[]?> Address { get; set; } = _ => null;

    public DriverInfo? ReadDriverInfo(InterfaceName device) => Ask(Driver, device);
    public DeviceFeatures? ReadFeatures(InterfaceName device) => Ask(Features, device);
    public IReadOnlyList<Statistic>? ReadStatistics(InterfaceName device) => Ask(Statistics, device);
    public bool? ReadLink(InterfaceName device) => Ask(Link, device);
    public LinkSettings? ReadLinkSettings(InterfaceName device) => Ask(Settings, device);
    public EnergyEfficientEthernet? ReadEnergyEfficientEthernet(InterfaceName device) => Ask(Eee, device);
    public PauseParameters? ReadPause(InterfaceName device) => Ask(Pause, device);
    public RingParameters? ReadRings(InterfaceName device) => Ask(Rings, device);
    public byte[]? ReadPermanentAddress(InterfaceName device) => Ask(Address, device);

    // The exporter only reads: none of these has any business being called.
    public SetFeaturesResult SetFeatures(InterfaceName device, IReadOnlyList<FeatureChange> changes) => throw new InvalidOperationException("A feature was to be changed");
    public IReadOnlyList<string>? ReadStringSet(InterfaceName device, StringSet stringSet) => throw new InvalidOperationException("Not used by the exporter");
    public bool Renegotiate(InterfaceName device) => throw new InvalidOperationException("A link was to be renegotiated");
    public bool SetEnergyEfficientEthernet(InterfaceName device, bool enabled) => throw new InvalidOperationException("EEE was to be changed");
    public bool SetPause(InterfaceName device, PauseParameters pause) => throw new InvalidOperationException("Pause was to be changed");

    private T Ask<T>(Func<InterfaceName, T> answer, InterfaceName device)
    {
        Entered.Set();
        Rtnl.Wait();
        return answer(device);
    }
}
