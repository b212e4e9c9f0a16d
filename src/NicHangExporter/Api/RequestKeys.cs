using System.Security.Cryptography;
using System.Text;
using NicHangExporter.Options;

namespace NicHangExporter.Api;

/// <summary>
/// Reads the header <c>Idempotency-Key</c>. In memory and journal stands a hash of it and of who sent it, so that no two credentials share a key, and whatever
/// somebody takes for a key is nobody else's to read.
/// </summary>
internal static class RequestKeys
{
    /// <summary>The header.</summary>
    public const string Header = "Idempotency-Key";

    private const int MaxLength = 255;
    private const int HashLength = 16;

    /// <summary>Reads it; false for one that is none.</summary>
    /// <param name="request">The request.</param>
    /// <param name="credential">Who sends it.</param>
    /// <param name="key">The hash; null where there is no such header.</param>
    public static bool TryRead(HttpRequest request, Credential credential, out string? key)
    {
        key = null;
        if (request.Headers[Header] is not { Count: > 0 } values)
            return true;
        if (values is not [{ Length: > 0 and <= MaxLength } text] || text.AsSpan().ContainsAnyExceptInRange('!', '~'))
            return false;
        key = Hash($"{credential.Name}\n{text}");
        return true;
    }

    /// <summary>A text as 32 characters.</summary>
    public static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, HashLength));
}
