using NicHangExporter.Linux;
using NicHangExporter.Linux.Link;
using NicHangExporter.Linux.Netlink;
using NicHangExporter.Linux.Sysfs;

namespace NicHangExporter.Metrics;

/// <summary>The notifications that a <see cref="DeviceInventory"/> follows.</summary>
/// <param name="Drain">Takes the notices that wait (<see cref="LinkNotifications.DrainLinks"/>).</param>
/// <param name="ReadNames">The names of the interfaces that they are about; null if they can't be read.</param>
/// <param name="Compare">
/// Whether an interface in sysfs is one of those. Only for names that <paramref name="ReadNames"/> has.
/// </param>
/// <param name="Clock">The clock.</param>
internal sealed record DeviceFeed(
    Func<List<LinkNotice>, bool> Drain, Func<HashSet<InterfaceName>?> ReadNames, Func<NetDevice, LinkMatch> Compare,
    TimeProvider Clock);
