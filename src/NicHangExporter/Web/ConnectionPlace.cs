namespace NicHangExporter.Web;

/// <summary>What a connection is busy with: the order in which connections are closed where there are too many.</summary>
internal enum ConnectionUse
{
    /// <summary>Nothing: a handshake, half a request, silence after one.</summary>
    Idle,
    /// <summary>A page, such as a scrape: it can be asked for again.</summary>
    Page,
    /// <summary>A request of the API, whose answer may be the only one.</summary>
    Api,
}

/// <summary>One of the connections that are served.</summary>
/// <param name="peer">Whose it is: see <see cref="ConnectionPlaces.PeerOf"/>.</param>
/// <param name="close">Closes it at once.</param>
internal sealed class ConnectionPlace(UInt128 peer, Action close)
{
    private static long _turns;

    /// <summary>Whose it is.</summary>
    public UInt128 Peer => peer;

    /// <summary>What it is busy with now.</summary>
    public ConnectionUse Use { get; private set; }

    /// <summary>Which began earlier what it is busy with has the lower number.</summary>
    public long Since { get; private set; } = Interlocked.Increment(ref _turns);

    /// <summary>Takes in that it is busy with something else.</summary>
    public void Begin(ConnectionUse use) => (Use, Since) = (use, Interlocked.Increment(ref _turns));

    /// <summary>Closes it at once.</summary>
    public void Close() => close();
}
