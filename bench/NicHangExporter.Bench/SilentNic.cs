using NicHangExporter.Linux;
using NicHangExporter.Linux.Ethtool;

namespace NicHangExporter.Bench;

/// <summary>
/// A NIC whose driver answers immediately and does nothing. It reports the time of the first command that would change
/// it.
/// </summary>
internal sealed class SilentNic : IEthtool
{
    /// <summary>
    /// The file is looked up at the first command and never exists. It marks that moment in a trace of system calls.
    /// </summary>
    public const string Mark = "/first-command-to-the-nic";

    private static readonly string[] Offloads =
    [
        "rx-checksum", "tx-checksum-ip-generic", "tx-scatter-gather", "tx-tcp-segmentation", "tx-tcp6-segmentation",
        "tx-generic-segmentation", "rx-gro",
    ];

    private readonly TaskCompletionSource<long> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The time of the first command, by the clock of the machine.</summary>
    public Task<long> First => _first.Task;

    public SetFeaturesResult SetFeatures(InterfaceName device, IReadOnlyList<FeatureChange> changes)
    {
        RecordCommand();
        return SetFeaturesResult.Accepted;
    }

    public bool Renegotiate(InterfaceName device)
    {
        RecordCommand();
        return true;
    }

    public DeviceFeatures? ReadFeatures(InterfaceName device) =>
        new([.. Offloads.Select(name => new Feature(name, true, true, true, false))]);
    public byte[]? ReadPermanentAddress(InterfaceName device) => [0x52, 0x54, 0, 0x12, 0x34, 1];
    public DriverInfo? ReadDriverInfo(InterfaceName device) => null;
    public IReadOnlyList<Statistic>? ReadStatistics(InterfaceName device) => null;
    public IReadOnlyList<string>? ReadStringSet(InterfaceName device, StringSet stringSet) => null;
    public bool? ReadLink(InterfaceName device) => true;
    public LinkSettings? ReadLinkSettings(InterfaceName device) => null;
    public EnergyEfficientEthernet? ReadEnergyEfficientEthernet(InterfaceName device) => null;
    public PauseParameters? ReadPause(InterfaceName device) => null;
    public RingParameters? ReadRings(InterfaceName device) => null;
    public bool SetEnergyEfficientEthernet(InterfaceName device, bool enabled) => false;
    public bool SetPause(InterfaceName device, PauseParameters pause) => false;

    private void RecordCommand()
    {
        if (_first.TrySetResult(TimeProvider.System.GetTimestamp()))
            _ = File.Exists(Mark);
    }
}
