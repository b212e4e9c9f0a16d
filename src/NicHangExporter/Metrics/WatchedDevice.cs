using NicHangExporter.Linux;
using NicHangExporter.Linux.Sysfs;

namespace NicHangExporter.Metrics;

/// <summary>A network device that the exporter watches: its directory in sysfs, and what is known about it.</summary>
/// <param name="sysfs">The open device. This object disposes of it.</param>
internal sealed class WatchedDevice(NetDevice sysfs) : IDisposable
{
    /// <summary>The attributes in sysfs.</summary>
    public NetDevice Sysfs => sysfs;

    public InterfaceName Name => sysfs.Name;

    /// <summary>The parent's address on its bus; empty without a parent.</summary>
    public BusAddress Bus => sysfs.BusAddress;

    /// <summary>The label <c>device</c> with its value, quoted and escaped.</summary>
    public byte[] Label { get; } = DeviceLabel.Prepare(sysfs.Name);

    public void Dispose() => sysfs.Dispose();
}
