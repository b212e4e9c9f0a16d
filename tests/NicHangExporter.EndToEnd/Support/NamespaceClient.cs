using System.Net.Sockets;

namespace NicHangExporter.EndToEnd.Support;

/// <summary>Makes HTTP clients whose connections begin in a network namespace: a socket stays in the one that it was made in.</summary>
internal static class NamespaceClient
{
    /// <summary>A client in that namespace; in that of the tests where there is none.</summary>
    public static HttpClient Create(NetworkNamespace? network) => new(network is null ? new SocketsHttpHandler() : new SocketsHttpHandler
    {
        ConnectCallback = async (context, cancellation) =>
        {
            var socket = network.Inside(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
            await socket.ConnectAsync(context.DnsEndPoint, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        },
    });
}
