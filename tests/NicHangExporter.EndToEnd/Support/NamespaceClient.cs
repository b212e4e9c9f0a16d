using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace NicHangExporter.EndToEnd.Support;

/// <summary>
/// Makes connections from a network namespace: a socket stays in the namespace in which it was created.
/// </summary>
internal static class NamespaceClient
{
    /// <summary>
    /// An HTTP handler in that namespace; null for that of the tests. It accepts any certificate, unless the test sets
    /// one to trust.
    /// </summary>
    public static SocketsHttpHandler NewHandler(NetworkNamespace? network) => new()
    {
        SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback =
            (_, certificate, _, _) => certificate is not null },
        ConnectCallback = async (context, cancellation) =>
            new NetworkStream(await ConnectAsync(network, context.DnsEndPoint, cancellation), ownsSocket: true),
    };

    /// <summary>A connection from that namespace.</summary>
    public static async Task<Socket> ConnectAsync(
        NetworkNamespace? network, DnsEndPoint address, CancellationToken cancellation)
    {
        var socket = network is null ? NewSocket() : network.Inside(NewSocket);
        try
        {
            await socket.ConnectAsync(address, cancellation);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        static Socket NewSocket() => new(SocketType.Stream, ProtocolType.Tcp);
    }
}
