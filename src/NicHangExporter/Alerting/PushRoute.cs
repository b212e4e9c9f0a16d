using System.Net;
using System.Net.Sockets;

namespace NicHangExporter.Alerting;

/// <summary>The way to an Alertmanager: its name's addresses, one after the other, each with its share of the time.</summary>
internal sealed class PushRoute(NameLookup names, TimeSpan timeout, TimeProvider clock)
{
    /// <summary>Connects to the first address that can be reached.</summary>
    /// <exception cref="SocketException">There is none.</exception>
    /// <exception cref="OperationCanceledException">None answered in time.</exception>
    public async Task<Stream> ConnectAsync(string host, int port, CancellationToken end)
    {
        // A silent name server must leave time to try the addresses of before.
        var addresses = await names.FindAsync(host, timeout / 4, end);
        for (var last = addresses.Count - 1; ; last--)
        {
            var address = addresses[addresses.Count - 1 - last];
            // One that swallows everything, as IPv6 does in many a network, must leave time for the next.
            using var share = new CancellationTokenSource(last > 0 ? timeout / (addresses.Count + 1) : Timeout.InfiniteTimeSpan, clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(share.Token, end);
            try
            {
                return await ConnectAsync(new IPEndPoint(address, port), either.Token);
            }
            catch (Exception exception) when (last > 0 && !end.IsCancellationRequested && exception is SocketException or OperationCanceledException)
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
