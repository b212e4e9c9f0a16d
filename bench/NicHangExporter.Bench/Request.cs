namespace NicHangExporter.Bench;

/// <summary>The two requests for metrics.</summary>
internal static class Request
{
    /// <summary>Text, without compression.</summary>
    public static readonly byte[] Plain =
    [
        .. "GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/plain;version=0.0.4\r\n"u8,
        .. "Accept-Encoding: identity\r\n\r\n"u8,
    ];

    /// <summary>As Prometheus 3 asks: OpenMetrics before text, and gzip.</summary>
    public static readonly byte[] Prometheus =
    [
        .. "GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: Prometheus/3.5.0\r\nAccept: "u8,
        .. "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"u8,
        .. "application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,"u8,
        .. "text/plain;version=0.0.4;q=0.2,*/*;q=0.1\r\nAccept-Encoding: gzip\r\n"u8,
        .. "X-Prometheus-Scrape-Timeout-Seconds: 10\r\n\r\n"u8,
    ];
}
