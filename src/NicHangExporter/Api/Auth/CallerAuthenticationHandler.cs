using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;

namespace NicHangExporter.Api.Auth;

/// <summary>
/// The part of authentication that the transports share: a listener identifies the <see cref="Caller"/> in its own way,
/// and a refusal is a problem document (RFC 9457).
/// </summary>
internal abstract class CallerAuthenticationHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    /// <summary>The caller of this request; null for a request that proves nothing.</summary>
    protected abstract Caller? Identify();

    /// <summary>What a request without a caller is answered.</summary>
    protected abstract ApiResult Challenge { get; }

    /// <inheritdoc/>
    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        // ASP.NET Core authenticates every request by a scheme that is the only one. A scrape has no token, and none is
        // missing.
        var isRequired = Context.GetEndpoint()?.Metadata.GetMetadata<IAuthorizeData>() is not null;
        return Task.FromResult(isRequired && Identify() is { } caller
            ? AuthenticateResult.Success(new AuthenticationTicket(caller.ToPrincipal(Scheme.Name), Scheme.Name))
            : AuthenticateResult.NoResult());
    }

    /// <inheritdoc/>
    protected override Task HandleChallengeAsync(AuthenticationProperties properties) =>
        Challenge.ExecuteAsync(Context);

    /// <inheritdoc/>
    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        // The policy of the route comes last: after that of its group.
        var scope = Context.GetEndpoint()!.Metadata.GetOrderedMetadata<IAuthorizeData>()[^1].Policy;
        return ApiResult.Problem(ApiProblem.Scope, $"The credential is valid, but it lacks the scope {scope}.")
            .ExecuteAsync(Context);
    }
}
