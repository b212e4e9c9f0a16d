namespace NicHangExporter.Linux.Uapi;

/// <summary>
/// Requests of <c>ioctl(2)</c> on a socket for a network device (include/uapi/linux/sockios.h). Each takes an
/// <see cref="IfReq"/>.
/// </summary>
internal static class Sockios
{
    /// <summary><c>SIOCGIFFLAGS</c>: reads the flags. Needs no privilege.</summary>
    public const int ReadFlags = 0x8913;

    /// <summary><c>SIOCSIFFLAGS</c>: replaces the flags. Needs CAP_NET_ADMIN.</summary>
    public const int WriteFlags = 0x8914;

    /// <summary>
    /// <c>SIOCGIFINDEX</c>: reads the number of the interface. Takes no lock. For a name that the namespace lacks, the
    /// kernel first runs modprobe if the caller has CAP_NET_ADMIN.
    /// </summary>
    public const int ReadIndex = 0x8933;

    /// <summary><c>SIOCETHTOOL</c>: runs the ethtool command that <c>ifr_data</c> points to.</summary>
    public const int Ethtool = 0x8946;
}
