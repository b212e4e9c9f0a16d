using System.Net;

namespace NicHangExporter.Web;

/// <summary>What a connection is used for.</summary>
internal enum ConnectionUse
{
    /// <summary>
    /// A page such as a scrape, which can be requested again; or a handshake, half a request, silence.
    /// </summary>
    Page,
    /// <summary>A request of the API by a known caller, whose answer may be the only one.</summary>
    Api,
}

/// <summary>A connection with a place.</summary>
/// <param name="peer">The peer: see <see cref="ConnectionQuota.PeerOf"/>.</param>
/// <param name="address">The peer's address: this host has many.</param>
/// <param name="close">Closes the connection immediately.</param>
internal sealed class ConnectionSlot(UInt128 peer, IPAddress address, Action close)
{
    private static long _turns;

    public UInt128 Peer => peer;

    public IPAddress Address => address;

    public ConnectionUse Use { get; private set; }

    /// <summary>The order in which connections began their current use.</summary>
    public long Since { get; private set; } = Interlocked.Increment(ref _turns);

    /// <summary>Sets the current use.</summary>
    public void Begin(ConnectionUse use) => (Use, Since) = (use, Interlocked.Increment(ref _turns));

    /// <summary>Closes the connection immediately.</summary>
    public void Close() => close();
}
