using System.Text;
using NicHangExporter.Options;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Policy;
using NicHangExporter.State;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Tests.Remediation;

/// <summary>
/// Finding remediations in the files of the journal: complete, in order, bounded, and while they are written.
/// </summary>
public sealed class RemediationHistoryTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly RemediationHistory _history;
    private long _seq;

    public RemediationHistoryTests() =>
        _history = new RemediationHistory(new ExporterOptions { Paths = new() { StateDirectory = _directory.Path } });

    public void Dispose()
    {
        _history.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Passes_AreFoundAcrossFiles_TheNewestFirst()
    {
        Write("journal.jsonl.2", Pass("r1"), Pass("r2"));
        Write("journal.jsonl.1", Pass("r3"), Declined("r4"));
        Write("journal.jsonl", Pass("r5"));

        Assert.Equal(["r5", "r4", "r3", "r2", "r1"], await IdsAsync(500));
        Assert.Equal(["r5", "r4", "r3"], await IdsAsync(3));
        Assert.Equal("why r1", (await FindAsync("r1"))!.Intent!.Reason);
        Assert.Null(await FindAsync("r9"));
    }

    [Fact]
    public async Task TwoRotationsDuringASearch_NeitherRepeatNorReorderAPass()
    {
        Write("journal.jsonl", Pass("r1"), Pass("r2"));
        Write("journal.jsonl.1", Pass("r3"));
        File.Copy(_directory.File("journal.jsonl"), _directory.File("journal.jsonl.2"));

        Assert.Equal(["r2", "r1"], await IdsAsync(500));
    }

    [Fact]
    public async Task IntentOfTheFileBefore_IsFoundForItsOutcome()
    {
        Write("journal.jsonl.1", Pass("r1"), [Intent("r2")]);
        Write("journal.jsonl", [Outcome("r2")]);

        var one = Assert.Single(await _history.ListAsync(_ => true, 1, TestContext.Current.CancellationToken));
        Assert.Equal(("r2", "why r2"), (one.Latest.Id, one.Intent?.Reason));
    }

    [Fact]
    public async Task PassUnderWay_HasNoOutcome()
    {
        Write("journal.jsonl", Pass("r1"), [Intent("r2")]);

        Assert.Equal([null, RemediationVerdict.Applied], (await _history.ListAsync(_ => true, 10,
            TestContext.Current.CancellationToken)).Select(pass => pass.Outcome?.Verdict));
    }

    [Fact]
    public async Task LinesThatAreDamagedOrTorn_AreNotThere()
    {
        Write("journal.jsonl", Pass("r1"), Pass("r2"), Pass("r3"));
        var path = _directory.File("journal.jsonl");
        var text = await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);
        var lines = text.Split('\n');
        lines[3] = lines[3].Replace("why r2", "why XX", StringComparison.Ordinal);
        // The last line lacks its end: it was never acknowledged.
        await File.WriteAllTextAsync(path, string.Join('\n', lines[..^1]), TestContext.Current.CancellationToken);

        Assert.Equal(["r3", "r2", "r1"], await IdsAsync(500));
        Assert.Null((await FindAsync("r2"))!.Intent);
        Assert.Null((await FindAsync("r3"))!.Outcome);
    }

    [Fact]
    public async Task EveryTruncation_IsReadAsFarAsItIsWhole()
    {
        Write("journal.jsonl", Pass("r1"), Pass("r2"));
        var whole = await File.ReadAllBytesAsync(_directory.File("journal.jsonl"),
            TestContext.Current.CancellationToken);
        for (var length = 0; length <= whole.Length; length++)
        {
            await File.WriteAllBytesAsync(_directory.File("journal.jsonl"), whole[..length],
                TestContext.Current.CancellationToken);
            var entries = Encoding.UTF8.GetString(whole, 0,
                length).Split('\n')[..^1].Where(line => line.Contains("\"id\"", StringComparison.Ordinal)).ToList();
            Assert.Equal((entries.Count + 1) / 2, (await IdsAsync(500)).Count);
        }
    }

    [Fact]
    public async Task FileThatWasRenamedMeanwhile_ShowsNothingTwice()
    {
        Write("journal.jsonl", Pass("r1"), Declined("r2"), Pass("r3"));
        File.Copy(_directory.File("journal.jsonl"), _directory.File("journal.jsonl.1"));

        Assert.Equal(["r3", "r2", "r1"], await IdsAsync(500));
    }

    [Fact]
    public async Task VeryLongFile_IsReadFromItsEnd()
    {
        Write("journal.jsonl", [.. Enumerable.Range(1, 20_000).Select(i => Pass($"r{i}"))]);
        Assert.True(new FileInfo(_directory.File("journal.jsonl")).Length > 4 << 20);

        Assert.Equal("r20000", (await IdsAsync(500))[0]);
        Assert.Equal(500, (await IdsAsync(500)).Count);
        Assert.Null(await FindAsync("r1"));
    }

    [Fact]
    public async Task Key_IsFoundByItsBeginning()
    {
        Write("journal.jsonl", Pass("r1", "aa-11"), Pass("r2", "bb-22"), Pass("r3"));

        Assert.Equal("r2", (await _history.FindByKeyAsync("bb", TestContext.Current.CancellationToken))!.Latest.Id);
        Assert.Null(await _history.FindByKeyAsync("cc", TestContext.Current.CancellationToken));
        Assert.Null(await _history.FindByKeyAsync("22", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task NoJournal_IsNoError()
    {
        Assert.Empty(await IdsAsync(500));
        using var nowhere = new RemediationHistory(new ExporterOptions());
        Assert.Empty(await nowhere.ListAsync(_ => true, 1, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task ReadingWhileTheJournalIsWrittenAndRotated_FindsOnlyWhatIsThere()
    {
        var options = new ExporterOptions { Paths = new() { StateDirectory = _directory.Path } };
        using var state = new StateDirectory(options);
        using var writer = new JournalWriter(options, state, new JournalFiles { MaxBytes = 20_000 });
        var writing = Task.Run(() =>
        {
            for (var i = 1; i <= 400; i++)
                foreach (var entry in Pass($"r{i}"))
                    Assert.True(writer.Append(entry));
        }, TestContext.Current.CancellationToken);
        var reads = 0;
        do
        {
            var numbers = (await IdsAsync(500)).Select(id => int.Parse(id[1..],
                System.Globalization.CultureInfo.InvariantCulture)).ToList();
            Assert.Distinct(numbers);
            Assert.Equal(numbers.OrderDescending(), numbers);
            reads++;
        } while (!writing.IsCompleted || reads < 10);
        await writing;

        Assert.True(File.Exists(_directory.File("journal.jsonl.4")));
        Assert.Equal("r400", (await IdsAsync(1))[0]);
    }

    private async Task<List<string>> IdsAsync(int limit) => [.. (await _history.ListAsync(_ => true, limit,
        TestContext.Current.CancellationToken)).Select(pass => pass.Latest.Id!)];

    private Task<RecordedRun?> FindAsync(string id) => _history.FindAsync(id, TestContext.Current.CancellationToken);

    private void Write(string name, params IEnumerable<JournalEntry>[] entries)
    {
        using var file = File.Create(_directory.File(name));
        var checkpoint = new JournalEntry(JournalEvent.Checkpoint) { State = RemediationState.Empty };
        foreach (var entry in entries.SelectMany(several => several).Prepend(checkpoint))
            file.Write(JournalLine.Of(entry with { Seq = ++_seq }).Bytes);
    }

    private static JournalEntry[] Pass(string id, string? key = null) =>
        [Intent(id) with { RequestKey = key }, Outcome(id) with { RequestKey = key }];

    private static JournalEntry[] Declined(string id) =>
        [Outcome(id) with { Verdict = RemediationVerdict.Declined, Declined = DeclineReason.Paused }];

    private static JournalEntry Intent(string id) =>
        new(JournalEvent.Intent) { Id = id, Key = "k", Device = "eno1", Reason = $"why {id}" };

    private static JournalEntry Outcome(string id) => new(JournalEvent.Outcome)
    {
        Id = id,
        Key = "k",
        Device = "eno1",
        Reason = "how it ended",
        Verdict = RemediationVerdict.Applied
    };
}
