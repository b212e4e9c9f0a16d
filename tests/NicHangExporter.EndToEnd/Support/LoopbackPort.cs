using System.Net;
using System.Net.Sockets;

namespace NicHangExporter.EndToEnd.Support;

/// <summary>
/// Ports of this machine's loopback for servers that have to be told theirs. They are below the range from which the kernel gives a port to whoever connects somewhere:
/// one of those could be taken the moment after it was found to be free.
/// </summary>
internal static class LoopbackPort
{
    private const int First = 20000;
    private const int Last = 29999;

    private static int _next = Random.Shared.Next(First, Last);

    /// <summary>One that is free now, and that this process has not been given before.</summary>
    public static int Free() => Find() ?? throw new InvalidOperationException($"no port is free between {First} and {Last}");

    /// <summary>The same; null where none is free.</summary>
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
                // Somebody has it.
            }
        }
        return null;
    }
}
