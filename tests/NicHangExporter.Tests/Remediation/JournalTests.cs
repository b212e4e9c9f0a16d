using System.Text;
using NicHangExporter.Hosting;
using NicHangExporter.Linux;
using NicHangExporter.Options;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.State;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Tests.Remediation;

/// <summary>The journal on real files.</summary>
public sealed class JournalTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ExporterOptions _options;
    private readonly StateDirectory _state;
    private readonly Histories _histories = new(4);

    public JournalTests()
    {
        _options = new ExporterOptions { Paths = new() { StateDirectory = _directory.File("state") } };
        _state = new StateDirectory(_options);
    }

    private string Path => _directory.File("state/journal.jsonl");

    public void Dispose()
    {
        _state.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void Journal_OfANewDirectory_IsKnownToBeEmptyAndBeginsWithACheckpoint()
    {
        using var writer = new JournalWriter(_options, _state);
        Assert.True(writer.History.IsKnown && writer.Journal.IsOpen && writer.Journal.IsWritable);
        Assert.Empty(writer.History.Problems);
        Assert.Equal(0, writer.History.LastSeq);
        Assert.False(File.Exists(Path));

        Assert.True(writer.Append(_histories.After(0)));

        var lines = File.ReadAllLines(Path);
        Assert.Equal(2, lines.Length);
        Assert.StartsWith("{\"event\":\"checkpoint\",\"seq\":0,", lines[0], StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path));
        Assert.Equal(["decisions.json", "journal.jsonl", "lock"], Directory.GetFiles(_options.Paths.StateDirectory!)
            .Select(System.IO.Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Journal_AfterARestart_RemembersAll()
    {
        using (var writer = new JournalWriter(_options, _state))
            for (var number = 0; number < 100; number++)
                Assert.True(writer.Append(_histories.After(writer.Seq) with { Boot = "b", Uptime = 1000 + number }));
        using var next = new JournalWriter(_options, _state);
        Assert.Equal((100, "b", 1099, true),
            (next.History.LastSeq, next.History.LastBoot, next.History.LastUptime, next.History.IsKnown));
        Assert.Equal(5, next.History.State.Devices.Count);
        Assert.Single(next.Lines(EventIds.JournalOpened));
    }

    [Fact]
    public void Journal_WithoutADirectory_IsEmptyAndNotWritable()
    {
        using var nowhere = new StateDirectory(new ExporterOptions());
        using var writer = new JournalWriter(new ExporterOptions(), nowhere);
        Assert.Same(JournalHistory.Nothing, writer.History);
        Assert.False(writer.Journal.IsOpen || writer.Journal.IsWritable || writer.Journal.Retry()
            || writer.Append(_histories.After(0)));
    }

    [Fact]
    public void Journal_OfADirectoryThatIsTaken_CanBeReadAndOpensOnceItIsFree()
    {
        using var first = new StateDirectory(_options);
        using (var daemon = new JournalWriter(_options, first))
        {
            Assert.True(daemon.Append(_histories.After(0)));
            using var other = new JournalWriter(_options, _state);
            Assert.Equal((1, false, false), (other.History.LastSeq, other.Journal.IsOpen, other.Journal.IsWritable));
            Assert.Contains("lock", Assert.Single(other.History.Problems), StringComparison.Ordinal);
            Assert.False(other.Append(_histories.After(1)));
            Assert.True(daemon.Append(_histories.After(1)));
            first.Dispose();

            other.Open();

            Assert.Equal((2, true, true), (other.History.LastSeq, other.Journal.IsOpen, other.Journal.IsWritable));
            Assert.True(other.Append(_histories.After(2)));
            Assert.Throws<InvalidOperationException>(other.Open);
        }
    }

    [Fact]
    public void Rotation_OfALongHistory_KeepsTheStateAndFourOlderFiles()
    {
        // Real files, but for the wait for the disk: 10,000 of them are for another test.
        var files = new JournalFiles { Sync = (_, _) => { }, SyncDirectory = _ => { }, MaxBytes = 100_000 };
        var expected = RemediationState.Empty;
        using (var writer = new JournalWriter(_options, _state, files))
        {
            for (var number = 0; number < 10_000; number++)
            {
                var entry = _histories.After(number);
                expected = expected.After(entry);
                Assert.True(writer.Append(entry));
            }
            Assert.True(writer.Checkpoints > 10, $"only {writer.Checkpoints} files were begun");
        }
        using var next = new JournalWriter(_options, _state, files);
        Assert.Equal((10_000, true), (next.Seq, next.History.IsKnown));
        Assert.Equal(JournalWriter.Text(expected), JournalWriter.Text(next.State));

        var older = Directory.GetFiles(_options.Paths.StateDirectory!,
            "journal.jsonl*").Select(System.IO.Path.GetFileName).Order(StringComparer.Ordinal);
        Assert.Equal(["journal.jsonl", "journal.jsonl.1", "journal.jsonl.2", "journal.jsonl.3", "journal.jsonl.4"],
            older);
        // Each file ends where the next begins: its fold is the checkpoint that follows.
        var previous = JournalFileScan.Of(File.ReadAllBytes(Path + ".4"));
        foreach (var age in new[] { ".3", ".2", ".1", "" })
        {
            var content = File.ReadAllBytes(Path + age);
            // The newest may just have been begun.
            Assert.InRange(content.Length, age.Length == 0 ? 1 : 50_000, 200_000);
            Assert.Null(JournalLine.TryParse(content.AsSpan(0, content.IndexOf((byte)'\n')), out var checkpoint));
            Assert.Equal((previous.Last!.Seq, JournalWriter.Text(previous.State!)),
                (checkpoint.Seq, JournalWriter.Text(checkpoint.State!)));
            previous = JournalFileScan.Of(content);
        }
    }

    [Fact]
    public void Rotation_WithAStateLargerThanAFile_DoesNotComeWithEachEntry()
    {
        using var writer = new JournalWriter(_options, _state,
            new JournalFiles { Sync = (_, _) => { }, MaxBytes = 4096 });
        for (var number = 0; number < 200; number++)
            Assert.True(writer.Append(new JournalEntry(JournalEvent.Recovered)
            {
                Key = $"name:veth{number}",
                Device = $"veth{number}"
            }));
        Assert.True(JournalWriter.Text(writer.State).Length > 2 * 4096);
        Assert.InRange(writer.Checkpoints, 2, 20);
    }

    [Fact]
    public void Append_OfWhatTheNextStartWouldNotBelieve_Throws()
    {
        using var writer = new JournalWriter(_options, _state);
        var checkpoint = () => new JournalEntry(JournalEvent.Checkpoint) { State = RemediationState.Empty };
        foreach (var entry in new[]
        {
            new JournalEntry(JournalEvent.Clock) { Seq = 2 },
            new JournalEntry(JournalEvent.Clock) { Seq = 0 },
            new JournalEntry(JournalEvent.Clock) { Seq = 1, Age = double.NaN },
            new JournalEntry(JournalEvent.Intent) { Seq = 1, Id = "1" },
            new JournalEntry(JournalEvent.Intent) { Seq = 1, Key = "name:eth0" },
            new JournalEntry(JournalEvent.Checkpoint) { Seq = 1 },
        })
            Assert.Throws<ArgumentException>(() => writer.Journal.Append(entry, checkpoint));
        Assert.True(writer.Append(_histories.After(0)));
    }

    [Fact]
    public void Directory_InPlaceOfTheJournal_IsSetAside()
    {
        Directory.CreateDirectory(Path);
        File.WriteAllText(System.IO.Path.Combine(Path, "precious"), "x");
        using var writer = new JournalWriter(_options, _state);
        Assert.False(writer.History.IsKnown);
        Assert.True(writer.Append(_histories.After(0)));
        Assert.True(File.Exists(Path + ".corrupt-1/precious"));
    }

    [Fact]
    public void Journal_ThatCannotBeRead_StaysClosedAndSaysWhy()
    {
        var files = new JournalFiles { Read = _ => throw new IOException("Input/output error") };
        using var writer = new JournalWriter(_options, _state, files);
        Assert.False(writer.History.IsKnown || writer.Journal.IsOpen || writer.Journal.IsWritable);
        Assert.Equal("Input/output error", Assert.Single(writer.History.Problems));
        Assert.Contains("Input/output error", Assert.Single(writer.Lines(EventIds.JournalUnavailable)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Journal_LargerThanAnyJournal_IsReadToTheLimitAndSetAside()
    {
        using (var writer = new JournalWriter(_options, _state))
            Assert.True(writer.Append(_histories.After(0)));
        using (var file = File.OpenWrite(Path))
            file.SetLength(1L << 40);
        using var next = new JournalWriter(_options, _state);
        Assert.False(next.History.IsKnown);
        Assert.Equal(1, next.Seq);
    }

    [Fact]
    public void Journal_WrittenByALaterVersion_IsReadWithoutWhatIsNew()
    {
        using (var writer = new JournalWriter(_options, _state))
            Assert.True(writer.Append(_histories.After(0)));
        File.AppendAllBytes(Path, SealedJson.Seal("""{"event":"paused","seq":2,"colour":{"deep":[1]}}"""u8));
        using var next = new JournalWriter(_options, _state);
        Assert.True(next.History.IsKnown && next.State.Paused);
    }

    [Fact]
    public void Journal_WithALastLineThatIsWholeButNotUnderstood_IsSetAsideAndNotCut()
    {
        using (var writer = new JournalWriter(_options, _state))
            Assert.True(writer.Append(_histories.After(0)));
        File.AppendAllBytes(Path, SealedJson.Seal("""{"event":"quarantined_for_good","seq":2,"key":"name:eth0"}"""u8));
        var content = File.ReadAllBytes(Path);
        using var next = new JournalWriter(_options, _state);
        Assert.False(next.History.IsKnown);
        Assert.True(next.Append(_histories.After(next.Seq)));
        Assert.Equal(content, File.ReadAllBytes(Path + ".corrupt-1"));
    }

    [Fact]
    public void Line_IsOneObjectOfJsonThatOthersCanRead()
    {
        var line = JournalLine.Of(new JournalEntry(JournalEvent.Paused) { Seq = 7, Actor = "a\nb" });
        Assert.Equal((byte)'\n', line.Bytes[^1]);
        Assert.Equal(1, line.Bytes.Count(value => value == '\n'));
        using var json = System.Text.Json.JsonDocument.Parse(Encoding.UTF8.GetString(line.Bytes));
        Assert.Equal("a\nb", json.RootElement.GetProperty("actor").GetString());
        Assert.Equal(8, json.RootElement.GetProperty("crc").GetString()!.Length);
    }
}
