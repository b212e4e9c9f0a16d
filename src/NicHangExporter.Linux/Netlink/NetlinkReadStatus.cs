namespace NicHangExporter.Linux.Netlink;

/// <summary>The result of reading from a netlink socket.</summary>
internal enum NetlinkReadStatus
{
    /// <summary>A datagram of the kernel.</summary>
    Datagram,

    /// <summary>Nothing waits.</summary>
    NothingNow,

    /// <summary>Datagrams were lost: the queue was full (ENOBUFS), or one exceeds the buffer.</summary>
    Overrun,
}
