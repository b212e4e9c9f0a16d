using NicHangExporter.Linux;
using NicHangExporter.Linux.Ethtool;

namespace NicHangExporter.Bench;

/// <summary>
/// A NIC whose driver answers immediately and does nothing. It reports when the first command arrives that would change
/// the NIC.
/// </summary>
internal sealed class SilentNic : IEthtool
{
    /// <summary>
    /// A path that does not exist. The first command looks it up, to mark its position in a trace of system calls.
    /// </summary>
    public const string Mark = "/first-command-to-the-nic";

    private static readonly string[] Offloads =
    [
        "rx-checksum",
        "tx-checksum-ip-generic",
        "tx-scatter-gather",
        "tx-tcp-segmentation",
        "tx-tcp6-segmentation",
        "tx-generic-segmentation",
        "rx-gro",
    ];

    private readonly TaskCompletionSource<long> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The timestamp of the first command.</summary>
    public Task<long> First => _first.Task;

    public SetFeaturesResult SetFeatures(InterfaceName device, IReadOnlyList<FeatureChange> changes)
    {
        Come();
        return SetFeaturesResult.Accepted;
    }

    public bool Renegotiate(InterfaceName device)
    {
        Come();
        return true;
    }

    public DeviceFeatures? ReadFeatures(InterfaceName device) =>
        new([.. Offloads.Select(name => new Feature(name, true, true, true, false))]);
    public byte[]? ReadPermanentAddress(InterfaceName device) => [0x52, 0x54, 0, 0x12, 0x34, 1];
    public DriverInfo? ReadDriverInfo(InterfaceName device) => null;
    public IReadOnlyList<Statistic>? ReadStatistics(InterfaceName device) => null;
    public ChosenStatistics? ReadChosenStatistics(
        InterfaceName device, StatisticFilter filter, ChosenStatistics? last, bool readsNames) => null;
    public IReadOnlyList<string>? ReadStringSet(InterfaceName device, StringSet stringSet) => null;
    public bool? ReadLink(InterfaceName device) => true;
    public LinkSettings? ReadLinkSettings(InterfaceName device) => null;
    public EnergyEfficientEthernet? ReadEnergyEfficientEthernet(InterfaceName device) => null;
    public PauseParameters? ReadPause(InterfaceName device) => null;
    public RingParameters? ReadRings(InterfaceName device) => null;
    public bool SetEnergyEfficientEthernet(InterfaceName device, bool enabled) => false;
    public bool SetPause(InterfaceName device, PauseParameters pause) => false;

    private void Come()
    {
        if (_first.TrySetResult(TimeProvider.System.GetTimestamp()))
            _ = File.Exists(Mark);
    }
}
