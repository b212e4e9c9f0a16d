using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;

namespace NicHangExporter.State;

/// <summary>
/// A JSON object that ends in a member <c>crc</c>, the CRC-32C of all bytes before it, and a newline. Without a
/// checksum, a flipped bit in a digit gives another count, position or time, and nothing shows it.
/// </summary>
internal static class SealedJson
{
    private const int ChecksumLength = 8;

    // ,"crc":"01234567"} takes the place of the final brace.
    private const int SuffixLength = 8 + ChecksumLength + 2;

    private static ReadOnlySpan<byte> Member => ",\"crc\":\""u8;

    /// <summary>Adds the checksum and a newline to an object, which ends in its brace.</summary>
    public static byte[] Seal(ReadOnlySpan<byte> json) =>
        [.. json[..^1], .. Member, .. Checksum(json[..^1]), .. "\"}\n"u8];

    /// <summary>True if an object, without its newline, ends in a checksum, right or wrong.</summary>
    public static bool HasChecksum(ReadOnlySpan<byte> json) =>
        json.Length > SuffixLength && json[^SuffixLength..].StartsWith(Member) && json.EndsWith("\"}"u8);

    /// <summary>True if an object, without its newline, has a checksum and is as it was written.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> json)
    {
        if (!HasChecksum(json))
            return false;
        var covered = json[..^SuffixLength];
        return json.Slice(covered.Length + Member.Length, ChecksumLength).SequenceEqual(Checksum(covered));
    }

    private static byte[] Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
            crc = BitOperations.Crc32C(crc, word);
        foreach (var rest in bytes[(words.Length * sizeof(ulong))..])
            crc = BitOperations.Crc32C(crc, rest);
        return Encoding.ASCII.GetBytes((~crc).ToString("x8", CultureInfo.InvariantCulture));
    }
}
