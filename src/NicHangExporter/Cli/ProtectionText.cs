using NicHangExporter.Api;
using NicHangExporter.Remediation;

namespace NicHangExporter.Cli;

/// <summary>Which devices are watched and healed, as lines of the status.</summary>
internal static class ProtectionText
{
    /// <summary>Writes them.</summary>
    /// <param name="page">The output.</param>
    /// <param name="status">The state.</param>
    /// <param name="isDaemons">
    /// The daemon has answered. Without it, its modes are not known, and so not what it heals.
    /// </param>
    public static void Write(ConsoleWriter page, DeviceList status, bool isDaemons)
    {
        page.Paragraph(
            "api         ", isDaemons ? status.ApiOn ? "on" : "off: no api.token-file" : "of the daemon: not known");
        page.Paragraph("watched     ", ProtectionSummary.Watched(status.Devices));
        if (isDaemons)
        {
            page.Paragraph("healed      ", ProtectionSummary.Healed(status.Devices) ?? "none");
            foreach (var (devices, reason) in ProtectionSummary.NotHealed(status.Devices))
                page.Paragraph("NOT HEALED  ", $"{devices}: {Protection.Describe(reason)}");
        }
        foreach (var entry in status.UnmatchedEntries)
            page.Paragraph("NO DEVICE   ", $"'{entry}' of remediation.devices matches no device of this host");
    }
}
