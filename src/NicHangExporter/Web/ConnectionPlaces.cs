using System.Net;
using Microsoft.AspNetCore.Connections;

namespace NicHangExporter.Web;

/// <summary>
/// Shares out the connections, so that one peer can't have them all: half is the most that one address gets (of IPv6, one /64, which is what one host
/// commonly has), and an eighth is kept for this host itself, whose health checks come from it. Whoever finds no place is hung up on at once, which a scraper
/// sees as an error instead of a timeout.
/// </summary>
internal sealed class ConnectionPlaces(int places)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<UInt128, int> _held = [];
    private int _strangers;

    /// <summary>Serves the connection if there is a place for it.</summary>
    public async Task HoldAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var (remote, local) = ((connection.RemoteEndPoint as IPEndPoint)?.Address, (connection.LocalEndPoint as IPEndPoint)?.Address);
        if (remote is null)
        {
            await next(connection);
            return;
        }
        var (peer, isStranger) = (PeerOf(remote), !IPAddress.IsLoopback(remote) && !remote.Equals(local));
        if (!TryTake(peer, isStranger))
            return;
        try
        {
            await next(connection);
        }
        finally
        {
            Return(peer, isStranger);
        }
    }

    /// <summary>Takes a place; false where there is none for this peer.</summary>
    public bool TryTake(UInt128 peer, bool isStranger)
    {
        lock (_gate)
        {
            var held = _held.GetValueOrDefault(peer);
            if (held >= places / 2 || isStranger && _strangers >= places - places / 8)
                return false;
            _held[peer] = held + 1;
            _strangers += isStranger ? 1 : 0;
            return true;
        }
    }

    /// <summary>Gives a place back that was taken.</summary>
    public void Return(UInt128 peer, bool isStranger)
    {
        lock (_gate)
        {
            if (--_held[peer] == 0)
                _held.Remove(peer);
            _strangers -= isStranger ? 1 : 0;
        }
    }

    /// <summary>Who counts as one peer: an address of IPv4, a network of 64 bits of IPv6.</summary>
    public static UInt128 PeerOf(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.MapToIPv6().TryWriteBytes(bytes, out _);
        var whole = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes);
        return address.IsIPv4MappedToIPv6 || address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? whole : whole >> 64 << 64;
    }
}
