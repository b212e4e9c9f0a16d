using System.Net;

namespace NicHangExporter.Web;

/// <summary>What a connection is used for, as far as it matters where there are too many.</summary>
internal enum ConnectionUse
{
    /// <summary>
    /// A page such as a scrape, which can be asked for again; or nothing: a handshake, half a request, silence after
    /// one.
    /// </summary>
    Page,
    /// <summary>A request of the API with a credential that holds, whose answer may be the only one.</summary>
    Api,
}

/// <summary>One of the connections that are served.</summary>
/// <param name="peer">Whose it is: see <see cref="ConnectionQuota.PeerOf"/>.</param>
/// <param name="address">From which address: of this host there are many.</param>
/// <param name="close">Closes it at once.</param>
internal sealed class ConnectionSlot(UInt128 peer, IPAddress address, Action close)
{
    private static long _turns;

    /// <summary>Whose it is.</summary>
    public UInt128 Peer => peer;

    /// <summary>From which address it comes.</summary>
    public IPAddress Address => address;

    /// <summary>What it is used for now.</summary>
    public ConnectionUse Use { get; private set; }

    /// <summary>Which began earlier what it is used for has the lower number.</summary>
    public long Since { get; private set; } = Interlocked.Increment(ref _turns);

    /// <summary>Takes in that it is used for something else.</summary>
    public void Begin(ConnectionUse use) => (Use, Since) = (use, Interlocked.Increment(ref _turns));

    /// <summary>Closes it at once.</summary>
    public void Close() => close();
}
