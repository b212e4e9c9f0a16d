using NicHangExporter.Metrics;
using NicHangExporter.Remediation;

namespace NicHangExporter.Hosting;

/// <summary>
/// Lets the settings of a device be read again when the kernel notifies that they may have changed, and drift be
/// corrected then. A driver may change settings at each link-up without saying so: e1000e turns TSO on.
/// </summary>
internal sealed class SettingsWatch(DeviceInventory inventory, EthtoolPoller poller, Remediator remediator)
{
    /// <summary>Begins to pass on the news of the inventory.</summary>
    public void Start() => inventory.News += news =>
    {
        poller.Schedule.Request(news.Device, hasAppeared: news.Kind == DeviceNewsKind.Appeared);
        if (news.Kind != DeviceNewsKind.LinkDown)
            remediator.CheckDrift(news.Device, isLinkUp: news.Kind == DeviceNewsKind.LinkUp);
    };
}
