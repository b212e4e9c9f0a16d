using System.Text.Json;
using NicHangExporter.Hosting;

namespace NicHangExporter.Remediation.Journaling;

/// <summary>
/// An entry as it stands in the file: one line of JSON with its checksum (<see cref="SealedJson"/>). Without one a flipped bit in a digit would be a shorter
/// cool-down that nobody could tell from a true one.
/// </summary>
/// <param name="Entry">What it says.</param>
/// <param name="Bytes">The line, with its newline.</param>
internal readonly record struct JournalLine(JournalEntry Entry, byte[] Bytes)
{
    /// <summary>The line of an entry.</summary>
    /// <exception cref="ArgumentException">A value is missing or cannot be: the next start would take the line for damaged.</exception>
    public static JournalLine Of(JournalEntry entry)
    {
        if (JournalValidator.FaultOf(entry) is { } fault)
            throw new ArgumentException($"entry {entry.Seq} of the journal: {fault}", nameof(entry));
        return new JournalLine(entry, SealedJson.Seal(JsonSerializer.SerializeToUtf8Bytes(entry, JournalJson.Default.JournalEntry)));
    }

    /// <summary>True where a line, without its newline, is as it was written.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> line) => SealedJson.IsWhole(line);

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
            return JournalValidator.FaultOf(parsed);
        }
        catch (JsonException exception)
        {
            return $"can't be read: {exception.Message.Split('\n')[0]}";
        }
    }
}
