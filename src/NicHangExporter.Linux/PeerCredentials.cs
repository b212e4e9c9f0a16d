using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace NicHangExporter.Linux;

/// <summary>
/// The process at the other end of a connected Unix socket: struct ucred (include/linux/socket.h), as the kernel
/// recorded it when the connection was made. The peer can't forge it. This is a class, because the default value of a
/// struct would be root.
/// </summary>
/// <param name="Pid">The process, in the PID namespace of this process; 0 if it is outside. Another process may have
/// the number by now.</param>
/// <param name="Uid">The effective user, in the user namespace of this process.</param>
/// <param name="Gid">The effective group.</param>
public sealed record PeerCredentials(int Pid, uint Uid, uint Gid)
{
    private const int SolSocket = 1; // SOL_SOCKET and SO_PEERCRED, include/uapi/asm-generic/socket.h
    private const int SoPeerCred = 17;
    private const int Length = 12;

    /// <summary>getsockopt(SO_PEERCRED) of an accepted or connected Unix socket, or of one of a socket pair.</summary>
    /// <returns>
    /// The user is 4294967295, which no user has, for a socket without a peer or of another family. A listening socket
    /// counts as its own peer: never pass it.
    /// </returns>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    /// <exception cref="ObjectDisposedException">The socket is closed.</exception>
    public static PeerCredentials Read(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        Span<byte> answer = stackalloc byte[Length];
        int length;
        try
        {
            length = socket.GetRawSocketOption(SolSocket, SoPeerCred, answer);
        }
        catch (SocketException exception)
        {
            throw new LinuxException("getsockopt SO_PEERCRED", "a socket", (Errno)exception.NativeErrorCode);
        }
        if (length != Length)
            throw new LinuxException("getsockopt SO_PEERCRED", "a socket", Errno.Overflow);
        var words = MemoryMarshal.Cast<byte, uint>(answer);
        return new PeerCredentials((int)words[0], words[1], words[2]);
    }
}
