namespace NicHangExporter.Api;

/// <summary>
/// Detects requests of web pages of other sites, to which a browser adds the user's credentials. Browsers send
/// Sec-Fetch-Site; older ones send only the page's Origin. Other programs send neither.
/// </summary>
internal static class CrossSite
{
    /// <summary>True for a page of another origin, also one of the same site.</summary>
    public static bool Asks(HttpRequest request)
    {
        if (request.Headers["Sec-Fetch-Site"] is { Count: > 0 } site)
            return site is not (["same-origin"] or ["none"]);
        if (request.Headers.Origin is not { Count: > 0 } origins)
            return false;
        // Only the authority: behind a proxy that ends TLS the scheme differs. "null" is the origin of a page that
        // hides it.
        return origins is not [{ } origin]
            || origin.IndexOf("://", StringComparison.Ordinal) is not (> 0 and var scheme)
            || !origin.AsSpan(scheme + 3).Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase);
    }
}
