using Microsoft.AspNetCore.Server.Kestrel.Core;
using NicHangExporter.Metrics;

namespace NicHangExporter.Web;

/// <summary>
/// Limits what one client can take. Kestrel's defaults are those of a web site: unlimited connections, bodies of 30 MB,
/// minutes of silence. Here a few programs request a few pages, on a host whose network may be failing and that needs
/// its file descriptors.
/// </summary>
internal static class WebLimits
{
    /// <summary>
    /// The most connections at the same time. Without a limit, half-open ones exhaust the file descriptors and end the
    /// process. It is much more than needed: a new connection closes an idle one, which lives until this many have come
    /// after it.
    /// </summary>
    public const int MaxConnections = 128;

    /// <summary>The longest body in bytes. A route that takes longer ones raises it when the caller is known.</summary>
    private const int MaxBody = 16 * 1024;

    /// <summary>Unread bytes of a connection; 128 connections with the default would take 128 MiB.</summary>
    private const int MaxUnread = 32 * 1024;

    /// <summary>Unsent bytes of an answer, on each connection: one block of an exposition.</summary>
    private const int MaxUnsent = ExpositionBody.BlockLength;

    /// <summary>How long a request may take to arrive, and an answer to be read at all.</summary>
    private static readonly TimeSpan SlowTimeout = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a connection may be silent: longer than the usual interval of scrapes, because a new connection costs
    /// as much as a scrape. A silent one keeps no other out (<see cref="ConnectionQuota"/>).
    /// </summary>
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(130);

    // No client that waits for the answer is slower: a scrape of a large host would exceed its timeout. With Kestrel's
    // 240 bytes a second a client could hold its place for hours.
    private static readonly MinDataRate SlowestClient = new(bytesPerSecond: 4096, gracePeriod: SlowTimeout);

    public static void Set(KestrelServerLimits limits)
    {
        // A connection whose place was taken needs a moment to end; its descriptor is closed immediately. While more
        // than this many are ending, the server refuses every client, so the number must be enough for a burst on a
        // busy machine.
        limits.MaxConcurrentConnections = 16 * MaxConnections;
        limits.MaxRequestBodySize = MaxBody;
        limits.MaxRequestBufferSize = MaxUnread;
        limits.MaxResponseBufferSize = MaxUnsent;
        limits.MaxRequestHeadersTotalSize = 16 * 1024;
        limits.RequestHeadersTimeout = SlowTimeout;
        limits.KeepAliveTimeout = IdleTimeout;
        limits.MinRequestBodyDataRate = SlowestClient;
        limits.MinResponseDataRate = SlowestClient;
    }
}
