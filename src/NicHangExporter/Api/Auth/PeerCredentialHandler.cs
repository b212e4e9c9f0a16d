using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace NicHangExporter.Api.Auth;

/// <summary>Authenticates requests on the Unix socket by the user who connected.</summary>
internal sealed class PeerCredentialHandler(
    PeerAuthenticator peers, IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger,
    UrlEncoder encoder)
    : CallerAuthenticationHandler(options, logger, encoder)
{
    /// <inheritdoc/>
    protected override Caller? Identify() => peers.Authenticate(Context);

    /// <inheritdoc/>
    // Not 401: the user can't send anything that would help.
    protected override ApiResult Challenge => ApiResult.Problem(ApiProblem.Peer);
}
