using NicHangExporter.Linux.Link;
using NicHangExporter.Linux.Netlink;
using NicHangExporter.Linux.Sysfs;

namespace NicHangExporter.Metrics;

/// <summary>The notifications that a <see cref="DeviceInventory"/> follows.</summary>
/// <param name="Drain">Takes the notices that wait (<see cref="LinkNotifications.DrainLinks"/>).</param>
/// <param name="Compare">Whether an interface in sysfs is one of those that the notifications are about.</param>
/// <param name="Clock">The clock.</param>
internal sealed record DeviceFeed(
    Func<List<LinkNotice>, bool> Drain, Func<NetDevice, LinkMatch> Compare, TimeProvider Clock);
