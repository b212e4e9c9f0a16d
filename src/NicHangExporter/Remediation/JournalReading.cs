namespace NicHangExporter.Remediation;

/// <summary>
/// What is on the disk, and how to go on from there. There is always either <c>journal.jsonl</c> or, within a rotation that was cut short, a complete
/// <c>journal.jsonl.new</c> that only lacks its name; anything else means that something was lost.
/// </summary>
/// <param name="Current">The file that can be continued; null where a new one has to be begun.</param>
/// <param name="IsUnnamed">It is the .new file, and has to get its name first.</param>
/// <param name="Fault">What is wrong with the file of the journal's name, which has to be set aside before a new one; null for nothing.</param>
/// <param name="History">What can be remembered.</param>
internal sealed record JournalReading(JournalScan? Current, bool IsUnnamed, string? Fault, JournalHistory History)
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
    public static JournalReading Of(string path, JournalFiles files)
    {
        var current = Scan(files, path);
        if (current is { Fault: null })
            return new(current, IsUnnamed: false, null, JournalHistory.Of(current, current.HighestSeq));
        if (current is null && Scan(files, Unnamed(path)) is { Fault: null, Torn: 0 } unnamed)
            return new(unnamed, IsUnnamed: true, null, JournalHistory.Of(unnamed, unnamed.HighestSeq));

        var older = Enumerable.Range(1, OlderFiles).Select(age => Scan(files, Older(path, age))).OfType<JournalScan>().ToList();
        if (current is null && older.Count == 0 && !files.Exists(Aside(path, 1)))
            return new(null, IsUnnamed: false, null, JournalHistory.Nothing);

        // What is lost is lost, but the file before it knows of quarantines and cool-downs that still hold.
        JournalScan?[] all = [current, .. older];
        var history = JournalHistory.Of(all.FirstOrDefault(scan => scan?.State is not null), all.Max(scan => scan?.HighestSeq ?? 0));
        var problem = current is null
            ? $"The journal {path} is missing, though there are older files of it"
            : $"The journal {path} can't be used: {current.Fault}";
        return new(null, IsUnnamed: false, current?.Fault, history with { IsKnown = false, Problems = [problem] });
    }

    private static JournalScan? Scan(JournalFiles files, string path) => files.Read(path) is { } content ? JournalScan.Of(content) : null;
}
