using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace NicHangExporter.Web;

/// <summary>
/// Limits connections, so that one peer can't take all of them: a peer has at most half, and an eighth is reserved for
/// this host, whose health checks come from it. A new connection is always accepted, except while all others are busy
/// with the API. Without a free place another connection is closed: one of the same peer, if that has its half; of the
/// address with the most connections; the one whose last request began or ended first. Idle connections do not go
/// first: if other clients send requests and do not read, an idle one is the newest. So silent clients, and clients
/// that do not read, take no place from a client with a request.
/// </summary>
internal sealed class ConnectionQuota(int places)
{
    private const string Key = "nic-hang-exporter.place";

    /// <summary>This host as a peer: a number that is neither an IPv6 network nor an IPv4 address.</summary>
    private static readonly UInt128 ThisHost = UInt128.One;

    private readonly Lock _lock = new();
    private readonly List<ConnectionSlot> _held = [];

    /// <summary>Serves the connection, if there is a place.</summary>
    public async Task HoldAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        // A peer without an address is on this host: it connects to a Unix socket.
        var address = (connection.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.Loopback;
        var peer = PeerOf(address, (connection.LocalEndPoint as IPEndPoint)?.Address);
        if (Take(peer, address, Close) is not { } place)
            return;
        connection.Items[Key] = place;
        try
        {
            await next(connection);
        }
        finally
        {
            Return(place);
        }

        void Close() =>
            connection.Abort(new ConnectionAbortedException("The place is needed for another connection."));
    }

    /// <summary>Notes on the connection when a request begins and ends.</summary>
    public static async Task AnswerAsync(HttpContext context, RequestDelegate next)
    {
        var place = PlaceOf(context);
        place?.Begin(ConnectionUse.Page);
        try
        {
            await next(context);
        }
        finally
        {
            place?.Begin(ConnectionUse.Page);
        }
    }

    /// <summary>
    /// Keeps the connection until the request is answered: its caller is known, and its answer may be the only one.
    /// </summary>
    public static void Keep(HttpContext context) => PlaceOf(context)?.Begin(ConnectionUse.Api);

    /// <summary>Takes a place, and closes another connection if none is free; null if none can be closed.</summary>
    /// <param name="peer">The peer; see <see cref="PeerOf"/>.</param>
    /// <param name="address">The peer's address.</param>
    /// <param name="close">Closes the connection, when another needs its place.</param>
    public ConnectionSlot? Take(UInt128 peer, IPAddress address, Action close)
    {
        var place = new ConnectionSlot(peer, address, close);
        ConnectionSlot? closed = null;
        lock (_lock)
        {
            if (Rivals(peer) is { } rivals)
            {
                var held = _held.CountBy(other => other.Address).ToDictionary();
                closed = rivals.Where(rival => rival.Use != ConnectionUse.Api)
                    .OrderByDescending(rival => held[rival.Address]).ThenBy(rival => rival.Since).FirstOrDefault();
                if (closed is null)
                    return null;
                _held.Remove(closed);
            }
            _held.Add(place);
        }
        closed?.Close();
        return place;
    }

    /// <summary>Returns a place.</summary>
    public void Return(ConnectionSlot place)
    {
        lock (_lock)
            _held.Remove(place);
    }

    /// <summary>
    /// What counts as one peer: this host with all its addresses, for a local user has all of 127.0.0.0/8; else an IPv4
    /// address, or an IPv6 /64, which one host commonly has.
    /// </summary>
    /// <param name="remote">The client's address.</param>
    /// <param name="local">The address that the client connected to.</param>
    public static UInt128 PeerOf(IPAddress remote, IPAddress? local = null)
    {
        if (Loopback.Has(remote) || remote.Equals(local))
            return ThisHost;
        Span<byte> bytes = stackalloc byte[16];
        remote.MapToIPv6().TryWriteBytes(bytes, out _);
        var whole = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        return remote.IsIPv4MappedToIPv6 || remote.AddressFamily == AddressFamily.InterNetwork
            ? whole
            : whole >> 64 << 64;
    }

    // The connections of which one must be closed for this peer; null if a place is free.
    private IEnumerable<ConnectionSlot>? Rivals(UInt128 peer)
    {
        if (Held(peer) >= places / 2)
            return _held.Where(place => place.Peer == peer);
        if (peer != ThisHost && _held.Count - Held(ThisHost) >= places - places / 8)
            return _held.Where(place => place.Peer != ThisHost);
        return _held.Count >= places ? _held : null;
    }

    private static ConnectionSlot? PlaceOf(HttpContext context) =>
        context.Features.Get<IConnectionItemsFeature>()?.Items.TryGetValue(Key, out var item) == true
            ? item as ConnectionSlot
            : null;

    private int Held(UInt128 peer) => _held.Count(place => place.Peer == peer);
}
