using System.Text;
using NicHangExporter.Api.Auth;

namespace NicHangExporter.Web;

/// <summary>User and password of a header <c>Authorization: Basic …</c> (RFC 7617).</summary>
/// <param name="User">The user.</param>
/// <param name="Password">The password.</param>
internal readonly record struct BasicCredentials(string User, string Password)
{
    private const string Scheme = "Basic ";

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false,
        throwOnInvalidBytes: true);

    /// <summary>Parses a header; false for what has another form.</summary>
    public static bool TryParse(string header, out BasicCredentials credentials)
    {
        credentials = default;
        if (header.Length > BearerToken.MaxHeaderLength
            || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return false;
        Span<byte> bytes = stackalloc byte[BearerToken.MaxHeaderLength];
        if (!Convert.TryFromBase64Chars(header.AsSpan(Scheme.Length).Trim(' '), bytes, out var length))
            return false;
        var colon = bytes[..length].IndexOf((byte)':');
        if (colon < 0)
            return false;
        try
        {
            credentials = new BasicCredentials(Strict.GetString(bytes[..colon]),
                Strict.GetString(bytes[(colon + 1)..length]));
            // RFC 7617 forbids control characters. For bcrypt a NUL ends the password.
            return !credentials.User.Any(char.IsControl) && !credentials.Password.Any(char.IsControl);
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    /// <summary>Reveals nothing.</summary>
    public override string ToString() => nameof(BasicCredentials);
}
