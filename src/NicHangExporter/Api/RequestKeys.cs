using System.Security.Cryptography;
using System.Text;
using NicHangExporter.Api.Auth;
using NicHangExporter.Remediation;
using NicHangExporter.Text;

namespace NicHangExporter.Api;

/// <summary>
/// Reads the header <c>Idempotency-Key</c>. Memory and journal hold a hash of the key and its sender: two callers never
/// share a key, and a key that is a secret is not written anywhere.
/// </summary>
internal static class RequestKeys
{
    /// <summary>The header.</summary>
    public const string Header = "Idempotency-Key";

    private const int MaxLength = 255;
    private const int HashLength = 16;

    /// <summary>Reads the header; false for a malformed one.</summary>
    /// <param name="request">The request.</param>
    /// <param name="caller">The sender.</param>
    /// <param name="key">The hash; null without the header.</param>
    public static bool TryRead(HttpRequest request, Caller caller, out string? key)
    {
        key = null;
        if (request.Headers[Header] is not { Count: > 0 } values)
            return true;
        if (values is not [{ Length: > 0 and <= MaxLength } text] || text.AsSpan().ContainsAnyExceptInRange('!', '~'))
            return false;
        // A user of this host may have the name of a credential.
        var sender = caller.Trigger == RemediationTrigger.Api
            ? caller.Name
            : $"{SnakeCase.Of(caller.Trigger)}\n{caller.Name}";
        key = Hash($"{sender}\n{text}");
        return true;
    }

    /// <summary>A text as 32 characters.</summary>
    public static string Hash(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, HashLength));
}
