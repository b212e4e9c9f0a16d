using System.Text.Json;
using NicHangExporter.State;

namespace NicHangExporter.Remediation.Journaling;

/// <summary>
/// An entry as it is in the file: one line of JSON with a checksum (<see cref="SealedJson"/>). Without it a flipped bit
/// in a digit could shorten a cool-down unnoticed.
/// </summary>
/// <param name="Entry">The entry.</param>
/// <param name="Bytes">The line, with its newline.</param>
internal readonly record struct JournalLine(JournalEntry Entry, byte[] Bytes)
{
    /// <exception cref="ArgumentException">
    /// A value is missing or out of range: the next start would treat the line as damaged.
    /// </exception>
    public static JournalLine Of(JournalEntry entry)
    {
        if (JournalValidator.FaultOf(entry) is { } fault)
            throw new ArgumentException($"entry {entry.Seq} of the journal: {fault}", nameof(entry));
        var json = JsonSerializer.SerializeToUtf8Bytes(entry, JournalJson.Default.JournalEntry);
        return new JournalLine(entry, SealedJson.Seal(json));
    }

    /// <summary>True if a line, without its newline, matches its checksum.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> line) => SealedJson.IsWhole(line);

    /// <summary>Parses a line that matches its checksum.</summary>
    /// <returns>Null, or the error: another version or another program wrote it.</returns>
    public static string? TryParse(ReadOnlySpan<byte> line, out JournalEntry entry)
    {
        entry = null!;
        try
        {
            if (JsonSerializer.Deserialize(line, JournalJson.Default.JournalEntry) is not { } parsed)
                return "is null";
            entry = parsed;
            return JournalValidator.FaultOf(parsed);
        }
        catch (JsonException exception)
        {
            return $"can't be read: {exception.Message.Split('\n')[0]}";
        }
    }
}
