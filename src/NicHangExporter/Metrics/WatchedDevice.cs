using NicHangExporter.Linux;
using NicHangExporter.Linux.Sysfs;

namespace NicHangExporter.Metrics;

/// <summary>A network device that the exporter watches: its directory in sysfs, and what is known about it.</summary>
internal sealed class WatchedDevice : IDisposable
{
    private DeviceCounters? _counters;

    /// <param name="sysfs">The open device. This object disposes of it.</param>
    public WatchedDevice(NetDevice sysfs)
    {
        Sysfs = sysfs;
        Label = DeviceLabel.Prepare(sysfs.Name);
    }

    /// <summary>The attributes in sysfs.</summary>
    public NetDevice Sysfs { get; }

    public InterfaceName Name => Sysfs.Name;

    /// <summary>The parent's address on its bus; empty without a parent.</summary>
    public BusAddress Bus => Sysfs.BusAddress;

    /// <summary>The label <c>device</c> with its value, quoted and escaped.</summary>
    public byte[] Label { get; }

    /// <summary>The counters, for the thread that renders.</summary>
    public DeviceCounters Counters => _counters ??= new DeviceCounters(this);

    /// <summary>tx_packets in the current scrape; null if it is not read. For the thread that renders.</summary>
    public ulong? TxPackets { get; set; }

    public void Dispose()
    {
        _counters?.Dispose();
        Sysfs.Dispose();
    }
}
