using System.Text;
using NicHangExporter.Hosting;
using NicHangExporter.Remediation.Journaling;

namespace NicHangExporter.Tests.Remediation;

/// <summary>
/// Files that are not as they were written: torn at the end they are continued; anything else is kept, and makes for
/// more caution, never for less.
/// </summary>
public sealed class JournalDamageTests : JournalDamageFixture
{
    [Fact]
    public void Journal_DamagedAnywhere_IsKnownOnlyWhereNothingIsMissing()
    {
        var written = Written(60, out var writer);
        Assert.Contains(Path + ".1", written.Paths);
        var content = written[Path];
        var whole = Lines(content).Select(line => Encoding.UTF8.GetString(line)).ToList();
        var (known, recovered, unknown) = (0, 0, 0);
        for (var seed = 0; seed < 1000; seed++)
        {
            var damaged = Damage(content, new Random(seed)).Damaged;
            var disk = Copy(written);
            disk[Path] = damaged;
            using var next = new JournalWriter(_options, _state, Files(disk));

            // By the letter: which of the lines after the checkpoint, whose sum the older file has, are still there?
            var left = Encoding.UTF8.GetString(damaged).Split('\n')[..^1].ToHashSet();
            var missing = whole.Skip(1).Where(line => !left.Contains(line.TrimEnd('\n'))).ToList();
            if (missing.Count == 0)
                Assert.True(next.History.IsKnown,
                    $"nothing is missing (seed {seed}): {string.Join(' ', next.History.Problems)}");
            // What looks as if it was never written to its end may be missing, where it is no decision.
            else if (next.History.IsKnown)
                Assert.All(missing, line => Assert.True(whole.IndexOf(line) >= whole.Count - missing.Count
                    && !Encoding.UTF8.GetString(damaged).Contains(line, StringComparison.Ordinal)));
            if (next.History.IsKnown)
                Assert.Equal(JournalWriter.Text(Fold(whole.Count - 1 - missing.Count)), JournalWriter.Text(next.State));
            else
                Assert.True(next.State is { HistoryUnknown: true }
                    && next.State.Devices.Values.All(device => device is { Quarantined: true, HistoryUnknown: true }));
            _ = !next.History.IsKnown ? unknown++ : next.History.Problems.Count > 0 ? recovered++ : known++;

            var (seq, isAside) = (next.Seq, next.History.Problems.Count > 0);
            Assert.True(next.Append(new JournalEntry(JournalEvent.Clock)));
            if (isAside)
                Assert.Equal(damaged, disk[Path + ".corrupt-1"]);
            using var last = new JournalWriter(_options, _state, Files(disk));
            Assert.True(last.History.IsKnown);
            Assert.Equal((seq + 1, JournalWriter.Text(next.State)), (last.Seq, JournalWriter.Text(last.State)));
        }
        TestContext.Current.SendDiagnosticMessage($"{known} torn, {recovered} with nothing missing, {unknown} unknown");
        Assert.True(unknown > 300 && known > 10 && recovered > 300,
            $"{known} known, {recovered} recovered, {unknown} unknown");

        // Of the younger file; the older one is whole.
        RemediationState Fold(int lines) => whole.Skip(1).Take(lines)
            .Aggregate(JournalFileScan.Of(Lines(content)[0]).State!, (state, line) =>
        {
            Assert.Null(JournalLine.TryParse(Encoding.UTF8.GetBytes(line.TrimEnd('\n')), out var entry));
            return state.After(entry);
        });
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    public void Journal_ThatEndsBeforeADecision_IsNotTakenForWhole(int behind)
    {
        var disk = new FaultyDisk();
        using (var writer = new JournalWriter(_options, _state, Files(disk)))
        {
            Assert.True(writer.Append(new JournalEntry(JournalEvent.Clock)));
            Assert.True(writer.Append(new JournalEntry(JournalEvent.Paused)));
            for (var line = 0; line < behind; line++)
                Assert.True(writer.Append(new JournalEntry(JournalEvent.Clock)));
        }
        // Cut between two lines: the file is valid by itself.
        disk[Path] = disk[Path][..Ends(disk[Path])[1]];
        using var next = new JournalWriter(_options, _state, Files(disk));
        Assert.False(next.History.IsKnown);
        Assert.True(next.State.Paused);
        Assert.Equal(2, next.Seq);
        Assert.Contains("ends with entry 1, and a decision was entry 2", Assert.Single(next.History.Problems),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Journal_OfAnEarlierVersion_HasNoMarkAndGetsOne()
    {
        var disk = Written(6, out var writer);
        var mark = disk[_directory.File("decisions.json")];
        disk.Remove(_directory.File("decisions.json"));
        using (var next = new JournalWriter(_options, _state, Files(disk)))
            Assert.True(next.History.IsKnown && next.State.Paused == writer.State.Paused);
        Assert.Contains($"\"paused\":{(writer.State.Paused ? "true" : "false")}",
            Encoding.UTF8.GetString(disk[_directory.File("decisions.json")]), StringComparison.Ordinal);
        // A damaged mark counts as none while the journal is valid.
        disk[_directory.File("decisions.json")] = [.. mark[..^9], (byte)'x', .. mark[^8..]];
        using var last = new JournalWriter(_options, _state, Files(disk));
        Assert.True(last.History.IsKnown);
    }

    [Theory]
    [InlineData(JournalDamage.Empty, "there is nothing in it")]
    [InlineData(JournalDamage.WithoutCheckpoint, "does not begin with a checkpoint")]
    [InlineData(JournalDamage.LineMissing, "has number 4 and follows 2")]
    [InlineData(JournalDamage.NulBytes, "line 3 is damaged")]
    public void Journal_ThatCannotBeContinued_IsKeptWholeAndHistoryIsUnknown(JournalDamage damage, string problem)
    {
        var disk = Written(6, out _);
        var lines = Lines(disk[Path]);
        disk[Path] = damage switch
        {
            JournalDamage.Empty => [],
            JournalDamage.WithoutCheckpoint => [.. lines.Skip(1).SelectMany(line => line)],
            JournalDamage.LineMissing => [.. lines.Where((_, index) => index != 3).SelectMany(line => line)],
            _ => [.. lines[0], .. lines[1], .. new byte[lines[2].Length - 1], (byte)'\n',
                .. lines.Skip(3).SelectMany(line => line)],
        };
        var content = disk[Path];

        // Until something is written, each process finds the fault.
        for (var start = 0; start < 3; start++)
        {
            using var next = new JournalWriter(_options, _state, Files(disk));
            Assert.False(next.History.IsKnown);
            Assert.Contains(problem, Assert.Single(next.History.Problems), StringComparison.Ordinal);
            Assert.Contains(problem, Assert.Single(next.Lines(EventIds.JournalSetAside)), StringComparison.Ordinal);
            // Of an empty one it is known how far it got by the last decision only.
            Assert.InRange(next.Seq, damage == JournalDamage.Empty ? 1 : 6, 6);
        }
        using (var last = new JournalWriter(_options, _state, Files(disk)))
            Assert.True(last.Append(new JournalEntry(JournalEvent.Clock)));
        Assert.Equal(content, disk[Path + ".corrupt-1"]);
        using var after = new JournalWriter(_options, _state, Files(disk));
        Assert.True(after.History.IsKnown);
    }

    [Fact]
    public void Journal_WithALineTwice_HasLostNothing()
    {
        var disk = Written(6, out var writer);
        var lines = Lines(disk[Path]);
        disk[Path] = [.. lines.Take(3).Append(lines[2]).Concat(lines.Skip(3)).SelectMany(line => line)];
        var content = disk[Path];
        using var next = new JournalWriter(_options, _state, Files(disk));
        Assert.True(next.History.IsKnown);
        Assert.Contains("has number 2 and follows 2", Assert.Single(next.History.Problems), StringComparison.Ordinal);
        Assert.Equal((6, JournalWriter.Text(writer.State)), (next.Seq, JournalWriter.Text(next.State)));
        Assert.True(next.Append(new JournalEntry(JournalEvent.Clock)));
        Assert.Equal(content, disk[Path + ".corrupt-1"]);
    }

    [Fact]
    public void Journal_DamagedAgain_KeepsBoth()
    {
        var disk = Written(3, out _);
        for (var time = 1; time <= 3; time++)
        {
            disk[Path] = [(byte)time];
            using var writer = new JournalWriter(_options, _state, Files(disk));
            Assert.True(writer.Append(new JournalEntry(JournalEvent.Clock)));
        }
        Assert.Equal([1, 2, 3], Enumerable.Range(1,
            3).Select(number => (int)Assert.Single(disk[$"{Path}.corrupt-{number}"])));
    }

    [Theory]
    [InlineData(".1")]
    [InlineData(".3")]
    [InlineData(".corrupt-1")]
    public void Journal_MissingBesideAnOlderFile_IsUnknownAndFoldsWhatIsLeft(string other)
    {
        var disk = Written(6, out var writer);
        disk[Path + other] = disk[Path];
        disk.Remove(Path);
        using var next = new JournalWriter(_options, _state, Files(disk));
        Assert.False(next.History.IsKnown);
        if (!other.Contains("corrupt", StringComparison.Ordinal))
            Assert.Equal((6, JournalWriter.Text(writer.State.WithHistoryUnknown(writer.State.Paused))),
                (next.Seq, JournalWriter.Text(next.State)));
    }

    [Fact]
    public void Journal_RemovedOrCutOrReplacedWhileRunning_IsBegunAnewFromMemory()
    {
        var disk = Written(6, out _);
        var histories = new Histories(9);
        using var writer = new JournalWriter(_options, _state, Files(disk));
        foreach (var meddle in new Action[] { () => disk.Remove(Path), () => disk[Path] = [],
            () => disk[Path] = disk[Path][..40], () => disk[Path] = new byte[disk[Path].Length] })
        {
            meddle();
            Assert.True(writer.Append(histories.After(writer.Seq)));
            Assert.True(writer.Append(histories.After(writer.Seq)));
            using var next = new JournalWriter(_options, _state, disk.Kill().Files);
            Assert.True(next.History.IsKnown);
            Assert.Equal((writer.Seq, JournalWriter.Text(writer.State)), (next.Seq, JournalWriter.Text(next.State)));
        }
    }
}
