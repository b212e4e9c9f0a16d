namespace NicHangExporter.Linux.Netlink;

/// <summary>What a notification is about.</summary>
public enum LinkNoticeKind
{
    /// <summary>The interface is new, or one of its properties has changed: name, flags, operstate, MTU, features.
    /// </summary>
    Changed,

    /// <summary>The interface has left this network namespace. sysfs may show it for a moment longer.</summary>
    Removed,

    /// <summary>A setting that ethtool shows has changed: features, rings, pause, EEE, link modes.</summary>
    Settings,

    /// <summary>The number of its queues has changed.</summary>
    Queues,
}

/// <summary>A notification of the kernel: a hint to read the interface again.</summary>
/// <param name="Kind">What it is about.</param>
/// <param name="Index">The number of the interface (ifindex), above 0.</param>
/// <param name="Name">The name at that moment.</param>
public readonly record struct LinkNotice(LinkNoticeKind Kind, int Index, InterfaceName Name);
