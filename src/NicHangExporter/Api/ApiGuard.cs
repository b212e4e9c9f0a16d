using NicHangExporter.Options;

namespace NicHangExporter.Api;

/// <summary>Who may ask, and over what.</summary>
/// <param name="IsConfigured">There is a credential at all. Without one the API does not exist.</param>
/// <param name="Authenticate">The credential that a request proves to have, null for none; it counts and logs those.</param>
/// <param name="IsProtected">Nobody on the way can read this connection, or somebody has said that it does not matter.</param>
internal sealed record ApiGuard(Func<bool> IsConfigured, Func<HttpContext, Credential?> Authenticate, Func<HttpContext, bool> IsProtected);
