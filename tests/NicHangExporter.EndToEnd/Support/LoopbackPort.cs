using System.Net;
using System.Net.Sockets;

namespace NicHangExporter.EndToEnd.Support;

/// <summary>Ports of this machine's loopback for servers that have to be told theirs.</summary>
internal static class LoopbackPort
{
    /// <summary>One that was free a moment ago.</summary>
    public static int Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
