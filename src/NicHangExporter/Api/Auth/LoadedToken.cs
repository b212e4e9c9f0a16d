using System.Security.Cryptography;
using NicHangExporter.Linux;
using NicHangExporter.Options;

namespace NicHangExporter.Api.Auth;

/// <summary>What was read of one <see cref="TokenFile"/>. Immutable.</summary>
/// <param name="File">The file.</param>
internal sealed record LoadedToken(TokenFile File)
{
    /// <summary>SHA-256 of the token in the file; null without one.</summary>
    public byte[]? Current { get; init; }

    /// <summary>SHA-256 of the previous token.</summary>
    public byte[]? Former { get; init; }

    /// <summary>The timestamp at which the previous token becomes invalid.</summary>
    public long FormerUntil { get; init; }

    /// <summary>The status of the file when it was read.</summary>
    public FileStatus Status { get; init; }

    /// <summary>The timestamp since which the file has this status, or no token.</summary>
    public long Since { get; init; }

    /// <summary>
    /// True once the file has had this status for so long that an equal status means an equal content: see <see
    /// cref="FileStatus"/>.
    /// </summary>
    public bool IsSettled { get; init; }

    /// <summary>True if it was logged that the file holds no token.</summary>
    public bool IsReported { get; init; }
}

/// <summary>The two operations on a secret, so that a test can count them.</summary>
/// <param name="Hash">SHA-256 of the first argument into the second.</param>
/// <param name="AreEqual">Compares in a time that does not depend on the content.</param>
internal sealed record TokenArithmetic(TokenArithmetic.Hashing Hash, TokenArithmetic.Comparison AreEqual)
{
    public delegate int Hashing(ReadOnlySpan<byte> token, Span<byte> digest);

    public delegate bool Comparison(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right);

    /// <summary>The framework's operations.</summary>
    public static readonly TokenArithmetic Real = new(SHA256.HashData, CryptographicOperations.FixedTimeEquals);
}
