using NicHangExporter.Linux;

namespace NicHangExporter.Remediation.Journaling;

/// <summary>
/// Reads the journal at the start and decides how to continue it. There is either <c>journal.jsonl</c> or, if a
/// rotation was interrupted, a complete <c>journal.jsonl.new</c> that only lacks its name. In any other case something
/// was lost.
/// </summary>
/// <param name="Current">The file that can be continued; null if a new one must be begun.</param>
/// <param name="IsUnnamed">It is the .new file and must get its name first.</param>
/// <param name="Fault">Why the file of the journal's name must be set aside; null if it must not.</param>
/// <param name="Mark">
/// The decisions that are known outside the journal; null if they are lost or were never written.
/// </param>
/// <param name="History">What could be read.</param>
internal sealed record JournalReader(
    JournalFileScan? Current, bool IsUnnamed, string? Fault, DecisionMark? Mark, JournalHistory History)
{
    /// <summary>The number of older files that are kept.</summary>
    public const int OlderFiles = 4;

    /// <summary>The name of a new file before it is complete.</summary>
    public static string Unnamed(string path) => path + ".new";

    /// <summary>An older file: 1 is the youngest.</summary>
    public static string Older(string path, int age) => $"{path}.{age}";

    /// <summary>The name of a damaged file that is set aside.</summary>
    public static string Aside(string path, int number) => $"{path}.corrupt-{number}";

    /// <summary>Reads the journal and changes nothing.</summary>
    /// <param name="path">The journal.</param>
    /// <param name="files">The file system.</param>
    /// <param name="isNew">The directory was not used before: a missing journal never existed.</param>
    /// <exception cref="IOException">The journal exists and can't be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The process has no permission to read it.</exception>
    public static JournalReader Of(string path, JournalFiles files, bool isNew = true)
    {
        var mark = DecisionMark.Read(path, files);
        var content = Read(files, path, out var kind);
        var current = kind is not null ? JournalFileScan.Unusable($"it is {kind.Value.Text()}, not a regular file")
            : content is null ? null : JournalFileScan.Of(content);
        var unnamed = Read(files, Unnamed(path), out _);
        var complete = unnamed is null ? null : JournalFileScan.Of(unnamed);
        // An incomplete new file counts as none.
        if (complete is not { Fault: null, Torn: 0 })
            (unnamed, complete) = (null, null);
        if (current is { Fault: null } && Missing(current, mark) is null)
            return new(current, IsUnnamed: false, null, mark, JournalHistory.Of(current));
        if (current is null && complete is not null && Missing(complete, mark) is null)
            return new(complete, IsUnnamed: true, null, mark, JournalHistory.Of(complete));

        List<byte[]> contents = [.. Enumerable.Range(1, OlderFiles).Reverse()
            .Select(age => Read(files, Older(path, age), out _)).OfType<byte[]>()];
        // Not even the decision mark exists: somebody has removed all files, or the first start failed.
        if (current is null && contents.Count == 0 && mark is null && !files.Exists(Aside(path, 1)))
            return new(null, IsUnnamed: false, null, null, isNew ? JournalHistory.Nothing
                : JournalHistory.Lost($"There is no journal {path}, and its directory was in use before",
                    JournalSalvage.Of([]), new DecisionMark(0, Paused: false)));
        if (content is not null)
            contents.Add(content);
        if (unnamed is not null)
            contents.Add(unnamed);
        return new(null, IsUnnamed: false, current?.Fault ?? (current is null ? null : Missing(current, mark)), mark,
            Salvage(path, current, content, contents, mark));
    }

    private static JournalHistory Salvage(
        string path, JournalFileScan? current, byte[]? content, List<byte[]> contents, DecisionMark? mark)
    {
        var salvage = JournalSalvage.Of(contents);
        var problem = current is null
            ? $"The journal {path} is missing, though it was there before"
            : $"The journal {path} can't be used: {current.Fault ?? Missing(current, mark)}";
        // The damaged lines may exist twice, in the next checkpoint or in the file before.
        var isComplete = content?.Length <= JournalFiles.ReadLimit && salvage.IsComplete
            && Missing(salvage.HighestSeq, mark) is null;
        return isComplete ? JournalHistory.Recovered(problem, salvage) : JournalHistory.Lost(problem, salvage, mark);
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
            // It is set aside later; it has no content.
            kind = exception.Kind;
            return null;
        }
    }
}
