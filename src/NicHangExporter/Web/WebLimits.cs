using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace NicHangExporter.Web;

/// <summary>
/// What one client may take of the server. Kestrel's own limits are those of a web site: no end of connections, bodies of 30 MB, minutes of silence. Here a few
/// programs ask for a few pages, on a host whose network may be ill and whose descriptors are needed elsewhere.
/// </summary>
internal static class WebLimits
{
    /// <summary>The most connections at once; without a limit, half-open ones exhaust the file descriptors and end the process.</summary>
    public const int MaxConnections = 64;

    /// <summary>The most requests at once on one connection of HTTP/2: a scraper needs one.</summary>
    private const int MaxStreams = 8;

    /// <summary>Bytes of a body, in general. A route that takes longer ones says so itself, once it knows who asks.</summary>
    private const int MaxBody = 16 * 1024;

    /// <summary>Bytes that a connection may send before somebody has read them; 64 connections of the default would be 64 MiB.</summary>
    private const int MaxUnread = 128 * 1024;

    /// <summary>
    /// How long a connection may be silent, before its first request too: as many silent ones as are allowed would else keep every scrape out. Prometheus
    /// connects anew, which costs less than the scrape.
    /// </summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // Slower than this is nobody who waits for the answer: a scrape of a large host would take longer than its timeout. Kestrel's 240 bytes a second let one
    // client hold its place for hours.
    private static readonly MinDataRate SlowestClient = new(bytesPerSecond: 4096, gracePeriod: Patience);

    /// <summary>Sets them.</summary>
    public static void Set(KestrelServerLimits limits)
    {
        limits.MaxConcurrentConnections = MaxConnections;
        limits.MaxRequestBodySize = MaxBody;
        limits.MaxRequestBufferSize = MaxUnread;
        limits.MaxRequestHeadersTotalSize = 16 * 1024;
        limits.RequestHeadersTimeout = Patience;
        limits.KeepAliveTimeout = Patience;
        limits.MinRequestBodyDataRate = SlowestClient;
        limits.MinResponseDataRate = SlowestClient;
        limits.Http2.MaxStreamsPerConnection = MaxStreams;
        limits.Http2.MaxRequestHeaderFieldSize = 8 * 1024;
        limits.Http2.HeaderTableSize = 4096;
        limits.Http2.MaxFrameSize = 16 * 1024;
        // The protocol's least; a window must not be smaller while a client has not yet heard of it.
        limits.Http2.InitialStreamWindowSize = ushort.MaxValue;
        limits.Http2.InitialConnectionWindowSize = MaxUnread;
    }
}
