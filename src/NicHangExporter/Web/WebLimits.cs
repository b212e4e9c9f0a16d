using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace NicHangExporter.Web;

/// <summary>
/// What one client may take of the server. Kestrel's own limits are those of a web site: no end of connections, bodies
/// of 30 MB, minutes of silence. Here a few programs ask for a few pages, on a host whose network may be ill and whose
/// descriptors are needed elsewhere.
/// </summary>
internal static class WebLimits
{
    /// <summary>
    /// The most connections at once; without a limit, half-open ones exhaust the file descriptors and end the process.
    /// Many more than anybody needs: a new connection closes an idle one, so it lives for as long as this many come
    /// after it at least.
    /// </summary>
    public const int MaxConnections = 128;

    /// <summary>
    /// Bytes of a body, in general. A route that takes longer ones says so itself, once it knows who asks.
    /// </summary>
    private const int MaxBody = 16 * 1024;

    /// <summary>
    /// Bytes that a connection may send before somebody has read them; 128 connections of the default would be 128 MiB.
    /// </summary>
    private const int MaxUnread = 32 * 1024;

    /// <summary>
    /// Bytes of an answer that wait in this process for their reader: there may be one on each connection.
    /// </summary>
    private const int MaxUnsent = 32 * 1024;

    /// <summary>
    /// How long a connection may be silent, before its first request too: as many silent ones as are allowed would else
    /// keep every scrape out. Prometheus connects anew, which costs less than the scrape.
    /// </summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // Slower than this is nobody who waits for the answer: a scrape of a large host would take longer than its timeout.
    // Kestrel's 240 bytes a second let one client hold its place for hours.
    private static readonly MinDataRate SlowestClient = new(bytesPerSecond: 4096, gracePeriod: Patience);

    /// <summary>Sets them.</summary>
    public static void Set(KestrelServerLimits limits)
    {
        // A connection whose place another one has taken takes a moment to end; its descriptor is closed at once. The
        // server refuses every client while more than this many are ending, so there must be room for a burst on a busy
        // machine.
        limits.MaxConcurrentConnections = 16 * MaxConnections;
        limits.MaxRequestBodySize = MaxBody;
        limits.MaxRequestBufferSize = MaxUnread;
        limits.MaxResponseBufferSize = MaxUnsent;
        limits.MaxRequestHeadersTotalSize = 16 * 1024;
        limits.RequestHeadersTimeout = Patience;
        limits.KeepAliveTimeout = Patience;
        limits.MinRequestBodyDataRate = SlowestClient;
        limits.MinResponseDataRate = SlowestClient;
    }
}
