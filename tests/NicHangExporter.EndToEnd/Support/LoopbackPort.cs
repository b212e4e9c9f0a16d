using System.Net;
using System.Net.Sockets;

namespace NicHangExporter.EndToEnd.Support;

/// <summary>
/// Ports on this machine's loopback for servers that need a fixed port. They are below the kernel's range of ephemeral
/// ports: a connecting process could take one of those right after it was found to be free.
/// </summary>
internal static class LoopbackPort
{
    private const int First = 20000;
    private const int Last = 29999;

    private static int _next = Random.Shared.Next(First, Last);

    /// <summary>A port that is free now, and that this process has not used before.</summary>
    public static int Free() =>
        Find() ?? throw new InvalidOperationException($"no port is free between {First} and {Last}");

    /// <summary>Like <see cref="Free"/>; null if no port is free.</summary>
    public static int? Find()
    {
        for (var tries = First; tries <= Last; tries++)
        {
            var port = First + (Interlocked.Increment(ref _next) & int.MaxValue) % (Last - First + 1);
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // It is in use.
            }
        }
        return null;
    }
}
