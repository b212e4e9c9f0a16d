using NicHangExporter.Api;
using NicHangExporter.Hosting;
using NicHangExporter.Linux;
using NicHangExporter.Options;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.State;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Tests.Remediation;

/// <summary>
/// Kills, power cuts and refusals at every call: nothing that was acknowledged is lost, nothing is there twice, and the
/// history stays known.
/// </summary>
public sealed class JournalCrashTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ExporterOptions _options;
    private readonly StateDirectory _state;
    private readonly List<JournalEntry> _entries = [];

    public JournalCrashTests()
    {
        _options = new ExporterOptions { Paths = new() { StateDirectory = _directory.Path } };
        _state = new StateDirectory(_options);
        var histories = new Histories(1);
        for (var seq = 0; seq < 26; seq++)
            _entries.Add(histories.After(seq));
    }

    private string Path => _directory.File("journal.jsonl");

    public void Dispose()
    {
        _state.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData(Crash.Kill)]
    [InlineData(Crash.PowerCut)]
    [InlineData(Crash.PowerCutWithNamesInAnyOrder)]
    public void Journal_StoppedAtEveryCall_LosesNothingAcknowledged(Crash crash)
    {
        var calls = Rehearse(out var files);
        Assert.True(files >= 3, $"only {files} files were begun");
        var points = 0;
        for (var call = 0; call <= calls; call++)
            for (var luck = 0; luck < (crash == Crash.Kill ? 1 : 12); luck++, points++)
            {
                var disk = new FaultyDisk();
                var acknowledged = Run(disk, (number, _) => Stop(number == call));
                var random = new Random((call * 100) + luck);
                AssertRemembers(crash == Crash.Kill ? disk.Kill()
                    : disk.Cut(random, crash == Crash.PowerCutWithNamesInAnyOrder), acknowledged,
                    // An older file may have lost its name to the newer one: the state is whole all the same.
                    lines: crash != Crash.PowerCutWithNamesInAnyOrder);
            }
        TestContext.Current.SendDiagnosticMessage($"{points} crashes at {calls} calls");
    }

    public enum Crash
    {
        Kill,
        PowerCut,
        PowerCutWithNamesInAnyOrder,
    }

    [Theory]
    [InlineData(typeof(IOException))]
    [InlineData(typeof(UnauthorizedAccessException))]
    public void Journal_RefusedOnceAtEveryCall_WritesItLater(Type refusal)
    {
        var calls = Rehearse(out _);
        for (var call = 0; call < calls; call++)
            foreach (var tear in new[] { 0, 0.5, 1 })
            {
                var disk = new FaultyDisk { Tear = tear };
                var acknowledged = Run(disk, (number, _) => Refuse(number == call, refusal), out var writer);

                Assert.True(writer.Journal.Retry());
                Assert.True(writer.Journal.IsWritable);
                Assert.InRange(writer.Journal.WriteFailures, 0, 1);
                Assert.InRange(_entries.Count - acknowledged, 0, 1);
                Assert.Equal(_entries.Count, AssertRemembers(disk.Cut(new Random(call)), _entries.Count));
            }
    }

    [Fact]
    public void Journal_OnADiskThatFailsAtRandomAndIsStoppedAtRandom_LosesNothingAcknowledged()
    {
        for (var seed = 0; seed < 1000; seed++)
        {
            var luck = new Random(seed);
            var stop = luck.Next(20, 200);
            var disk = new FaultyDisk { Tear = luck.NextDouble() };
            var acknowledged = Run(disk, (number, _) =>
            {
                Stop(number == stop);
                Refuse(luck.Next(6) == 0, typeof(IOException));
            });
            // First killed, then without power: what the dead process could not sync can be read until then.
            if (seed % 2 == 0)
                AssertRemembers(disk.Cut(luck), acknowledged);
            else
            {
                disk.Fate = (_, _) => { };
                using (var next = new JournalWriter(_options, _state, disk.Files))
                {
                    Assert.True(next.History.IsKnown);
                    Assert.InRange(next.Seq, acknowledged, _entries.Count);
                    if (next.Seq < _entries.Count && next.Append(_entries[(int)next.Seq]))
                        acknowledged = (int)next.Seq;
                }
                AssertRemembers(disk.Cut(luck), acknowledged);
            }
        }
    }

    [Fact]
    public void Journal_WhoseDiskFailsForLong_KeepsTheSumOfWhatItCouldNotWrite()
    {
        var disk = new FaultyDisk();
        using var writer = new JournalWriter(_options, _state, disk.Files);
        var histories = new Histories(2);
        for (var number = 0; number < 10; number++)
            Assert.True(writer.Append(histories.After(writer.Seq)));
        disk.Fate = (_, kind) => Refuse(kind == "write", typeof(IOException));
        for (var number = 0; number < (2 * Journal.MaxWaiting) + 10; number++)
        {
            writer.Clock.Advance(TimeSpan.FromSeconds(1));
            Assert.False(writer.Append(histories.After(writer.Seq)));
        }
        Assert.False(writer.Journal.IsWritable);
        Assert.False(writer.Journal.Retry());
        Assert.Single(writer.Lines(EventIds.JournalUnavailable));

        disk.Fate = (_, _) => { };
        Assert.True(writer.Journal.Retry());

        Assert.Contains($"{2 * Journal.MaxWaiting} of the entries",
            Assert.Single(writer.Lines(EventIds.JournalRecovered)), StringComparison.Ordinal);
        using var next = new JournalWriter(_options, _state, disk.Cut(new Random(1)).Files);
        Assert.True(next.History.IsKnown);
        Assert.Equal(writer.Seq, next.Seq);
        Assert.Equal(JournalWriter.Text(writer.State), JournalWriter.Text(next.State));
    }

    [Fact]
    public void Journal_ThatFlaps_IsLoggedOnceAMinute()
    {
        var disk = new FaultyDisk();
        using var writer = new JournalWriter(_options, _state, disk.Files);
        for (var number = 0; number < 240; number++)
        {
            var fails = number % 2 == 1;
            disk.Fate = (_, kind) => Refuse(fails && kind == "fsync", typeof(IOException));
            Assert.Equal(!fails, writer.Append(new JournalEntry(JournalEvent.Clock)));
            writer.Clock.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.Equal(120, writer.Journal.WriteFailures);
        Assert.Equal(4, writer.Lines(EventIds.JournalUnavailable).Count());
        Assert.Equal(4, writer.Lines(EventIds.JournalRecovered).Count());
    }

    private static void Stop(bool now)
    {
        if (now)
            throw new OperationCanceledException("the process has ended");
    }

    private static void Refuse(bool now, Type refusal)
    {
        if (now)
            throw (Exception)Activator.CreateInstance(refusal, "No space left on device")!;
    }

    private int Rehearse(out int files)
    {
        var disk = new FaultyDisk();
        Assert.Equal(_entries.Count, Run(disk, (_, _) => { }));
        files = disk.Paths.Count(path => path != Path + ".new");
        return disk.Calls;
    }

    private int Run(FaultyDisk disk, Action<int, string> fate) => Run(disk, fate, out _);

    // Two processes one after the other on a disk with this fate; returns the last number that was acknowledged.
    private int Run(FaultyDisk disk, Action<int, string> fate, out JournalWriter last)
    {
        disk.Fate = fate;
        var acknowledged = 0;
        last = null!;
        try
        {
            foreach (var until in new[] { 7, _entries.Count })
            {
                last?.Dispose();
                last = new JournalWriter(_options, _state, disk.Files);
                for (var attempt = 0; !last.Journal.IsOpen && attempt < 50; attempt++)
                    last.Open();
                while (last.Journal.IsOpen && last.Seq < until)
                    if (last.Append(_entries[(int)last.Seq]))
                        acknowledged = (int)last.Seq;
                for (var attempt = 0; !last.Journal.Retry() && attempt < 50; attempt++)
                {
                }
            }
        }
        catch (OperationCanceledException)
        {
            // As if killed: nothing is closed or written any more.
        }
        return acknowledged;
    }

    // Returns the last number that is remembered.
    private int AssertRemembers(FaultyDisk disk, int acknowledged, bool lines = true)
    {
        int remembered;
        using (var next = new JournalWriter(_options, _state, disk.Files))
        {
            Assert.True(next.History.IsKnown, string.Join("; ", next.History.Problems));
            Assert.InRange(next.Seq, acknowledged, _entries.Count);
            remembered = (int)next.Seq;
            Assert.Equal(JournalWriter.Text(Fold(remembered)), JournalWriter.Text(next.State));
            if (remembered > 0)
                Assert.Equal((_entries[remembered - 1].Age, _entries[remembered - 1].Boot),
                    (next.History.LastAge, next.History.LastBoot));
            Assert.True(next.Append(_entries[0] with { Event = JournalEvent.Paused, Key = null, Episode = null }));
            Assert.True(next.Append(_entries[0] with { Event = JournalEvent.Resumed, Key = null, Episode = null }));
        }
        if (!lines)
            return remembered;
        var numbers = new[] { ".4", ".3", ".2", ".1", "" }.Where(age => disk.Paths.Contains(Path + age))
            .SelectMany(age => JournalWriter.Entries(disk[Path + age])).Select(entry => entry.Seq);
        Assert.Equal(Enumerable.Range(1, remembered + 2).Select(number => (long)number), numbers);
        return remembered;
    }

    private RemediationState Fold(int count) =>
        _entries.Take(count).Aggregate(RemediationState.Empty, (state, entry) => state.After(entry));
}
