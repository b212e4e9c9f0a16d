using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using NicHangExporter.Remediation;
using NicHangExporter.Web;

namespace NicHangExporter.Api.Auth;

/// <summary>
/// Authenticates requests on the TCP listeners by the bearer tokens of <c>--api.token-file</c> (RFC 6750).
/// </summary>
internal sealed class BearerTokenHandler(
    CredentialStore credentials, IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger,
    UrlEncoder encoder)
    : CallerAuthenticationHandler(options, logger, encoder)
{
    /// <inheritdoc/>
    protected override Caller? Identify()
    {
        if (credentials.Authenticate(Context) is not { } credential)
            return null;
        ConnectionQuota.Keep(Context);
        return new Caller(credential.Name, credential.Scope, RemediationTrigger.Api);
    }

    /// <inheritdoc/>
    protected override ApiResult Challenge => ChallengeOf(Request);

    /// <summary>
    /// The answer to a request without a valid token. RFC 6750, section 3.1: without any, it names no error.
    /// </summary>
    public static ApiResult ChallengeOf(HttpRequest request) => ApiResult.Problem(ApiProblem.Unauthenticated) with
    {
        Challenge = "Bearer realm=\"nic-hang-exporter\""
            + (request.Headers.Authorization.Count > 0 ? ", error=\"invalid_token\"" : ""),
    };
}
