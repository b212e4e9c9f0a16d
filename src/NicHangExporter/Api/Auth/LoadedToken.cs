using System.Security.Cryptography;
using NicHangExporter.Linux;
using NicHangExporter.Options;

namespace NicHangExporter.Api.Auth;

/// <summary>What is known of one <see cref="TokenFile"/>. It never changes: a new reading makes a new one.</summary>
/// <param name="File">The file.</param>
internal sealed record LoadedToken(TokenFile File)
{
    /// <summary>SHA-256 of the token that the file holds; null where it holds none.</summary>
    public byte[]? Current { get; init; }

    /// <summary>SHA-256 of the one before.</summary>
    public byte[]? Former { get; init; }

    /// <summary>The timestamp from which the one before is dead.</summary>
    public long FormerUntil { get; init; }

    /// <summary>The file at the last reading.</summary>
    public FileStatus Status { get; init; }

    /// <summary>The timestamp since which the file has had this status, or has held no token.</summary>
    public long Since { get; init; }

    /// <summary>
    /// True once the file has had this status for long enough that the status tells everything: see
    /// <see cref="FileStatus"/>.
    /// </summary>
    public bool IsSettled { get; init; }

    /// <summary>True where it was logged that the file holds no token.</summary>
    public bool IsReported { get; init; }
}

/// <summary>The two operations on a secret, in one place so that a test can count them.</summary>
/// <param name="Hash">SHA-256 of the first into the second.</param>
/// <param name="AreEqual">Compares in a time that tells nothing of where they differ.</param>
internal sealed record TokenArithmetic(TokenArithmetic.Hashing Hash, TokenArithmetic.Comparison AreEqual)
{
    public delegate int Hashing(ReadOnlySpan<byte> token, Span<byte> digest);

    public delegate bool Comparison(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right);

    /// <summary>The real ones.</summary>
    public static readonly TokenArithmetic Real = new(SHA256.HashData, CryptographicOperations.FixedTimeEquals);
}
