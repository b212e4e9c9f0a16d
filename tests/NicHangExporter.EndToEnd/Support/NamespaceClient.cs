using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace NicHangExporter.EndToEnd.Support;

/// <summary>Makes connections that begin in a network namespace: a socket stays in the one that it was made in.</summary>
internal static class NamespaceClient
{
    /// <summary>
    /// A client's way into that namespace, or the one of the tests where there is none. Of a certificate nothing is looked at, unless the test says what
    /// to trust.
    /// </summary>
    public static SocketsHttpHandler NewHandler(NetworkNamespace? network) => new()
    {
        SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null },
        ConnectCallback = async (context, cancellation) => new NetworkStream(await ConnectAsync(network, context.DnsEndPoint, cancellation), ownsSocket: true),
    };

    /// <summary>A connection from there.</summary>
    public static async Task<Socket> ConnectAsync(NetworkNamespace? network, DnsEndPoint address, CancellationToken cancellation)
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
