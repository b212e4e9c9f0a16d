using NicHangExporter.Options;
using NicHangExporter.Web;

namespace NicHangExporter.Api.Auth;

/// <summary>
/// Whether a secret may travel the way that a request came. Over plain text anybody on the path reads the token and has it from then on, so what changes
/// something is refused there, unless <c>--api.allow-plaintext</c> says that the path is trusted.
/// </summary>
internal sealed class TransportProtection(ExporterOptions options)
{
    /// <summary>
    /// True over TLS, to an address of loopback, and where plain text is allowed. Headers such as X-Forwarded-Proto prove nothing and are not looked at.
    /// </summary>
    public bool IsProtected(HttpContext context) =>
        options.Api.AllowPlaintext || context.Request.IsHttps || Loopback.Has(context.Connection.LocalIpAddress);
}
