using System.Net;
using System.Net.Sockets;

namespace NicHangExporter.Alerting;

/// <summary>Connects to the addresses of a name, one after the other, each with its share of the timeout.</summary>
internal sealed class AddressConnector(NameLookup names, TimeSpan timeout, TimeProvider clock)
{
    /// <summary>Connects to the first address that can be reached.</summary>
    /// <exception cref="SocketException">The name has no address, or none can be reached.</exception>
    /// <exception cref="OperationCanceledException">No address answered in time.</exception>
    public async Task<Stream> ConnectAsync(string host, int port, CancellationToken end)
    {
        // A silent name server must leave time to try the last known addresses.
        var addresses = await names.FindAsync(host, timeout / 4, end);
        for (var last = addresses.Count - 1; ; last--)
        {
            var address = addresses[addresses.Count - 1 - last];
            // An address that drops every packet, as IPv6 does in many networks, must leave time for the next.
            using var share = new CancellationTokenSource(
                last > 0 ? timeout / (addresses.Count + 1) : Timeout.InfiniteTimeSpan, clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(share.Token, end);
            try
            {
                return await ConnectAsync(new IPEndPoint(address, port), either.Token);
            }
            catch (Exception exception) when (
                last > 0 && !end.IsCancellationRequested && exception is SocketException or OperationCanceledException)
            {
                // The next one.
            }
        }
    }

    private static async Task<NetworkStream> ConnectAsync(IPEndPoint target, CancellationToken end)
    {
        var socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.NoDelay = true;
            await socket.ConnectAsync(target, end);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
