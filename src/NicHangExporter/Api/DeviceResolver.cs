using NicHangExporter.Linux;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Remediation.Policy;

namespace NicHangExporter.Api;

/// <summary>Finds the device that a text names, by its name or by its address on the bus.</summary>
internal static class DeviceResolver
{
    /// <summary>
    /// Finds a device. By name first: <c>virtio0</c> can be a name and an address. The name of an absent device counts
    /// as found: the remediator knows devices that have left.
    /// </summary>
    /// <param name="devices">The devices of this host.</param>
    /// <param name="text">As <see cref="InterfaceName.ToString"/> or <see cref="BusAddress.ToString"/> writes
    /// it.</param>
    /// <param name="device">The device; it may be gone a moment later.</param>
    /// <returns>Null where it is found, else why not.</returns>
    public static ApiResult? Find(NetClass devices, string text, out InterfaceName device)
    {
        device = default;
        try
        {
            var isName = InterfaceName.TryParse(text, out device);
            if (isName)
                using (var open = devices.Open(device))
                    if (open is not null)
                        return null;
            if (!BusAddress.TryParse(text, out var address))
                return isName ? null : ApiResult.Problem(HttpStatusMapping.OfReason[DeclineReason.UnknownDevice]);
            var found = devices.FindByBusAddress(address);
            if (found.Count > 1)
                return Ambiguous(found.Select(one => one.ToString()));
            if (found.Count == 0)
                return isName ? null : ApiResult.Problem(HttpStatusMapping.OfReason[DeclineReason.UnknownDevice]);
            device = found[0];
            return null;
        }
        catch (LinuxException)
        {
            return ApiResult.Problem(ApiProblem.Unreadable);
        }
    }

    /// <summary>The problem of an address that several devices share.</summary>
    public static ApiResult Ambiguous(IEnumerable<string> devices) =>
        ApiResult.Problem(ApiProblem.Malformed,
            $"Several devices are at that address; name one of them: {string.Join(", ", devices)}.");
}
