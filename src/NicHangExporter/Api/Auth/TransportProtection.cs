using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;
using NicHangExporter.Options;
using NicHangExporter.Web;

namespace NicHangExporter.Api.Auth;

/// <summary>
/// Tells whether others can read a connection. Over plain text, anybody on the path can read a token and use it, so
/// changes are refused there unless <c>--api.allow-plaintext</c> declares the path trusted.
/// </summary>
internal sealed class TransportProtection(ExporterOptions options)
{
    /// <summary>
    /// True over TLS, to a loopback address, on a Unix socket, and where plain text is allowed. Headers such as
    /// X-Forwarded-Proto prove nothing and are ignored.
    /// </summary>
    public bool IsProtected(HttpContext context) =>
        options.Api.AllowPlaintext || context.Request.IsHttps || Loopback.Has(context.Connection.LocalIpAddress)
        || context.Features.Get<IConnectionSocketFeature>()?.Socket.AddressFamily == AddressFamily.Unix;
}
