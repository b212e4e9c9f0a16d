using NicHangExporter.Linux;
using NicHangExporter.Linux.Sysfs;

namespace NicHangExporter.Metrics;

/// <summary>
/// Lists and opens the devices in sysfs each time: where the kernel's notifications can't be used. Keeps no state, so a
/// device that was removed or renamed is not in the next result.
/// </summary>
internal sealed class DeviceScan(NetClass netClass, DeviceSelection selection)
{
    /// <summary>Opens the current devices.</summary>
    /// <param name="names">Receives the names of all interfaces, watched or not.</param>
    /// <param name="version"><see cref="OpenDevices.Version"/>.</param>
    public OpenDevices Open(List<InterfaceName> names, long version)
    {
        var failed = netClass.TryList(names) != Errno.None;
        var byKind = new List<WatchedDevice>[] { [], [], [] };
        var dropped = 0;
        foreach (var name in names)
            try
            {
                if (netClass.Open(name) is not { } device)
                    continue;
                var kind = DeviceSelection.KindOf(device);
                if (selection.Includes(kind) && byKind[(int)kind].Count < selection.Max)
                    byKind[(int)kind].Add(new WatchedDevice(device));
                else
                {
                    dropped += selection.Includes(kind) ? 1 : 0;
                    device.Dispose();
                }
            }
            catch (LinuxException)
            {
                // Reported by Failed and by the success of the collectors.
                failed = true;
            }
        List<WatchedDevice> watched = [.. byKind.SelectMany(devices => devices)];
        while (watched.Count > selection.Max)
        {
            watched[^1].Dispose();
            watched.RemoveAt(watched.Count - 1);
            dropped++;
        }
        return new OpenDevices(watched, selection.Shown(watched), dropped, failed, version, ownsDevices: true);
    }
}
