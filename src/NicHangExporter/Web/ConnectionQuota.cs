using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace NicHangExporter.Web;

/// <summary>
/// Shares out the connections, so that one peer can't have them all: half is the most that one gets, and an eighth is
/// kept for this host itself, whose health checks come from it. A new connection always gets in, save where all others
/// are busy with the API: where there is no place for it, another one is closed, of the same peer where that has its
/// half: of the address that has most, the one that has begun or ended a request least recently. Not an idle one first:
/// that would be the newest, where the others ask and don't read. So silent clients, and those that don't read, take no
/// place from one that has something to ask.
/// </summary>
internal sealed class ConnectionQuota(int places)
{
    private const string Key = "nic-hang-exporter.place";

    /// <summary>
    /// This host itself as a peer: a number that is neither a network of IPv6 nor an address of IPv4.
    /// </summary>
    private static readonly UInt128 ThisHost = UInt128.One;

    private readonly Lock _gate = new();
    private readonly List<ConnectionSlot> _held = [];

    /// <summary>Serves the connection if there is a place for it.</summary>
    public async Task HoldAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (connection.RemoteEndPoint is not IPEndPoint remote)
        {
            await next(connection);
            return;
        }
        var peer = PeerOf(remote.Address, (connection.LocalEndPoint as IPEndPoint)?.Address);
        if (Take(peer, remote.Address,
            () => connection.Abort(
            new ConnectionAbortedException("The place is needed for another connection."))) is not { } place)
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
    }

    /// <summary>Notes on the connection of a request when it was asked and when answered.</summary>
    public static async Task AnswerAsync(HttpContext context, Func<Task> answer)
    {
        var place = PlaceOf(context);
        place?.Begin(ConnectionUse.Page);
        try
        {
            await answer();
        }
        finally
        {
            place?.Begin(ConnectionUse.Page);
        }
    }

    /// <summary>
    /// Keeps the connection until the request is answered: for one whose credential is known, and whose answer may be
    /// the only one.
    /// </summary>
    public static void Keep(HttpContext context) => PlaceOf(context)?.Begin(ConnectionUse.Api);

    /// <summary>
    /// Takes a place, and closes another connection where there is none left; null where there is none to close either.
    /// </summary>
    /// <param name="peer">Who wants it.</param>
    /// <param name="address">From which of its addresses.</param>
    /// <param name="close">Closes the connection, should another one need its place.</param>
    public ConnectionSlot? Take(UInt128 peer, IPAddress address, Action close)
    {
        var place = new ConnectionSlot(peer, address, close);
        ConnectionSlot? closed = null;
        lock (_gate)
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

    /// <summary>Gives a place back that was taken.</summary>
    public void Return(ConnectionSlot place)
    {
        lock (_gate)
            _held.Remove(place);
    }

    /// <summary>
    /// Who counts as one peer: this host, by whatever address, for there one user has all of 127.0.0.0/8; of others, an
    /// address of IPv4, and of IPv6 one /64, which is what one host commonly has.
    /// </summary>
    /// <param name="remote">The client's address.</param>
    /// <param name="local">The address that it has connected to.</param>
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

    // Those of whom one must go before this peer gets a place; null where there is one for it.
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
