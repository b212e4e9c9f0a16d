using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace NicHangExporter.Linux;

/// <summary>
/// Who is at the other end of a connected Unix socket: struct ucred (include/linux/socket.h), as the kernel noted it when the connection
/// was made; the peer can't say otherwise. It is no value type, because one that nobody has filled in would be root.
/// </summary>
/// <param name="Pid">The process, in this process's PID namespace; 0 where it is not in there. The number may be another's by now.</param>
/// <param name="Uid">The effective user, in this process's user namespace.</param>
/// <param name="Gid">The effective group.</param>
public sealed record PeerCredentials(int Pid, uint Uid, uint Gid)
{
    private const int SolSocket = 1; // SOL_SOCKET and SO_PEERCRED, include/uapi/asm-generic/socket.h
    private const int SoPeerCred = 17;
    private const int Length = 12;

    /// <summary>getsockopt(SO_PEERCRED) of an accepted or connected Unix socket, or of one of a pair.</summary>
    /// <returns>For a socket without a peer, or of another family, the user is 4294967295, which nobody is. A listening socket is taken for its
    /// own peer: never ask that one.</returns>
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
