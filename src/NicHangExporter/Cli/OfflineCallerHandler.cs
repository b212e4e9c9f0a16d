using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using NicHangExporter.Api;
using NicHangExporter.Api.Auth;
using NicHangExporter.Linux;
using NicHangExporter.Options;
using NicHangExporter.Remediation;

namespace NicHangExporter.Cli;

/// <summary>
/// Authenticates the requests of <see cref="OfflineHost"/>: the caller is the user of this process, who may do
/// everything.
/// </summary>
internal sealed class OfflineCallerHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : CallerAuthenticationHandler(options, logger, encoder)
{
    /// <inheritdoc/>
    protected override Caller? Identify() =>
        new(UserNames.Of(FileStatus.EffectiveUser), ApiScope.Admin, RemediationTrigger.Cli);

    /// <inheritdoc/>
    protected override ApiResult Challenge => ApiResult.Problem(ApiProblem.Peer);
}
