using System.Text.Json;
using NicHangExporter.Hosting;
using NicHangExporter.Linux;

namespace NicHangExporter.Remediation.Journaling;

/// <summary>
/// What is known of a person's decisions beside the journal: <c>decisions.json</c>, replaced after each entry that is one has reached the disk. It is asked
/// only where the journal is damaged, and tells then whether a pause was in force, and whether the journal ends before a decision that it had.
/// </summary>
/// <param name="Seq">The number of the last entry of the journal that is in this.</param>
/// <param name="Paused">Whether the kill switch was set by command then.</param>
internal sealed record DecisionMark(long Seq, bool Paused)
{
    private const int MaxBytes = 4096;

    /// <summary>Where it is kept, beside the journal.</summary>
    public static string PathOf(string journal) => Path.Combine(Path.GetDirectoryName(journal)!, "decisions.json");

    /// <summary>True for an entry without which the journal would tell less of what a person decided, or of what must not be done without one.</summary>
    public static bool IsDecision(JournalEntry entry) =>
        entry.Event is JournalEvent.Paused or JournalEvent.Resumed or JournalEvent.Quarantined or JournalEvent.Cleared
        || entry is { Event: JournalEvent.Outcome, Rollback: true, Declined: null };

    /// <summary>Reads it; null where it is not there, or damaged.</summary>
    /// <exception cref="IOException">It can't be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It is not for this process to read.</exception>
    public static DecisionMark? Read(string journal, JournalFiles files)
    {
        try
        {
            return files.Read(PathOf(journal)) is { Length: > 0 and <= MaxBytes } content && content[^1] == (byte)'\n' && SealedJson.IsWhole(content.AsSpan(..^1))
                && JsonSerializer.Deserialize(content.AsSpan(..^1), JournalJson.Default.DecisionMark) is { Seq: >= 0 and < long.MaxValue / 2 } mark
                    ? mark : null;
        }
        catch (Exception exception) when (exception is JsonException or FileKindException)
        {
            return null;
        }
    }

    /// <summary>Replaces it, whole or not at all. What is no regular file gives way: a rename over a directory would fail each time.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory is not for this process to write.</exception>
    public void Write(string journal, JournalFiles files)
    {
        var path = PathOf(journal);
        using (var file = files.Open(path + ".new", FileMode.Create))
        {
            file.Write(SealedJson.Seal(JsonSerializer.SerializeToUtf8Bytes(this, JournalJson.Default.DecisionMark)));
            files.Sync(file, path + ".new");
        }
        if (files.Exists(path) && files.Length(path) is null)
            files.Delete(path);
        files.Move(path + ".new", path);
        files.SyncDirectory(Path.GetDirectoryName(path)!);
    }
}
