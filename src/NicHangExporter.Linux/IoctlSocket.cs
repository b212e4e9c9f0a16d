using System.Runtime.InteropServices;
using NicHangExporter.Linux.Uapi;
using Tmds.Linux;

namespace NicHangExporter.Linux;

/// <summary>
/// One <c>ioctl(2)</c> about a network device. This is the seam where a test puts its own kernel.
/// </summary>
/// <param name="request">The request, out of <see cref="Sockios"/>.</param>
/// <param name="ifreq">The device, and the argument where that fits in.</param>
/// <param name="payload">The argument where it does not: what <see cref="IfReq.Data"/> is to point to. Empty otherwise.</param>
/// <returns>The result; an error as the kernel itself counts it, as a negative number.</returns>
internal delegate int DeviceIoctl(int request, ref IfReq ifreq, Span<byte> payload);

/// <summary>
/// A socket that carries no traffic and only tells the kernel which network namespace is meant: the one of the thread that opened
/// it, whichever thread uses it later. Disposal while a call is stuck in the kernel closes the socket after that call.
/// </summary>
internal sealed class IoctlSocket : IDisposable
{
    private readonly SocketHandle? _handle;
    private readonly DeviceIoctl _ioctl;

    /// <summary>Opens the socket.</summary>
    /// <exception cref="LinuxException">No family of sockets is to be had.</exception>
    public IoctlSocket()
    {
        _handle = SocketHandle.Open();
        _ioctl = _handle.Ioctl;
    }

    /// <summary>Speaks to something else than the kernel.</summary>
    public IoctlSocket(DeviceIoctl ioctl) => _ioctl = ioctl;

    /// <summary>Asks the kernel, again after EINTR.</summary>
    /// <param name="request">The request.</param>
    /// <param name="ifreq">The device and argument; the answer.</param>
    /// <param name="payload">The argument that does not fit in there.</param>
    /// <param name="errno">Why the kernel refused; <see cref="Errno.None"/> where it did not.</param>
    /// <returns>The result of the call, which is positive for some requests; 0 where the kernel refused.</returns>
    /// <exception cref="ObjectDisposedException">The socket is closed.</exception>
    public int Call(int request, ref IfReq ifreq, Span<byte> payload, out Errno errno)
    {
        int result;
        do
            result = _ioctl(request, ref ifreq, payload);
        while (result == -(int)Errno.Interrupted);
        errno = result < 0 ? (Errno)(-result) : Errno.None;
        return int.Max(result, 0);
    }

    /// <inheritdoc/>
    public void Dispose() => _handle?.Dispose();

    /// <summary>Owns the descriptor: without the count that this keeps, a late call could reach a stranger's file of the same number.</summary>
    private sealed class SocketHandle() : SafeHandle(invalidHandleValue: -1, ownsHandle: true)
    {
        public override bool IsInvalid => handle == -1;

        // Any family will do. A host may lack some: no IPv4, or a service that may open certain families only.
        public static SocketHandle Open()
        {
            var socket = new SocketHandle();
            if (!socket.TryOpen(LibC.AF_UNIX) && !socket.TryOpen(LibC.AF_NETLINK) && !socket.TryOpen(LibC.AF_INET))
                throw new LinuxException("socket", "AF_UNIX, AF_NETLINK, AF_INET", (Errno)LibC.errno);
            return socket;
        }

        public unsafe int Ioctl(int request, ref IfReq ifreq, Span<byte> payload)
        {
            var held = false;
            try
            {
                DangerousAddRef(ref held);
                fixed (IfReq* argument = &ifreq)
                fixed (byte* data = payload)
                {
                    if (!payload.IsEmpty)
                        ifreq.Data = (nint)data;
                    var result = LibC.ioctl((int)handle, request, argument);
                    return result >= 0 ? result : -LibC.errno;
                }
            }
            finally
            {
                if (held)
                    DangerousRelease();
            }
        }

        protected override bool ReleaseHandle() => LibC.close((int)handle) == 0;

        private bool TryOpen(int family)
        {
            SetHandle(LibC.socket(family, LibC.SOCK_DGRAM | LibC.SOCK_CLOEXEC, 0));
            return !IsInvalid;
        }
    }
}
