using NicHangExporter.Linux;
using NicHangExporter.Linux.Sysfs;

namespace NicHangExporter.Exposition;

/// <summary>Which devices are looked at: those with hardware behind them, or all with <c>--collector.virtual</c>, up to a limit.</summary>
internal sealed class DeviceInventory(NetClass netClass, ExporterOptions options)
{
    /// <summary>
    /// Opens the devices as they are now. Nothing is remembered: a device that vanished or was renamed is simply no longer there.
    /// </summary>
    public OpenDevices Open()
    {
        var names = new List<InterfaceName>();
        var errno = netClass.TryList(names);
        var physical = new List<NetDevice>();
        var others = new List<NetDevice>();
        var failed = errno != Errno.None;
        var dropped = 0;
        foreach (var name in names)
            try
            {
                if (netClass.Open(name) is not { } device)
                    continue;
                if (device.IsPhysical)
                    physical.Add(device);
                else if (options.Has(Collector.Virtual) && others.Count < options.MaxDevices)
                    others.Add(device);
                else
                {
                    dropped += options.Has(Collector.Virtual) ? 1 : 0;
                    device.Dispose();
                }
            }
            catch (LinuxException)
            {
                // Said by Failed, and by the collectors' success.
                failed = true;
            }
        // Hardware first: a host with thousands of veths must not lose sight of its NICs.
        physical.AddRange(others);
        while (physical.Count > options.MaxDevices)
        {
            physical[^1].Dispose();
            physical.RemoveAt(physical.Count - 1);
            dropped++;
        }
        return new OpenDevices(physical, dropped, failed);
    }
}

/// <summary>Devices held open for one pass over their attributes.</summary>
/// <param name="devices">The devices; owned.</param>
/// <param name="dropped">How many more there are.</param>
/// <param name="failed">True where listing or opening failed, so that some may be missing.</param>
internal sealed class OpenDevices(List<NetDevice> devices, int dropped, bool failed) : IDisposable
{
    /// <summary>The devices, those with hardware first, else by name.</summary>
    public IReadOnlyList<NetDevice> All => devices;

    /// <summary>Devices beyond the limit.</summary>
    public int Dropped => dropped;

    /// <summary>True where some may be missing.</summary>
    public bool Failed => failed;

    public void Dispose() => devices.ForEach(device => device.Dispose());
}
