using System.Globalization;
using NicHangExporter.Api;
using NicHangExporter.Remediation;

namespace NicHangExporter.Cli;

/// <summary>The devices as a table. It fits into 80 columns with ordinary names; no name is cut.</summary>
internal static class DevicesText
{
    /// <summary>Writes it.</summary>
    /// <param name="page">The output.</param>
    /// <param name="status">The devices.</param>
    /// <param name="isWatched">A daemon watches them; without one it is not known which of them hang.</param>
    public static void Write(ConsoleWriter page, DeviceList status, bool isWatched)
    {
        if (status.Devices.Count == 0)
        {
            page.Paragraph(
                "", "no physical network device found; --collector.virtual also shows bridges, bonds, veth and lo");
            return;
        }
        page.Table("",
            [["DEVICE", "DRIVER", "BUS", "HUNG", "STAGE", "COOL", "LEFT", "QUAR", "ALLOWED"],
                .. status.Devices.Select(device => Row(device, isWatched))]);
        page.Paragraph(
            "", "COOL: cool-down left. LEFT: remediations left in 24 hours. QUAR: in quarantine, until quarantine "
            + "clear.");
        if (status.Devices.Any(device => IsByHandOnly(device, isWatched)))
            page.Paragraph("", isWatched
                ? "ALLOWED, by hand: remediation.local and remediation.webhook of the daemon are off or observe, "
                    + "so that a device is changed only on request, as by the command remediate."
                : "ALLOWED, by hand: the command remediate may change the device. "
                    + "No daemon answers, so that none is known to act by itself.");
    }

    private static string[] Row(DeviceResponse device, bool isWatched) =>
    [
        device.Device,
        Or(device.Driver),
        Or(device.Bus),
        !isWatched ? "?" : device.Hung ? "HUNG" : "no",
        Or(device.Profile ?? ""),
        Or(Humanize.Wait(device.Cooldown)),
        device.BudgetLeft.ToString(CultureInfo.InvariantCulture),
        device.Quarantined ? "YES" : "no",
        !device.Present ? "not here" : device.NotAllowed is { } reason ? $"no: {Humanize.Word(reason)}"
            : IsByHandOnly(device, isWatched) ? "by hand" : "yes",
    ];

    // It is changed on request only.
    private static bool IsByHandOnly(DeviceResponse device, bool isWatched) =>
        device is { Present: true, NotAllowed: null }
        && (!isWatched || device.NotProtected is NotProtected.Off or NotProtected.Observe);

    private static string Or(string text) => text.Length > 0 ? text : "-";
}
