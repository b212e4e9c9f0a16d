using System.Diagnostics.CodeAnalysis;

namespace NicHangExporter.Linux.Link;

/// <summary>
/// Flags of an interface (enum net_device_flags of include/uapi/linux/if.h): the 16 that <c>SIOCGIFFLAGS</c> returns.
/// Bits without a name here may be set too.
/// </summary>
[Flags]
[SuppressMessage("Naming", "CA1711", Justification = "Flags is what the kernel's documents call them.")]
public enum InterfaceFlags
{
    /// <summary>No flag.</summary>
    None = 0,
    /// <summary>IFF_UP: enabled by the administrator. The interface may still have no carrier.</summary>
    Up = 1 << 0,
    /// <summary>IFF_BROADCAST: has a broadcast address.</summary>
    Broadcast = 1 << 1,
    /// <summary>IFF_LOOPBACK.</summary>
    Loopback = 1 << 3,
    /// <summary>IFF_POINTOPOINT: has one peer only.</summary>
    PointToPoint = 1 << 4,
    /// <summary>IFF_RUNNING: operational in the sense of RFC 2863: up, with a carrier.</summary>
    Running = 1 << 6,
    /// <summary>IFF_NOARP.</summary>
    NoArp = 1 << 7,
    /// <summary>IFF_PROMISC: receives all packets, as configured by the administrator.</summary>
    Promiscuous = 1 << 8,
    /// <summary>IFF_ALLMULTI: receives all multicast packets.</summary>
    AllMulticast = 1 << 9,
    /// <summary>IFF_MASTER: a bond.</summary>
    Master = 1 << 10,
    /// <summary>IFF_SLAVE: a port of a bond.</summary>
    Slave = 1 << 11,
    /// <summary>IFF_MULTICAST: can do multicast.</summary>
    Multicast = 1 << 12,
}
