using System.Text;
using NicHangExporter.Options;

namespace NicHangExporter.Api.Auth;

/// <summary>The header <c>Authorization: Bearer TOKEN</c> (RFC 6750, section 2.1).</summary>
internal static class BearerToken
{
    /// <summary>Longer headers are not looked at.</summary>
    public const int MaxHeaderLength = 1024;

    private const string Scheme = "Bearer ";

    /// <summary>True where the scheme is Bearer, in whatever case (RFC 9110, section 11.1).</summary>
    public static bool Is(string? header) =>
        header is not null && header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

    /// <summary>The token as bytes.</summary>
    /// <param name="header">A header for which <see cref="Is"/> holds.</param>
    /// <param name="buffer">Room for <see cref="TokenFile.MaxLength"/> bytes.</param>
    /// <param name="length">How many they are.</param>
    /// <returns>False for what no file can hold: something else than printable ASCII, a blank in the middle, a wrong
    /// length.</returns>
    public static bool TryRead(string header, Span<byte> buffer, out int length)
    {
        length = 0;
        if (header.Length > MaxHeaderLength)
            return false;
        var token = header.AsSpan(Scheme.Length).TrimStart(' ');
        if (token.Length is < TokenFile.MinLength or > TokenFile.MaxLength || token.ContainsAnyExceptInRange('!', '~'))
            return false;
        length = Encoding.ASCII.GetBytes(token, buffer);
        return true;
    }
}
