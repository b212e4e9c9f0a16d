using System.Runtime.InteropServices;
using NicHangExporter.Linux.Kmsg;
using NicHangExporter.Linux.Uapi;
using Tmds.Linux;

namespace NicHangExporter.Linux.Netlink;

/// <summary>
/// The kernel's notifications about interfaces, in the network namespace of the thread that opened this: from
/// <c>RTNLGRP_LINK</c>, and from the group <c>monitor</c> of the family <c>ethtool</c> (Linux 5.6). Receiving them
/// takes no lock of the kernel and needs no privilege.
/// </summary>
public sealed unsafe partial class LinkNotifications : IDisposable
{
    // Longer than any notification of a link, which has no list of virtual functions.
    private const int BufferSize = 1 << 15;

    // Bounds one call in a flood. What is left waits for the next call.
    private const int DatagramsPerCall = 4096;

    private const uint FamilySequence = 1;

    private readonly NetlinkSocket _route;
    private readonly EventFd _wakeUp;
    private readonly byte[] _buffer = new byte[BufferSize];
    private readonly byte[] _ethtoolBuffer = new byte[BufferSize];
    private NetlinkSocket? _generic;
    private ushort _family;

    private LinkNotifications(NetlinkSocket route) => (_route, _wakeUp) = (route, new EventFd());

    /// <summary>Opens the socket for links.</summary>
    /// <returns>Null if the kernel refuses, with the reason.</returns>
    /// <exception cref="LinuxException">No descriptor is left.</exception>
    public static LinkNotifications? TryOpen(out Errno errno)
    {
        errno = NetlinkSocket.TryOpen(NetlinkNumbers.Route, RouteNumbers.LinkGroup, out var route);
        return route is null ? null : new LinkNotifications(route);
    }

    /// <summary>
    /// Also receives the notifications of ethtool. Asks the kernel for the family, which can wait for locks of the
    /// kernel: not to be called where anything waits. Not concurrently with <see cref="DrainSettings"/>.
    /// </summary>
    /// <returns>False if the kernel has no such family, or refuses.</returns>
    public bool TryJoinEthtool()
    {
        if (NetlinkSocket.TryOpen(NetlinkNumbers.Generic, 0, out var socket) != Errno.None)
            return false;
        if (Resolve(socket!) is { } family && socket!.TryJoin(family.Group) == Errno.None)
        {
            (_family, _generic) = (family.Id, socket);
            return true;
        }
        socket!.Dispose();
        return false;
    }

    /// <summary>Takes the notices about links that wait, without waiting for more. One thread at a time.</summary>
    /// <param name="notices">Receives them, in the order of the kernel.</param>
    /// <returns>False if some were lost: then everything is to be read again.</returns>
    /// <exception cref="LinuxException">The socket failed.</exception>
    public bool DrainLinks(List<LinkNotice> notices)
    {
        ArgumentNullException.ThrowIfNull(notices);
        var isWhole = true;
        for (var left = DatagramsPerCall; left > 0 && TryRead(_route, _buffer, ref isWhole, out var datagram); left--)
            isWhole &= LinkMessageParser.Parse(datagram, notices);
        return isWhole;
    }

    /// <inheritdoc cref="DrainLinks"/>
    /// <summary>Takes the notices of ethtool that wait. One thread at a time.</summary>
    public bool DrainSettings(List<LinkNotice> notices)
    {
        ArgumentNullException.ThrowIfNull(notices);
        var isWhole = true;
        for (var left = DatagramsPerCall;
            left > 0 && _generic is { } generic && TryRead(generic, _ethtoolBuffer, ref isWhole, out var datagram);
            left--)
            isWhole &= EthtoolMessageParser.Parse(datagram, _family, notices);
        return isWhole;
    }

    /// <summary>Waits until a notification arrives. Does not take it.</summary>
    /// <exception cref="LinuxException">poll(2) failed.</exception>
    public void Wait() => Poll(watchSockets: true, Timeout.Infinite);

    /// <summary>Waits for a time. Notifications do not end the wait, only <see cref="Wake"/> does.</summary>
    /// <exception cref="LinuxException">poll(2) failed.</exception>
    public void Rest(TimeSpan time) => Poll(watchSockets: false, (int)Math.Ceiling(time.TotalMilliseconds));

    /// <summary>Ends all present and future waits. Thread-safe.</summary>
    public void Wake() => _wakeUp.Signal();

    /// <inheritdoc/>
    public void Dispose()
    {
        _route.Dispose();
        _generic?.Dispose();
        _wakeUp.Dispose();
    }

    // The next datagram. Not whole, if others before it were lost or longer than the buffer.
    private static bool TryRead(NetlinkSocket socket, byte[] buffer, ref bool isWhole, out ReadOnlySpan<byte> datagram)
    {
        var status = socket.Read(buffer, out var length);
        while (status == NetlinkReadStatus.Overrun)
        {
            isWhole = false;
            status = socket.Read(buffer, out length);
        }
        datagram = buffer.AsSpan(0, length);
        return status == NetlinkReadStatus.Datagram;
    }

    // The answer is queued before the request returns. No group is joined yet, so nothing else arrives.
    private static GenericFamily? Resolve(NetlinkSocket socket)
    {
        var buffer = new byte[BufferSize];
        return socket.TrySend(GenericFamily.Request("ethtool"u8, FamilySequence)) == Errno.None
            && socket.Read(buffer, out var length) == NetlinkReadStatus.Datagram
            ? GenericFamily.Parse(buffer.AsSpan(0, length), FamilySequence, "monitor"u8)
            : null;
    }

    private void Poll(bool watchSockets, int milliseconds)
    {
        using var wakeUp = _wakeUp.File.Acquire();
        using var route = _route.File.Acquire();
        // poll(2) ignores a negative descriptor.
        using var generic = (_generic ?? _route).File.Acquire();
        var descriptors = stackalloc pollfd[3];
        descriptors[0] = new pollfd { fd = wakeUp.Number, events = (short)LibC.POLLIN };
        descriptors[1] = new pollfd { fd = watchSockets ? route.Number : -1, events = (short)LibC.POLLIN };
        descriptors[2] = new pollfd
        {
            fd = watchSockets && _generic is not null ? generic.Number : -1,
            events = (short)LibC.POLLIN,
        };
        if (PollDescriptors(descriptors, 3, milliseconds) < 0 && FileDescriptor.LastError != Errno.Interrupted)
            throw new LinuxException("poll", "netlink sockets", FileDescriptor.LastError);
    }

    // poll(2). Tmds.LibC declares it without SetLastError, which leaves errno unreadable.
    [LibraryImport("libc.so.6", EntryPoint = "poll", SetLastError = true)]
    private static partial int PollDescriptors(pollfd* descriptors, nuint count, int timeout);
}
