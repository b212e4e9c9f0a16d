using NicHangExporter.Linux;

namespace NicHangExporter.Remediation.Journaling;

/// <summary>
/// What is on the disk, and how to go on from there. There is always either <c>journal.jsonl</c> or, within a rotation that was cut short, a complete
/// <c>journal.jsonl.new</c> that only lacks its name; anything else means that something was lost.
/// </summary>
/// <param name="Current">The file that can be continued; null where a new one has to be begun.</param>
/// <param name="IsUnnamed">It is the .new file, and has to get its name first.</param>
/// <param name="Fault">What is wrong with the file of the journal's name, which has to be set aside before a new one; null for nothing.</param>
/// <param name="Mark">What is known of decisions beside the journal; null where that is lost or was never written.</param>
/// <param name="History">What can be remembered.</param>
internal sealed record JournalReader(JournalFileScan? Current, bool IsUnnamed, string? Fault, DecisionMark? Mark, JournalHistory History)
{
    /// <summary>How many older files are kept.</summary>
    public const int OlderFiles = 4;

    /// <summary>Where a new file is written before it gets its name.</summary>
    public static string Unnamed(string path) => path + ".new";

    /// <summary>An older file: 1 is the youngest.</summary>
    public static string Older(string path, int age) => $"{path}.{age}";

    /// <summary>Where a damaged file is kept.</summary>
    public static string Aside(string path, int number) => $"{path}.corrupt-{number}";

    /// <summary>Reads the journal of that path and changes nothing.</summary>
    /// <param name="path">The journal.</param>
    /// <param name="files">The file system.</param>
    /// <param name="isNew">Nobody has used the directory before: what is not there was never there.</param>
    /// <exception cref="IOException">It is there and can't be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It is not for this process to read.</exception>
    public static JournalReader Of(string path, JournalFiles files, bool isNew = true)
    {
        var mark = DecisionMark.Read(path, files);
        var content = Read(files, path, out var kind);
        var current = kind is not null ? JournalFileScan.Unusable($"it is {kind.Value.Text()}, not a regular file") : content is null ? null : JournalFileScan.Of(content);
        // Half a new file is none.
        var unnamed = Read(files, Unnamed(path), out _) is { } half && JournalFileScan.Of(half) is { Fault: null, Torn: 0 } ? half : null;
        if (current is { Fault: null } && Missing(current, mark) is null)
            return new(current, IsUnnamed: false, null, mark, JournalHistory.Of(current));
        if (current is null && unnamed is not null && JournalFileScan.Of(unnamed) is var complete && Missing(complete, mark) is null)
            return new(complete, IsUnnamed: true, null, mark, JournalHistory.Of(complete));

        var older = Enumerable.Range(1, OlderFiles).Reverse().Select(age => Read(files, Older(path, age), out _)).OfType<byte[]>().ToList();
        // Not even what is kept beside the journal: somebody has removed all of it, or the first start came to nothing.
        if (current is null && older.Count == 0 && mark is null && !files.Exists(Aside(path, 1)))
            return new(null, IsUnnamed: false, null, null, isNew ? JournalHistory.Nothing
                : JournalHistory.Lost($"There is no journal {path}, and its directory was in use before", JournalSalvage.Of([]), new DecisionMark(0, Paused: false)));

        var salvage = JournalSalvage.Of([.. older, .. content is null ? [] : new[] { content }, .. unnamed is null ? [] : new[] { unnamed }]);
        var fault = current?.Fault ?? (current is null ? null : Missing(current, mark));
        var problem = current is null ? $"The journal {path} is missing, though it was there before" : $"The journal {path} can't be used: {fault}";
        // What is damaged may be there a second time, in the checkpoint that follows or the file before.
        return new(null, IsUnnamed: false, fault, mark, content?.Length <= JournalFiles.ReadLimit && salvage.IsComplete && Missing(salvage.HighestSeq, mark) is null
            ? JournalHistory.Recovered(problem, salvage) : JournalHistory.Lost(problem, salvage, mark));
    }

    private static string? Missing(JournalFileScan scan, DecisionMark? mark) => Missing(scan.HighestSeq, mark);

    private static string? Missing(long lastSeq, DecisionMark? mark) =>
        mark?.Seq > lastSeq ? $"it ends with entry {lastSeq}, and a decision was entry {mark.Seq}" : null;

    private static byte[]? Read(JournalFiles files, string path, out FileKind? kind)
    {
        kind = null;
        try
        {
            return files.Read(path);
        }
        catch (FileKindException exception)
        {
            // It is in the way and will be set aside; there is nothing to read in it.
            kind = exception.Kind;
            return null;
        }
    }
}
