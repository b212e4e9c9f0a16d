using NicHangExporter.Linux;
using NicHangExporter.Options;

namespace NicHangExporter.Remediation.Journaling;

/// <summary>One remediation in the journal. At least one of the two entries is present.</summary>
/// <param name="Intent">The intent; null if nothing was begun.</param>
/// <param name="Outcome">The outcome; null if not known yet.</param>
internal sealed record RecordedRun(JournalEntry? Intent, JournalEntry? Outcome)
{
    /// <summary>The newer of the two.</summary>
    public JournalEntry Latest => Outcome ?? Intent!;
}

/// <summary>
/// Finds remediations in the files of the journal, newest first, for people: no decision depends on it. It reads while
/// the journal is written: an incomplete line is ignored, and so is a line that is read twice, or too late, because
/// files were renamed.
/// </summary>
/// <remarks>One search runs at a time: each may read the whole journal, some megabytes.</remarks>
internal sealed class RemediationHistory(ExporterOptions options) : IDisposable
{
    /// <summary>
    /// The most bytes that are read from the end of one file. Without its checkpoint a file has about 1 MiB.
    /// </summary>
    private const int MaxLength = 4 << 20;

    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>The last remediations that match.</summary>
    /// <exception cref="IOException">The journal can't be read. A missing journal is no error.</exception>
    /// <exception cref="UnauthorizedAccessException">The process has no permission to read it.</exception>
    public Task<IReadOnlyList<RecordedRun>> ListAsync(
        Func<JournalEntry, bool> isWanted, int limit, CancellationToken cancellation) =>
        SearchAsync([], isWanted, limit, cancellation);

    /// <summary>The remediation with that id, or null.</summary>
    /// <inheritdoc cref="ListAsync" path="/exception"/>
    public async Task<RecordedRun?> FindAsync(string id, CancellationToken cancellation) =>
        (await SearchAsync(Mention(id), entry => entry.Id == id, 1, cancellation)) is [var only] ? only : null;

    /// <summary>
    /// The last remediation whose <see cref="JournalEntry.RequestKey"/> begins with the key, or null.
    /// </summary>
    /// <inheritdoc cref="ListAsync" path="/exception"/>
    public async Task<RecordedRun?> FindByKeyAsync(string key, CancellationToken cancellation) =>
        (await SearchAsync(Mention(key), entry => HasKey(entry, key), 1, cancellation)) is [var only] ? only : null;

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private static bool HasKey(JournalEntry entry, string key) =>
        entry.RequestKey?.StartsWith(key, StringComparison.Ordinal) == true;

    private static byte[] Mention(string plain) => System.Text.Encoding.UTF8.GetBytes(plain);

    private async Task<IReadOnlyList<RecordedRun>> SearchAsync(
        byte[] mention, Func<JournalEntry, bool> isWanted, int limit, CancellationToken cancellation)
    {
        if (options.Paths.StateDirectory is not { } directory)
            return [];
        await _turn.WaitAsync(cancellation);
        try
        {
            var path = Path.Combine(directory, "journal.jsonl");
            return await Task.Run(() => Search(path, mention, new HistorySearch(isWanted, limit)), cancellation);
        }
        finally
        {
            _turn.Release();
        }
    }

    private static IReadOnlyList<RecordedRun> Search(string path, byte[] mention, HistorySearch search)
    {
        for (var age = 0; age <= JournalReader.OlderFiles && !search.IsOver; age++)
            if (ReadEnd(age == 0 ? path : JournalReader.Older(path, age)) is { } content)
                Search(content, mention, search);
        return search.Found;
    }

    private static void Search(ReadOnlySpan<byte> content, byte[] mention, HistorySearch search)
    {
        // A last line without its end was never acknowledged.
        for (var end = content.LastIndexOf((byte)'\n'); end > 0 && !search.IsOver;)
        {
            var start = content[..end].LastIndexOf((byte)'\n') + 1;
            var line = content[start..end];
            end = start - 1;
            if (IsOfRemediation(line) && line.IndexOf(mention) >= 0 && JournalLine.IsWhole(line)
                && JournalLine.TryParse(line, out var entry) is null)
                search.Take(entry);
        }
    }

    // Without parsing, which is slow; a checkpoint may be long.
    private static bool IsOfRemediation(ReadOnlySpan<byte> line) =>
        line.StartsWith("{\"event\":\"intent\""u8) || line.StartsWith("{\"event\":\"outcome\""u8);

    private static byte[]? ReadEnd(string path) => RegularFile.ReadEnd(path, MaxLength);
}
