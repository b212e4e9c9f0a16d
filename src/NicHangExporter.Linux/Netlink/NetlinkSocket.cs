using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NicHangExporter.Linux.Uapi;
using Tmds.Linux;

namespace NicHangExporter.Linux.Netlink;

/// <summary>
/// A netlink socket that does not block, in the network namespace of the thread that opened it. Any thread may use it.
/// </summary>
internal sealed unsafe partial class NetlinkSocket : IDisposable
{
    /// <summary>Bytes of queued datagrams. A notification of a link takes up to 4 KiB in the queue.</summary>
    private const int QueueSize = 1 << 20;

    private readonly FileDescriptor _file;

    private NetlinkSocket(FileDescriptor file) => _file = file;

    internal FileDescriptor File => _file;

    /// <summary>socket(2) and bind(2).</summary>
    /// <param name="protocol"><see cref="NetlinkNumbers.Route"/> or <see cref="NetlinkNumbers.Generic"/>.</param>
    /// <param name="groups">A bit for each of the first 32 multicast groups to join.</param>
    /// <param name="socket">The socket, or null.</param>
    /// <returns>
    /// The reason of a failure: EAFNOSUPPORT or EPERM where a service or a container may not use AF_NETLINK, EMFILE.
    /// </returns>
    public static Errno TryOpen(int protocol, uint groups, out NetlinkSocket? socket)
    {
        socket = null;
        var number = Open(LibC.AF_NETLINK, LibC.SOCK_RAW | LibC.SOCK_CLOEXEC | LibC.SOCK_NONBLOCK, protocol);
        if (number < 0)
            return FileDescriptor.LastError;
        var opened = new NetlinkSocket(new FileDescriptor(number));
        // The first needs CAP_NET_ADMIN. Without it the second allows as much as net.core.rmem_max. A shorter queue
        // only overruns earlier, so a refusal is no error.
        if (opened.SetOption(LibC.SOL_SOCKET, LibC.SO_RCVBUFFORCE, QueueSize) != Errno.None)
            _ = opened.SetOption(LibC.SOL_SOCKET, LibC.SO_RCVBUF, QueueSize);
        var address = new SockAddrNl { Family = (ushort)LibC.AF_NETLINK, Groups = groups };
        if (Bind(number, &address, Unsafe.SizeOf<SockAddrNl>()) != 0)
        {
            var errno = FileDescriptor.LastError;
            opened.Dispose();
            return errno;
        }
        socket = opened;
        return Errno.None;
    }

    /// <summary>NETLINK_ADD_MEMBERSHIP: joins a multicast group.</summary>
    public Errno TryJoin(uint group) =>
        SetOption(LibC.SOL_NETLINK, NetlinkNumbers.AddMembership, (int)group);

    /// <summary>
    /// send(2) of a request to the kernel, which handles it during the call and queues the answer. It can wait for
    /// locks of the kernel.
    /// </summary>
    public Errno TrySend(ReadOnlySpan<byte> request) => TrySendTo(groups: 0, request);

    /// <summary>Sends to the sockets in groups, as any process with CAP_NET_ADMIN may. For tests.</summary>
    internal Errno TrySendTo(uint groups, ReadOnlySpan<byte> request)
    {
        using var file = _file.Acquire();
        var address = new SockAddrNl { Family = (ushort)LibC.AF_NETLINK, Groups = groups };
        nint sent;
        fixed (byte* bytes = request)
            do
                sent = SendTo(file.Number, bytes, (nuint)request.Length, 0, &address, Unsafe.SizeOf<SockAddrNl>());
            while (sent < 0 && FileDescriptor.LastError == Errno.Interrupted);
        return sent < 0 ? FileDescriptor.LastError : Errno.None;
    }

    /// <summary>recvfrom(2) of one datagram. Those of other processes are left out.</summary>
    /// <exception cref="LinuxException">The socket failed for another reason than an overrun.</exception>
    public NetlinkReadStatus Read(Span<byte> buffer, out int length)
    {
        using var file = _file.Acquire();
        while (true)
        {
            var address = default(SockAddrNl);
            var size = Unsafe.SizeOf<SockAddrNl>();
            nint received;
            fixed (byte* bytes = buffer)
                // MSG_TRUNC: the result is the length of the datagram, also if the buffer is shorter.
                received = ReceiveFrom(
                    file.Number, bytes, (nuint)buffer.Length, LibC.MSG_TRUNC | LibC.MSG_DONTWAIT, &address, &size);
            length = 0;
            if (received < 0)
                switch (FileDescriptor.LastError)
                {
                    case Errno.Interrupted:
                        continue;
                    case Errno.Again:
                        return NetlinkReadStatus.NothingNow;
                    case Errno.NoBuffers:
                        return NetlinkReadStatus.Overrun;
                    case var errno:
                        throw new LinuxException("recvfrom", "a netlink socket", errno);
                }
            // Any process may send to this socket. Only port 0 is the kernel.
            if (size < Unsafe.SizeOf<SockAddrNl>() || address.Port != 0)
                continue;
            if (received > buffer.Length)
                return NetlinkReadStatus.Overrun;
            length = (int)received;
            return NetlinkReadStatus.Datagram;
        }
    }

    public void Dispose() => _file.Dispose();

    private Errno SetOption(int level, int option, int value)
    {
        using var file = _file.Acquire();
        return SetSocketOption(file.Number, level, option, &value, sizeof(int)) == 0
            ? Errno.None : FileDescriptor.LastError;
    }

    // Declared here, because Tmds.LibC declares some of them without SetLastError, which leaves errno unreadable.
    [LibraryImport("libc.so.6", EntryPoint = "socket", SetLastError = true)]
    private static partial int Open(int family, int type, int protocol);

    [LibraryImport("libc.so.6", EntryPoint = "bind", SetLastError = true)]
    private static partial int Bind(int socket, SockAddrNl* address, int length);

    [LibraryImport("libc.so.6", EntryPoint = "setsockopt", SetLastError = true)]
    private static partial int SetSocketOption(int socket, int level, int option, void* value, int length);

    [LibraryImport("libc.so.6", EntryPoint = "sendto", SetLastError = true)]
    private static partial nint SendTo(
        int socket, byte* bytes, nuint length, int flags, SockAddrNl* address, int addressLength);

    [LibraryImport("libc.so.6", EntryPoint = "recvfrom", SetLastError = true)]
    private static partial nint ReceiveFrom(
        int socket, byte* bytes, nuint length, int flags, SockAddrNl* address, int* addressLength);
}
