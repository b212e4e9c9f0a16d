using NicHangExporter.Linux;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Remediation;

namespace NicHangExporter;

/// <summary>What <c>--config.check</c> finds to say of a sound configuration on this host.</summary>
internal static class ConfigurationWarnings
{
    /// <summary>A sentence for each entry of remediation.devices that matches no device here; nothing where the devices can't be looked up.</summary>
    public static IReadOnlyList<string> Of(ExporterOptions options)
    {
        var devices = new NetClass(options.SysfsPath);
        try
        {
            return [.. AllowList.Unmatched(options.RemediationDevices, devices).Select(entry => AllowList.Describe(entry, devices))];
        }
        catch (LinuxException)
        {
            // Checked where there is no sysfs, such as in the build of an image: there is nothing to compare with.
            return [];
        }
    }
}
