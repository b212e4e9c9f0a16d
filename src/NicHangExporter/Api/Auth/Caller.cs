using System.Security.Claims;
using NicHangExporter.Options;
using NicHangExporter.Remediation;
using NicHangExporter.Text;

namespace NicHangExporter.Api.Auth;

/// <summary>Who sends a request. The authentication handler of the listener makes it; the handlers record it.</summary>
/// <param name="Name">The actor for the journal: the name of a credential, or of a user of this host.</param>
/// <param name="Scope">What the caller may do.</param>
/// <param name="Trigger">
/// The trigger of the remediations that the caller requests directly: <c>api</c> or <c>cli</c>, by the listener. A
/// remediation for an alert has the trigger <c>webhook</c> instead, because the webhook requests it later by itself.
/// </param>
internal sealed record Caller(string Name, ApiScope Scope, RemediationTrigger Trigger)
{
    /// <summary>
    /// The claim that the authorization policies of <see cref="ApiAuthorization"/> look for, one for each scope.
    /// </summary>
    public const string ScopeClaim = "scope";

    private const string TriggerClaim = "trigger";

    /// <summary>
    /// The caller as a principal of ASP.NET Core, with a claim for each scope that its own scope includes.
    /// </summary>
    /// <param name="scheme">The authentication scheme.</param>
    public ClaimsPrincipal ToPrincipal(string scheme)
    {
        var identity = new ClaimsIdentity([new(ClaimTypes.Name, Name), new(TriggerClaim, SnakeCase.Of(Trigger))],
            scheme);
        foreach (var scope in Enum.GetValues<ApiScope>().Where(scope => Scope >= scope))
            identity.AddClaim(new Claim(ScopeClaim, SnakeCase.Of(scope)));
        return new ClaimsPrincipal(identity);
    }

    /// <summary>Reads back what <see cref="ToPrincipal"/> wrote.</summary>
    public static Caller Of(ClaimsPrincipal user) => new(
        user.FindFirstValue(ClaimTypes.Name)!,
        Enum.GetValues<ApiScope>().Last(scope => user.HasClaim(ScopeClaim, SnakeCase.Of(scope))),
        Enum.GetValues<RemediationTrigger>().Single(trigger => user.HasClaim(TriggerClaim, SnakeCase.Of(trigger))));

    /// <summary>Binds a parameter of a route handler.</summary>
    public static ValueTask<Caller?> BindAsync(HttpContext context) => ValueTask.FromResult<Caller?>(Of(context.User));
}
