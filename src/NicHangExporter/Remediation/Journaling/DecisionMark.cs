using System.Text.Json;
using NicHangExporter.Linux;
using NicHangExporter.State;

namespace NicHangExporter.Remediation.Journaling;

/// <summary>
/// A summary of a person's decisions, outside the journal: <c>decisions.json</c>, replaced after each entry with a
/// decision has reached the disk. It is read if the journal is damaged, and shows whether a pause was in force and
/// whether the journal ends before a decision.
/// </summary>
/// <param name="Seq">The number of the last entry that it includes.</param>
/// <param name="Paused">Whether remediation was paused by command then.</param>
internal sealed record DecisionMark(long Seq, bool Paused)
{
    private const int MaxBytes = 4096;

    /// <summary>The path, in the directory of the journal.</summary>
    public static string PathOf(string journal) => Path.Combine(Path.GetDirectoryName(journal)!, "decisions.json");

    /// <summary>True for an entry that is a decision of a person, or that needs one.</summary>
    public static bool IsDecision(JournalEntry entry) =>
        entry.Event is JournalEvent.Paused or JournalEvent.Resumed or JournalEvent.Quarantined or JournalEvent.Cleared
        || entry is { Event: JournalEvent.Outcome, Rollback: true, Declined: null };

    /// <summary>Null if it does not exist or is damaged.</summary>
    /// <exception cref="IOException">It can't be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The process has no permission to read it.</exception>
    public static DecisionMark? Read(string journal, JournalFiles files)
    {
        try
        {
            if (files.Read(PathOf(journal)) is not { Length: > 0 and <= MaxBytes } content || content[^1] != (byte)'\n')
                return null;
            var line = content.AsSpan(..^1);
            var mark = SealedJson.IsWhole(line)
                ? JsonSerializer.Deserialize(line, JournalJson.Default.DecisionMark)
                : null;
            return mark is { Seq: >= 0 and < long.MaxValue / 2 } ? mark : null;
        }
        catch (Exception exception) when (exception is JsonException or FileKindException)
        {
            return null;
        }
    }

    /// <summary>
    /// Replaces it atomically. A directory of that name is moved away: a rename over it would fail each time.
    /// </summary>
    /// <exception cref="IOException">The disk is full, or fails.</exception>
    /// <exception cref="UnauthorizedAccessException">
    /// The process has no permission to write to the directory.
    /// </exception>
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
