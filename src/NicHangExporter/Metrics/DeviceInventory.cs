using System.Collections.Immutable;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Options;

namespace NicHangExporter.Metrics;

/// <summary>
/// Which devices are looked at: those with hardware behind them, or all with <c>--collector.virtual</c>, up to a limit. Which of them have
/// series is another matter: a virtual function (SR-IOV) has none until it has something to tell, or with <c>--collector.vf</c>.
/// </summary>
internal sealed class DeviceInventory(NetClass netClass, ExporterOptions options)
{
    private ImmutableHashSet<BusAddress> _told = [];

    /// <summary>
    /// Opens the devices as they are now. Nothing is remembered of them: a device that vanished or was renamed is simply no longer there.
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
                if (kind != others || (options.Collectors.Has(Collector.Virtual) && others.Count < options.Detection.MaxDevices))
                    kind.Add(device);
                else
                {
                    dropped += options.Collectors.Has(Collector.Virtual) ? 1 : 0;
                    device.Dispose();
                }
            }
            catch (LinuxException)
            {
                // Said by Failed, and by the collectors' success.
                failed = true;
            }
        // Hardware first: a host with thousands of veths must not lose sight of its NICs, nor one with many virtual functions.
        physical.AddRange(functions);
        physical.AddRange(others);
        while (physical.Count > options.Detection.MaxDevices)
        {
            physical[^1].Dispose();
            physical.RemoveAt(physical.Count - 1);
            dropped++;
        }
        return new OpenDevices(physical, [.. physical.Where(device => HasSeries(device.IsVirtualFunction, device.BusAddress))], dropped, failed);
    }

    /// <summary>Whether a device has series. Any thread may ask.</summary>
    public bool HasSeries(bool isVirtualFunction, BusAddress bus) => !isVirtualFunction || options.Collectors.Has(Collector.Vf) || Volatile.Read(ref _told).Contains(bus);

    /// <summary>From now on the virtual function at that address has series, as long as this process lives.</summary>
    public void Show(BusAddress bus) => ImmutableInterlocked.Update(ref _told, told => told.Add(bus));
}

/// <summary>Devices held open for one pass over their attributes.</summary>
/// <param name="devices">The devices; owned.</param>
/// <param name="shown">Those of them that have series.</param>
/// <param name="dropped">How many more there are.</param>
/// <param name="failed">True where listing or opening failed, so that some may be missing.</param>
internal sealed class OpenDevices(List<NetDevice> devices, List<NetDevice> shown, int dropped, bool failed) : IDisposable
{
    /// <summary>The devices that are looked at, those with hardware first, else by name.</summary>
    public IReadOnlyList<NetDevice> All => devices;

    /// <summary>Those that have series.</summary>
    public IReadOnlyList<NetDevice> Shown => shown;

    /// <summary>Devices beyond the limit.</summary>
    public int Dropped => dropped;

    /// <summary>True where some may be missing.</summary>
    public bool Failed => failed;

    public void Dispose() => devices.ForEach(device => device.Dispose());
}
