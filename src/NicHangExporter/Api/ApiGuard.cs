namespace NicHangExporter.Api;

/// <summary>Who may ask, and over what.</summary>
/// <param name="IsConfigured">There is a credential at all. Without one the API does not exist.</param>
/// <param name="Authenticate">The credential that an <c>Authorization</c> header proves, null for none.</param>
/// <param name="IsProtected">Nobody on the way can read this connection, or somebody has said that it does not matter.</param>
internal sealed record ApiGuard(Func<bool> IsConfigured, Func<string?, Credential?> Authenticate, Func<HttpContext, bool> IsProtected)
{
    /// <summary>Nobody may, and nobody learns that there is anything.</summary>
    public static ApiGuard Closed { get; } = new(() => false, _ => null, _ => false);
}
