using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using NicHangExporter.Metrics;
using NicHangExporter.Options;

namespace NicHangExporter.Web;

/// <summary>
/// Opens the addresses, with TLS if the web configuration has it. An address never serves both, and never redirects: a
/// client that has sent a secret in plain text has already revealed it.
/// </summary>
internal static class WebListeners
{
    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(5);

    public static void Add(KestrelServerOptions kestrel, IEnumerable<ListenAddress> addresses, WebConfigStore store,
        ExporterMetrics metrics)
    {
        var places = new ConnectionQuota(WebLimits.MaxConnections);
        foreach (var address in addresses)
            if (address.Address is { } ip)
                kestrel.Listen(ip, address.Port, Secure);
            else
                kestrel.ListenAnyIP(address.Port, Secure);

        void Secure(ListenOptions listener)
        {
            // See docs/decisions/0026-http-1-only.md.
            listener.Protocols = HttpProtocols.Http1;
            // Before TLS: a handshake that never ends takes a place, too.
            listener.Use(next => connection => places.HoldAsync(connection, next));
            if (store.Current.Tls is not null)
                listener.UseHttps(new TlsHandshakeCallbackOptions
                {
                    HandshakeTimeout = HandshakeTimeout,
                    OnConnection = context =>
                    {
                        var loaded = store.Current;
                        TlsConnection.Note(context.Connection, loaded);
                        return ValueTask.FromResult(
                            loaded.Tls!.Options(() => metrics.WebAccessRefused.WithLabels(WebError.Certificate).Inc()));
                    },
                });
        }
    }
}
