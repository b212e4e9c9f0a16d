using System.Collections.Immutable;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Options;

namespace NicHangExporter.Metrics;

/// <summary>The kinds of devices, in the order in which they are watched.</summary>
internal enum DeviceKind
{
    /// <summary>It has a parent on a bus.</summary>
    Physical,

    /// <summary>A virtual function of SR-IOV.</summary>
    Function,

    /// <summary>It has no parent: bridge, bond, VLAN, tunnel, veth.</summary>
    Virtual,
}

/// <summary>
/// Selects the devices to watch: those with hardware behind them, or all with <c>--collector.virtual</c>, up to a
/// limit. Also selects those that have series: a virtual function (SR-IOV) has none until it has something to report,
/// except with <c>--collector.vf</c>.
/// </summary>
internal sealed class DeviceSelection(ExporterOptions options)
{
    private ImmutableHashSet<BusAddress> _shown = [];

    /// <summary>The most devices to watch. Hardware comes first, so that a host with thousands of veths or virtual
    /// functions still watches its NICs.</summary>
    public int Max => options.Detection.MaxDevices;

    public static DeviceKind KindOf(NetDevice device) =>
        device.IsVirtualFunction ? DeviceKind.Function : device.IsPhysical ? DeviceKind.Physical : DeviceKind.Virtual;

    /// <summary>True if devices of this kind are watched at all.</summary>
    public bool Includes(DeviceKind kind) => kind != DeviceKind.Virtual || options.Collectors.Has(Collector.Virtual);

    /// <summary>True if a device has series. Thread-safe.</summary>
    public bool HasSeries(bool isVirtualFunction, BusAddress bus) =>
        !isVirtualFunction || options.Collectors.Has(Collector.Vf) || Volatile.Read(ref _shown).Contains(bus);

    /// <summary>The devices of a list that have series.</summary>
    public IReadOnlyList<WatchedDevice> Shown(IReadOnlyList<WatchedDevice> devices) =>
        [.. devices.Where(device => HasSeries(device.Sysfs.IsVirtualFunction, device.Bus))];

    /// <summary>Gives the virtual function at that address series for the lifetime of this process.</summary>
    /// <returns>False if it has them already.</returns>
    public bool Show(BusAddress bus) => ImmutableInterlocked.Update(ref _shown, shown => shown.Add(bus));
}
