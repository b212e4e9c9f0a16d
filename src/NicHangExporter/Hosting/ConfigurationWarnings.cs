using NicHangExporter.Linux;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Options;
using NicHangExporter.Remediation;
using NicHangExporter.Text;

namespace NicHangExporter.Hosting;

/// <summary>Warnings about a valid configuration, for <c>--config.check</c> and the log of the start.</summary>
internal static class ConfigurationWarnings
{
    /// <summary>A sentence for each mode without effect, and for each entry of remediation.devices that matches no
    /// device; only one for the entries if the devices can't be listed.</summary>
    public static IReadOnlyList<string> Of(ExporterOptions options) =>
        [.. OfDeprecated(options), .. OfModes(options), .. OfDevices(options)];

    /// <summary>Deprecated options that are set.</summary>
    public static IEnumerable<string> OfDeprecated(ExporterOptions options) =>
        OptionTable.All.Where(option => option.IsDeprecated && option.Show(options).Length > 0)
            .Select(option =>
                $"{option.Name} is deprecated and the next release removes it: write {option.Instead} in the "
                + "file of alerting.config.file");

    /// <summary>A sentence for each mode that is on and has no effect, because nothing can trigger it.</summary>
    public static IEnumerable<string> OfModes(ExporterOptions options)
    {
        foreach (var (name, mode) in new[]
        {
            ("remediation.local", options.Remediation.Local),
            ("remediation.webhook", options.Remediation.Webhook),
        })
            if (mode != RemediationMode.Off && !options.Collectors.DetectsHangs)
                yield return $"{name} is {SnakeCase.Of(mode)} and has no effect: "
                    + "no hang is detected while collector.kmsg and collector.stall are both off";
        if (options is { Remediation.Webhook: not RemediationMode.Off, Api.HasRemediateToken: false })
            yield return $"remediation.webhook is {SnakeCase.Of(options.Remediation.Webhook)} and has no effect: "
                + "no api.token-file has the scope remediate, so no alert is accepted";
    }

    private static IEnumerable<string> OfDevices(ExporterOptions options)
    {
        var devices = new NetClass(options.Paths.Sysfs);
        // The program starts without devices, and its collectors fail with the same reason.
        if (devices.TryList([]) is var errno and not Errno.None)
        {
            var reason = new LinuxException("open", Path.Join(options.Paths.Sysfs, "class/net"), errno).Message;
            return [$"no network device will be found, because of path.sysfs: {reason}"];
        }
        try
        {
            return [.. AllowList.Unmatched(options.Remediation.Devices, devices)
                .Select(entry => AllowList.Describe(entry, devices))];
        }
        catch (LinuxException)
        {
            // A device can't be read now, such as one that is being removed. Nothing can be compared.
            return [];
        }
    }
}
