using NicHangExporter.Linux;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Remediation.Policy;

namespace NicHangExporter.Api;

/// <summary>Finds the device that a text names, by its name or by its address on the bus.</summary>
internal static class DeviceResolver
{
    /// <summary>The device, or why there is none. By name first: <c>virtio0</c> could be either.</summary>
    /// <param name="devices">The devices of this host.</param>
    /// <param name="text">As <see cref="InterfaceName.ToString"/> or <see cref="BusAddress.ToString"/> writes it.</param>
    /// <param name="device">The device; it may be gone a moment later.</param>
    public static ApiAnswer? Find(NetClass devices, string text, out InterfaceName device)
    {
        device = default;
        try
        {
            if (InterfaceName.TryParse(text, out var name))
                using (var open = devices.Open(name))
                    if (open is not null)
                    {
                        device = name;
                        return null;
                    }
            if (!BusAddress.TryParse(text, out var address))
                return ApiAnswer.Refuse(HttpStatusMapping.OfReason[DeclineReason.UnknownDevice]);
            var found = devices.FindByBusAddress(address);
            if (found.Count > 1)
                return ApiAnswer.Refuse(ApiProblem.Malformed, $"Several devices are at that address; name one of them: {string.Join(", ", found)}.");
            if (found.Count == 0)
                return ApiAnswer.Refuse(HttpStatusMapping.OfReason[DeclineReason.UnknownDevice]);
            device = found[0];
            return null;
        }
        catch (LinuxException)
        {
            return ApiAnswer.Refuse(ApiProblem.Unreadable);
        }
    }
}
