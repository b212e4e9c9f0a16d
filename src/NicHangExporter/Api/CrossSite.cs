namespace NicHangExporter.Api;

/// <summary>
/// Whether a web page of somewhere else asks, with a browser that sends along what it knows. Browsers say so themselves (Sec-Fetch-Site); older ones only
/// name the page's origin. A program that is no browser sends neither.
/// </summary>
internal static class CrossSite
{
    /// <summary>True for a page of another origin, one of the same site included.</summary>
    public static bool Asks(HttpRequest request)
    {
        if (request.Headers["Sec-Fetch-Site"] is { Count: > 0 } site)
            return site is not (["same-origin"] or ["none"]);
        if (request.Headers.Origin is not { Count: > 0 } origins)
            return false;
        // Only the authority: behind a proxy that ends TLS the scheme is another one. "null" is the origin of those who hide theirs.
        return origins is not [{ } origin]
            || origin.IndexOf("://", StringComparison.Ordinal) is not (> 0 and var scheme)
            || !origin.AsSpan(scheme + 3).Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase);
    }
}
