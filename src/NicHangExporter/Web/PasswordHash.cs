using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace NicHangExporter.Web;

/// <summary>
/// A bcrypt hash in the form that htpasswd -B writes: <c>$2y$10$</c>, 22 characters of salt, 31 of hash.
/// </summary>
internal static partial class PasswordHash
{
    /// <summary>Each step doubles the work: a check takes about 60 ms at 10, and 15 s at 18.</summary>
    private const int MaxCost = 18;

    /// <summary>
    /// Null, or what is wrong, as the end of a sentence about the user. It never contains the text, which may be the
    /// password.
    /// </summary>
    public static string? Check(string hash)
    {
        if (!Form().IsMatch(hash))
            return "has no bcrypt hash: make one with 'htpasswd -nBC 10 \"\" | tr -d \":\\n\"'";
        return Cost(hash) is < 4 or > MaxCost ? $"has a bcrypt hash whose cost is not from 4 to {MaxCost}" : null;
    }

    /// <summary>
    /// A hash without a known password that takes as long to check as <paramref name="real"/>, for a user who does not
    /// exist: a faster refusal would reveal who exists.
    /// </summary>
    public static string Decoy(string real)
    {
        const string Alphabet = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        return real[..7] + RandomNumberGenerator.GetString(Alphabet, 21) + '.'
            + RandomNumberGenerator.GetString(Alphabet, 31);
    }

    private static int Cost(string hash) =>
        int.Parse(hash.AsSpan(4, 2), NumberStyles.None, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\A\$2[aby]\$[0-9]{2}\$[./A-Za-z0-9]{53}\z")]
    private static partial Regex Form();
}
