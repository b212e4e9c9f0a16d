using System.Runtime.InteropServices;
using NicHangExporter.Linux.Uapi;
using Tmds.Linux;

namespace NicHangExporter.Linux;

/// <summary>One <c>ioctl(2)</c> on a network device. Tests replace it.</summary>
/// <param name="request">The request, out of <see cref="Sockios"/>.</param>
/// <param name="ifreq">The device, and an argument that fits into it.</param>
/// <param name="payload">An argument that does not fit: the target of <see cref="IfReq.Data"/>. Empty
/// otherwise.</param>
/// <returns>The result of the call; for an error, the negated error number.</returns>
internal delegate int DeviceIoctl(int request, ref IfReq ifreq, Span<byte> payload);

/// <summary>
/// A socket for ioctls on network devices. It carries no traffic. It selects the network namespace of the thread that
/// opened it, for calls from any thread. If it is disposed of while a call is stuck in the kernel, it is closed after
/// that call.
/// </summary>
internal sealed class IoctlSocket : IDisposable
{
    private readonly SocketHandle? _handle;
    private readonly DeviceIoctl _ioctl;

    /// <summary>Opens the socket.</summary>
    /// <exception cref="LinuxException">No socket can be opened.</exception>
    public IoctlSocket()
    {
        _handle = SocketHandle.Open();
        _ioctl = _handle.Ioctl;
    }

    /// <summary>Replaces the kernel, for tests.</summary>
    public IoctlSocket(DeviceIoctl ioctl) => _ioctl = ioctl;

    /// <summary>Calls the kernel, repeated after EINTR.</summary>
    /// <param name="request">The request.</param>
    /// <param name="ifreq">The device and the argument; receives the answer.</param>
    /// <param name="payload">The argument that does not fit into <paramref name="ifreq"/>.</param>
    /// <param name="errno">The reason why the kernel refused, or <see cref="Errno.None"/>.</param>
    /// <returns>The result of the call, which is positive for some requests; 0 if the kernel refused.</returns>
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

    /// <summary>
    /// Owns the descriptor. The reference count keeps a late call from reaching another file with the same number.
    /// </summary>
    private sealed class SocketHandle() : SafeHandle(invalidHandleValue: -1, ownsHandle: true)
    {
        public override bool IsInvalid => handle == -1;

        // Any family works. A host can lack some, for example IPv4, or restrict a service to certain families.
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
