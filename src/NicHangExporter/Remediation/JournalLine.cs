using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace NicHangExporter.Remediation;

/// <summary>
/// An entry as it stands in the file: one line of JSON whose last member, <c>crc</c>, is the CRC-32C of all bytes before it. Without a checksum a flipped
/// bit in a digit would be a shorter cool-down that nobody could tell from a true one.
/// </summary>
/// <param name="Entry">What it says.</param>
/// <param name="Bytes">The line, with its newline.</param>
internal readonly record struct JournalLine(JournalEntry Entry, byte[] Bytes)
{
    private const int ChecksumLength = 8;

    // ,"crc":"01234567"} takes the place of the final brace.
    private const int SuffixLength = 8 + ChecksumLength + 2;

    private static ReadOnlySpan<byte> Member => ",\"crc\":\""u8;

    /// <summary>The line of an entry.</summary>
    /// <exception cref="ArgumentException">A value is missing or cannot be: the next start would take the line for damaged.</exception>
    public static JournalLine Of(JournalEntry entry)
    {
        if (JournalSoundness.FaultOf(entry) is { } fault)
            throw new ArgumentException($"entry {entry.Seq} of the journal: {fault}", nameof(entry));
        return new JournalLine(entry, Seal(JsonSerializer.SerializeToUtf8Bytes(entry, JournalJson.Default.JournalEntry)));
    }

    /// <summary>An object of JSON with its checksum and its newline.</summary>
    internal static byte[] Seal(ReadOnlySpan<byte> json) => [.. json[..^1], .. Member, .. Checksum(json[..^1]), .. "\"}\n"u8];

    /// <summary>True where a line, without its newline, is as it was written.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> line)
    {
        if (line.Length <= SuffixLength || !line[^SuffixLength..].StartsWith(Member) || !line.EndsWith("\"}"u8))
            return false;
        var covered = line[..^SuffixLength];
        return line.Slice(covered.Length + Member.Length, ChecksumLength).SequenceEqual(Checksum(covered));
    }

    /// <summary>The entry of a line that is whole.</summary>
    /// <returns>Null, or what is wrong with it: another version wrote it, or another hand.</returns>
    public static string? TryParse(ReadOnlySpan<byte> line, out JournalEntry entry)
    {
        entry = null!;
        try
        {
            if (JsonSerializer.Deserialize(line, JournalJson.Default.JournalEntry) is not { } parsed)
                return "is null";
            entry = parsed;
            return JournalSoundness.FaultOf(parsed);
        }
        catch (JsonException exception)
        {
            return $"can't be read: {exception.Message.Split('\n')[0]}";
        }
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
