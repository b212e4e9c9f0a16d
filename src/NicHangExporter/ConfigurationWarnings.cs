using NicHangExporter.Linux;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Remediation;

namespace NicHangExporter;

/// <summary>What <c>--config.check</c> finds to say of a sound configuration on this host.</summary>
internal static class ConfigurationWarnings
{
    /// <summary>
    /// A sentence for each entry of remediation.devices that matches no device here; where the devices can't be looked up,
    /// one that says so.
    /// </summary>
    public static IReadOnlyList<string> Of(ExporterOptions options)
    {
        var devices = new NetClass(options.SysfsPath);
        // The start goes on without devices, and its collectors fail with the same reason.
        if (devices.TryList([]) is var errno and not Errno.None)
        {
            var reason = new LinuxException("open", Path.Join(options.SysfsPath, "class/net"), errno).Message;
            return [$"no network device will be found, because of path.sysfs: {reason}"];
        }
        try
        {
            return [.. AllowList.Unmatched(options.RemediationDevices, devices).Select(entry => AllowList.Describe(entry, devices))];
        }
        catch (LinuxException)
        {
            // A device that can't be read now, such as one that is being removed: there is nothing to compare with.
            return [];
        }
    }
}
