using NicHangExporter.Linux;
using NicHangExporter.Linux.Ethtool;

namespace NicHangExporter.Tests;

/// <summary>
/// Answers as a test says, or as the simulated NIC of that name. Other reads are not implemented, and any other change
/// fails the test. Its calls can wait, as in the kernel while a task holds RTNL.
/// </summary>
internal sealed class FakeEthtool : IEthtool
{
    /// <summary>While this is not set, every call waits.</summary>
    public ManualResetEventSlim Rtnl { get; } = new(initialState: true);

    /// <summary>Set when a call has begun.</summary>
    public ManualResetEventSlim Entered { get; } = new();

    /// <summary>How often it was asked anything.</summary>
    public int Calls { get; private set; }

    /// <summary>The devices of which the names of counters were to be read in any case.</summary>
    public List<InterfaceName> NamesRead { get; } = [];

    /// <summary>Devices that answer for themselves.</summary>
    public List<SimulatedNic> Nics { get; init; } = [];

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
    public DeviceFeatures? ReadFeatures(InterfaceName device) =>
        Ask(name => Of(name)?.Features() ?? Features(name), device);
    public IReadOnlyList<Statistic>? ReadStatistics(InterfaceName device) => Ask(Statistics, device);
    public ChosenStatistics? ReadChosenStatistics(
        InterfaceName device, StatisticFilter filter, ChosenStatistics? last, bool readsNames)
    {
        if (readsNames || last is null)
            NamesRead.Add(device);
        return Ask(Statistics, device) is { } all
            ? new ChosenStatistics([.. filter.PlacesOf([.. all.Select(one => one.Name)]).Select(place => all[place])])
            : null;
    }

    public bool? ReadLink(InterfaceName device) => Ask(Link, device);
    public LinkSettings? ReadLinkSettings(InterfaceName device) => Ask(Settings, device);
    public EnergyEfficientEthernet? ReadEnergyEfficientEthernet(InterfaceName device) =>
        Ask(name => Of(name) is { } nic ? nic.Eee : Eee(name), device);
    public PauseParameters? ReadPause(InterfaceName device) =>
        Ask(name => Of(name) is { } nic ? nic.Pause : Pause(name), device);
    public RingParameters? ReadRings(InterfaceName device) => Ask(Rings, device);
    public byte[]? ReadPermanentAddress(InterfaceName device) => Ask(Address, device);

    public SetFeaturesResult SetFeatures(InterfaceName device, IReadOnlyList<FeatureChange> changes) =>
        Ask(name => Changed(name).Set(changes), device);
    public bool SetEnergyEfficientEthernet(InterfaceName device, bool enabled) =>
        Ask(name => IsSupported(() => Changed(name).SwitchEee(enabled)), device);
    public bool SetPause(InterfaceName device, PauseParameters pause) =>
        Ask(name => IsSupported(() => Changed(name).SwitchPause(pause)), device);
    public bool Renegotiate(InterfaceName device) =>
        Ask(name => IsSupported(() => Changed(name).Renegotiate()), device);
    public IReadOnlyList<string>? ReadStringSet(InterfaceName device, StringSet stringSet) =>
        throw new InvalidOperationException("Not used by the exporter");

    private SimulatedNic? Of(InterfaceName device) => Nics.Find(nic => nic.Interface == device);

    private SimulatedNic Changed(InterfaceName device) =>
        Of(device) ?? throw new InvalidOperationException($"{device} was to be changed");

    // As the interface has it: "not implemented" is an answer, not an error.
    private static bool IsSupported(Func<bool> command)
    {
        try
        {
            return command();
        }
        catch (LinuxException exception) when (exception.Errno is Errno.NotSupported or Errno.NotSupportedInternally)
        {
            return false;
        }
    }

    private T Ask<T>(Func<InterfaceName, T> answer, InterfaceName device)
    {
        Calls++;
        Entered.Set();
        Rtnl.Wait();
        return answer(device);
    }
}
