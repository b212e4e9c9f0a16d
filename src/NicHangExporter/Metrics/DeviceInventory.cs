using System.Collections.Immutable;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Options;

namespace NicHangExporter.Metrics;

/// <summary>
/// Selects the devices to watch: those with hardware behind them, or all with <c>--collector.virtual</c>, up to a
/// limit. Also selects those that have series: a virtual function (SR-IOV) has none until it has something to report,
/// except with <c>--collector.vf</c>.
/// </summary>
internal sealed class DeviceInventory(NetClass netClass, ExporterOptions options)
{
    private ImmutableHashSet<BusAddress> _shown = [];

    /// <summary>
    /// Opens the current devices. Keeps no state of them: a device that was removed or renamed is not in the next
    /// result.
    /// </summary>
    public OpenDevices Open()
    {
        var names = new List<InterfaceName>();
        var errno = netClass.TryList(names);
        var physical = new List<NetDevice>();
        var functions = new List<NetDevice>();
        var others = new List<NetDevice>();
        var failed = errno != Errno.None;
        var dropped = 0;
        foreach (var name in names)
            try
            {
                if (netClass.Open(name) is not { } device)
                    continue;
                var kind = device.IsVirtualFunction ? functions : device.IsPhysical ? physical : others;
                if (
                    kind != others
                    || (options.Collectors.Has(Collector.Virtual) && others.Count < options.Detection.MaxDevices))
                    kind.Add(device);
                else
                {
                    dropped += options.Collectors.Has(Collector.Virtual) ? 1 : 0;
                    device.Dispose();
                }
            }
            catch (LinuxException)
            {
                // Reported by Failed and by the success of the collectors.
                failed = true;
            }
        // Hardware first, so that a host with thousands of veths or virtual functions still watches its NICs.
        physical.AddRange(functions);
        physical.AddRange(others);
        while (physical.Count > options.Detection.MaxDevices)
        {
            physical[^1].Dispose();
            physical.RemoveAt(physical.Count - 1);
            dropped++;
        }
        var watched = physical.ConvertAll(device => new WatchedDevice(device));
        return new OpenDevices(
            watched, [.. watched.Where(device => HasSeries(device.Sysfs.IsVirtualFunction, device.Bus))], dropped, failed);
    }

    /// <summary>True if a device has series. Thread-safe.</summary>
    public bool HasSeries(bool isVirtualFunction, BusAddress bus) =>
        !isVirtualFunction || options.Collectors.Has(Collector.Vf) || Volatile.Read(ref _shown).Contains(bus);

    /// <summary>Gives the virtual function at that address series for the lifetime of this process.</summary>
    public void Show(BusAddress bus) => ImmutableInterlocked.Update(ref _shown, shown => shown.Add(bus));
}

/// <summary>Open devices, for one pass over their attributes.</summary>
/// <param name="devices">The devices. This object disposes of them.</param>
/// <param name="shown">The devices that have series.</param>
/// <param name="dropped">The number of devices beyond the limit.</param>
/// <param name="failed">True if listing or opening failed, so that devices may be missing.</param>
internal sealed class OpenDevices(List<WatchedDevice> devices, List<WatchedDevice> shown, int dropped, bool failed)
    : IDisposable
{
    /// <summary>The watched devices: hardware first, otherwise by name.</summary>
    public IReadOnlyList<WatchedDevice> All => devices;

    /// <summary>The devices that have series.</summary>
    public IReadOnlyList<WatchedDevice> Shown => shown;

    /// <summary>Devices beyond the limit.</summary>
    public int Dropped => dropped;

    /// <summary>True if devices may be missing.</summary>
    public bool Failed => failed;

    public void Dispose() => devices.ForEach(device => device.Dispose());
}
