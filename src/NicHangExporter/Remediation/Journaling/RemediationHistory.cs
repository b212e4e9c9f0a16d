using NicHangExporter.Linux;
using NicHangExporter.Options;

namespace NicHangExporter.Remediation.Journaling;

/// <summary>One pass through the door, as the journal tells it. At least one of the two is there.</summary>
/// <param name="Intent">What was about to be done; null where nothing was.</param>
/// <param name="Outcome">How it ended; null where that is not on record yet.</param>
internal sealed record RecordedRun(JournalEntry? Intent, JournalEntry? Outcome)
{
    /// <summary>The last that is known of it.</summary>
    public JournalEntry Latest => Outcome ?? Intent!;
}

/// <summary>
/// Looks passes up in the files of the journal, the newest first, for people: no decision is made by what it finds. Reads while others write: a line that is
/// not whole is not there, and of a line that is met twice, because its file was renamed meanwhile, the second is passed over.
/// </summary>
/// <remarks>One search at a time, whoever asks: each may read all of the journal, some megabytes.</remarks>
internal sealed class RemediationHistory(ExporterOptions options) : IDisposable
{
    /// <summary>How much of the end of one file is read; entries beside its checkpoint are one megabyte.</summary>
    private const int MaxLength = 4 << 20;

    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>The last passes of which this holds.</summary>
    /// <exception cref="IOException">The journal can't be read; that there is none is no error.</exception>
    /// <exception cref="UnauthorizedAccessException">It is not for this process to read.</exception>
    public Task<IReadOnlyList<RecordedRun>> ListAsync(Func<JournalEntry, bool> isWanted, int limit, CancellationToken cancellation) =>
        SearchAsync([], isWanted, limit, cancellation);

    /// <summary>The pass of that id, or null.</summary>
    /// <inheritdoc cref="ListAsync" path="/exception"/>
    public async Task<RecordedRun?> FindAsync(string id, CancellationToken cancellation) =>
        (await SearchAsync(Mention(id), entry => entry.Id == id, 1, cancellation)) is [var only] ? only : null;

    /// <summary>The last pass whose <see cref="JournalEntry.RequestKey"/> begins so, or null.</summary>
    /// <inheritdoc cref="ListAsync" path="/exception"/>
    public async Task<RecordedRun?> FindByKeyAsync(string key, CancellationToken cancellation) =>
        (await SearchAsync(Mention(key), entry => entry.RequestKey?.StartsWith(key, StringComparison.Ordinal) == true, 1, cancellation)) is [var only] ? only : null;

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private static byte[] Mention(string plain) => System.Text.Encoding.UTF8.GetBytes(plain);

    private async Task<IReadOnlyList<RecordedRun>> SearchAsync(byte[] mention, Func<JournalEntry, bool> isWanted, int limit, CancellationToken cancellation)
    {
        if (options.Paths.StateDirectory is not { } directory)
            return [];
        await _turn.WaitAsync(cancellation);
        try
        {
            return await Task.Run(() => Search(Path.Combine(directory, "journal.jsonl"), mention, new HistorySearch(isWanted, limit)), cancellation);
        }
        finally
        {
            _turn.Release();
        }
    }

    private static IReadOnlyList<RecordedRun> Search(string path, byte[] mention, HistorySearch search)
    {
        byte[] younger = [];
        for (var age = 0; age <= JournalReader.OlderFiles && !search.IsOver; age++)
            if (ReadEnd(age == 0 ? path : JournalReader.Older(path, age)) is { } content)
            {
                // The journal was rotated in between, and this is the same file under its next name: what has come into it since is younger than what was found.
                if (!Beginning(content).SequenceEqual(Beginning(younger)))
                    Search(content, mention, search);
                younger = content;
            }
        return search.Found;
    }

    private static void Search(ReadOnlySpan<byte> content, byte[] mention, HistorySearch search)
    {
        // A last line without its end is one that nobody was told to be there.
        for (var end = content.LastIndexOf((byte)'\n'); end > 0 && !search.IsOver;)
        {
            var start = content[..end].LastIndexOf((byte)'\n') + 1;
            var line = content[start..end];
            end = start - 1;
            if (IsOfPass(line) && line.IndexOf(mention) >= 0 && JournalLine.IsWhole(line) && JournalLine.TryParse(line, out var entry) is null)
                search.Take(entry);
        }
    }

    // Its first line, which is the checkpoint with its own number.
    private static ReadOnlySpan<byte> Beginning(byte[] content) => content.AsSpan(0, content.AsSpan().IndexOf((byte)'\n') + 1);

    // Parsing is what costs; a checkpoint may be long.
    private static bool IsOfPass(ReadOnlySpan<byte> line) => line.StartsWith("{\"event\":\"intent\""u8) || line.StartsWith("{\"event\":\"outcome\""u8);

    private static byte[]? ReadEnd(string path) => RegularFile.ReadEnd(path, MaxLength);
}
