using System.Text;
using NicHangExporter.Options;

namespace NicHangExporter.Api.Auth;

/// <summary>The header <c>Authorization: Bearer TOKEN</c> (RFC 6750, section 2.1).</summary>
internal static class BearerToken
{
    /// <summary>The longest header in characters.</summary>
    public const int MaxHeaderLength = 1024;

    private const string Scheme = "Bearer ";

    /// <summary>True for the scheme Bearer in any case (RFC 9110, section 11.1).</summary>
    public static bool Is(string? header) =>
        header is not null && header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads the token as bytes.</summary>
    /// <param name="header">A header for which <see cref="Is"/> holds.</param>
    /// <param name="buffer">At least <see cref="TokenFile.MaxLength"/> bytes.</param>
    /// <param name="length">The length of the token in bytes.</param>
    /// <returns>False for a token that no file can hold: not printable ASCII, a blank in the middle, a wrong
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
