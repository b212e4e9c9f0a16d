using System.Text;
using NicHangExporter.Hosting;
using NicHangExporter.Remediation.Journaling;

namespace NicHangExporter.Tests.Remediation;

/// <summary>A journal whose end was cut off, as by a loss of power.</summary>
public sealed class TornJournalTests : JournalDamageFixture
{
    [Fact]
    public void Scan_OfAJournalCutAtEveryByte_GivesTheWholeLinesBeforeTheCut()
    {
        var content = Written(30, out _)[Path];
        var ends = Ends(content);
        for (var cut = 0; cut <= content.Length; cut++)
        {
            var scan = JournalFileScan.Of(content.AsSpan(0, cut));
            var whole = ends.Count(end => end <= cut);
            if (whole == 0)
            {
                Assert.NotNull(scan.Fault);
                Assert.Null(scan.State);
                continue;
            }
            Assert.Null(scan.Fault);
            Assert.Equal(ends[whole - 1], scan.Length);
            Assert.Equal(cut - ends[whole - 1], scan.Torn);
            Assert.Equal(JournalFileScan.Of(content.AsSpan(0, scan.Length)).HighestSeq, scan.Last!.Seq);
        }
        Assert.InRange(content.Length, 3000, 50000);
    }

    [Fact]
    public void Journal_TornAtEveryByteOfItsLastLine_GoesOnAfterTheLineBefore()
    {
        var written = Written(12, out var writer);
        var ends = Ends(written[Path]);
        for (var cut = ends[^2] + 1; cut < ends[^1]; cut++)
        {
            var disk = new FaultyDisk { [Path] = written[Path][..cut] };
            using (var next = new JournalWriter(_options, _state, Files(disk)))
            {
                Assert.True(next.History.IsKnown);
                Assert.Equal(writer.Seq - 1, next.Seq);
                Assert.Contains($"The last {cut - ends[^2]} bytes", Assert.Single(next.Lines(EventIds.JournalTorn)),
                    StringComparison.Ordinal);
                Assert.True(next.Append(new JournalEntry(JournalEvent.Paused)));
            }
            Assert.Equal(Enumerable.Range(1, (int)writer.Seq).Select(seq => (long)seq),
                JournalWriter.Entries(disk[Path]).Select(entry => entry.Seq));
            using var last = new JournalWriter(_options, _state, Files(disk));
            Assert.True(last.State.Paused);
        }
    }

    [Theory]
    [InlineData("\0\0\0\0\0\0\0\0")]
    [InlineData("{\"event\":\"inte")]
    [InlineData("\u0001ELF\ufffd")]
    [InlineData("{\"event\":\"clock\",\0\0\0\0\0\0\0\0\"crc\":\"00000000\"}\n")]
    public void Journal_WithATornLineOfWhateverKind_GoesOn(string torn)
    {
        var disk = Written(12, out var writer);
        disk[Path] = [.. disk[Path], .. Encoding.UTF8.GetBytes(torn)];
        using var next = new JournalWriter(_options, _state, Files(disk));
        Assert.True(next.History.IsKnown);
        Assert.Equal(JournalWriter.Text(writer.State), JournalWriter.Text(next.State));
        Assert.True(next.Append(new JournalEntry(JournalEvent.Clock)));
        Assert.Equal(13, JournalWriter.Entries(disk[Path]).Count());
    }

    [Fact]
    public void Journal_WithADamagedLastLine_KeepsItAsideAndHistoryIsUnknown()
    {
        var disk = Written(12, out _);
        var content = disk[Path];
        content[^30] ^= 1;
        using var next = new JournalWriter(_options, _state, Files(disk));
        Assert.False(next.History.IsKnown);
        Assert.Empty(next.Lines(EventIds.JournalTorn));
        Assert.True(next.Append(new JournalEntry(JournalEvent.Clock)));
        Assert.Equal(content, disk[Path + ".corrupt-1"]);
    }
}
