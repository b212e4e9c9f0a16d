using System.Collections.Immutable;
using NicHangExporter.Linux;
using NicHangExporter.Remediation;

namespace NicHangExporter.Persistence.Control;

/// <summary>What remediations decided for the ports at one bus address. One file is for all of them.</summary>
internal static class DecidedSettings
{
    /// <summary>The settings of all ports at an address, sorted; empty for none.</summary>
    /// <param name="devices">What remediation knows.</param>
    /// <param name="nics">The NICs of the host.</param>
    /// <param name="bus">The address.</param>
    public static ImmutableArray<string> Of(
        IReadOnlyList<DeviceStatus> devices, IReadOnlyList<HostNic> nics, BusAddress bus) =>
        [
            .. Ports(devices, nics, bus).SelectMany(device => device.Desired).Distinct()
                .Order(StringComparer.Ordinal),
        ];

    // A device that has left, such as an earlier card of the slot, may have a record at the address too.
    private static List<DeviceStatus> Ports(
        IReadOnlyList<DeviceStatus> devices, IReadOnlyList<HostNic> nics, BusAddress bus)
    {
        var names = nics.Where(nic => nic.Bus == bus).Select(nic => nic.Device.ToString()).ToHashSet();
        var known = devices.Where(device => device.Bus == bus.ToString()).ToList();
        // Between a renaming and the next status, no name fits.
        return known.Exists(device => names.Contains(device.Device))
            ? known.FindAll(device => names.Contains(device.Device))
            : known;
    }
}
