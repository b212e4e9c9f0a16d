using System.Text;
using NicHangExporter.Linux.Kmsg;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Linux.Tests.Kmsg;

public sealed class SyslogReaderTests
{
    private readonly FakeSyslog _log = new();

    // What syslog(2) gave on a machine where a process called "veth0: tx hang\n" crashed, and user space wrote to
    // /dev/kmsg.
    [Fact]
    public void TryTake_OfARealLog_GivesRecordsWithAllTheirLines()
    {
        var recording = Some.Recording("syslog-segfault.raw");
        var reader = new SyslogReader((action, buffer) =>
        {
            if (action == SyslogAction.ReadAll)
                recording.CopyTo(buffer);
            return recording.Length;
        });

        Assert.Equal(SyslogNews.First, reader.Poll());
        var records = Take(reader);

        Assert.Equal(17, records.Count);
        Assert.StartsWith("04:08:58.2372870 6 veth0: tx hang|[19330]: segfault at 1 ip ", records[12],
            StringComparison.Ordinal);
        Assert.Equal("04:00:50.9487190 11 a|b\\x\u0001||c", records[11]);
        Assert.Contains(records, record => record.EndsWith("30 first|second \\ \u0001\u007f é||last",
            StringComparison.Ordinal));
        // A prefix in user space's text is part of the text. The record's own prefix has another facility.
        Assert.Contains(records, record =>
                record.EndsWith(
                    "11 [    1.000000] e1000e 0000:00:1f.6 eno1: Detected Hardware Unit Hang:|<0>[    2.000000] "
                    + "eno1: tx hang",
                StringComparison.Ordinal));
        Assert.Equal(SyslogNews.Continued, reader.Poll());
        Assert.Empty(Take(reader));
    }

    [Fact]
    public void Poll_AfterNewRecords_GivesThoseOnly()
    {
        _log.Print(1, "a");
        var reader = _log.Open();
        Assert.Equal(SyslogNews.First, reader.Poll());
        Assert.Equal(["00:00:01 3 a"], Take(reader));

        _log.Print(2, "b\nc", priority: 12);
        _log.Print(2.5, "d");

        Assert.Equal(SyslogNews.Continued, reader.Poll());
        Assert.Equal(["00:00:02 12 b|c", "00:00:02.5000000 3 d"], Take(reader));
    }

    [Fact]
    public void TryTake_RecordsOfTheSameMicrosecond_AreOne()
    {
        _log.Print(1, "a");
        _log.Print(1, "b");
        _log.Print(1, "c", priority: 4);
        var reader = _log.Open();
        reader.Poll();

        Assert.Equal(["00:00:01 3 a|b", "00:00:01 4 c"], Take(reader));
    }

    // 18 bytes of prefix: with 52 lines the longest text still fits, with 53 it may not.
    [Theory]
    [InlineData(1, false)]
    [InlineData(16, false)]
    [InlineData(52, false)]
    [InlineData(53, true)]
    public void TryTake_SoManyLines_MayLackFurtherOnes(int lines, bool expected)
    {
        _log.Print(1, string.Join('\n', Enumerable.Repeat("x", lines)));
        var reader = _log.Open();
        reader.Poll();

        Assert.True(reader.TryTake(out var record));
        Assert.Equal(lines, Encoding.UTF8.GetString(record.Text).Split('\n').Length);
        Assert.Equal(expected, record.MayLackLines);
    }

    // For any text, a record of which the kernel has left out lines is marked.
    [Fact]
    public void TryTake_RecordThatLacksLines_IsAlwaysKnownForIt()
    {
        var random = new Random(19);
        var cut = 0;
        for (var run = 0; run < 20_000; run++)
        {
            var text = new StringBuilder("eno1: tx hang");
            var longest = random.Next(2, 60);
            while (text.Length < 1024)
                text.Append(random.Next(10) == 0 && text.Length > 900 ? 'x' : '\n').Append('x', random.Next(longest));
            text.Length = random.Next(20, 1025);
            var log = new FakeSyslog();
            log.Print(random.Next(2) * 1e6, text.ToString());
            var reader = log.Open();
            reader.Poll();

            Assert.True(reader.TryTake(out var record));
            var isWhole = record.Text.Length == text.Length;
            cut += isWhole ? 0 : 1;
            Assert.True(isWhole || record.MayLackLines, text.ToString());
        }
        Assert.True(cut > 100, $"only {cut} records lack lines");
    }

    [Fact]
    public void Newest_IsTheNewestTimeOfWhatIsNew()
    {
        _log.Print(5, "a");
        _log.Print(4, "b");
        var reader = _log.Open();
        reader.Poll();
        Assert.Equal(TimeSpan.FromSeconds(5), reader.Newest);

        _log.Print(3, "c");
        reader.Poll();
        Assert.Equal(TimeSpan.FromSeconds(3), reader.Newest);
        reader.Poll();
        Assert.Null(reader.Newest);
    }

    // The last poll ended with a record, so the next text is another record at any time.
    [Fact]
    public void TryTake_RecordOfTheSameMicrosecondAsTheLastLook_IsOneOfItsOwn()
    {
        _log.Print(1, "a");
        var reader = _log.Open();
        reader.Poll();
        _log.Print(1, "b");

        Assert.Equal(SyslogNews.Continued, reader.Poll());
        Assert.Equal(["00:00:01 3 b"], Take(reader));
    }

    [Fact]
    public void Poll_RingThatOvertookTheReader_IsAGap()
    {
        _log.Print(1, "a");
        var reader = _log.Open();
        reader.Poll();
        _log.Clear();

        Assert.Equal(SyslogNews.Gap, reader.Poll());
        Assert.Empty(Take(reader));
        Assert.Equal(SyslogNews.First, reader.Poll());
        _log.Print(2, "b");
        Assert.Equal(SyslogNews.First, reader.Poll());
        Assert.Equal(["00:00:02 3 b"], Take(reader));
        _log.Clear();
        _log.Print(3, "c");
        Assert.Equal(SyslogNews.Gap, reader.Poll());
        Assert.Equal(["00:00:03 3 c"], Take(reader));
    }

    [Fact]
    public void Poll_WithoutTimes_GivesNothingAndGoesOnWhenTheyAreBack()
    {
        _log.Print(1, "a");
        var reader = _log.Open();
        reader.Poll();
        _log.Print(2, "[    1.000000] b");
        _log.Times = false;

        Assert.Equal(SyslogNews.NoTimes, reader.Poll());
        Assert.Empty(Take(reader));
        _log.Times = true;
        Assert.Equal(SyslogNews.Continued, reader.Poll());
        Assert.Equal(["00:00:02 3 [    1.000000] b"], Take(reader));
    }

    [Fact]
    public void Poll_ThatFails_SaysWhyAndTheNextGoesOn()
    {
        _log.Print(1, "a");
        var reader = _log.Open();
        reader.Poll();
        _log.Print(2, "b");
        _log.Fails = Errno.NotPermitted;

        var failure = Assert.Throws<LinuxException>(() => reader.Poll());
        Assert.Equal((Errno.NotPermitted, "syslog"), (failure.Errno, failure.Operation));
        Assert.Empty(Take(reader));
        _log.Fails = Errno.None;
        Assert.Equal(SyslogNews.Continued, reader.Poll());
        Assert.Equal(["00:00:02 3 b"], Take(reader));
    }

    [Fact]
    public void Open_WithoutTheRight_SaysSo()
    {
        _log.Fails = Errno.NotPermitted;
        Assert.Equal(Errno.NotPermitted, Assert.Throws<LinuxException>(_log.Open).Errno);
    }

    // For any output between polls, each record is given once, or a gap is reported.
    [Fact]
    public void Poll_OfAnyStream_GivesEachRecordOnceOrTellsTheGap()
    {
        var random = new Random(18);
        for (var run = 0; run < 50; run++)
        {
            var log = new FakeSyslog { Size = 8 * 1024 };
            var reader = log.Open();
            var next = 0;
            var wanted = 0;
            for (var look = 0; look < 30; look++)
            {
                for (var burst = random.Next(4) == 0 ? random.Next(1500) : random.Next(20); burst > 0; burst--, next++)
                    log.Print(next / 1e3, $"record {next}{(random.Next(5) == 0 ? "\nmore" : "")}");
                var news = reader.Poll();
                while (reader.TryTake(out var record))
                {
                    var number = (int)Math.Round(record.SinceBoot.TotalMilliseconds);
                    Assert.StartsWith($"record {number}", Encoding.UTF8.GetString(record.Text),
                        StringComparison.Ordinal);
                    if (number != wanted)
                    {
                        Assert.True(news != SyslogNews.Continued && number > wanted,
                            $"{number} instead of {wanted} after {news}");
                        news = SyslogNews.Continued;
                    }
                    wanted = number + 1;
                }
                Assert.Equal(next, wanted);
            }
        }
    }

    [Fact]
    public void TryTake_TextBeyondAnyRecord_IsCut()
    {
        for (var i = 0; i < 400; i++)
            _log.Print(1, new string('x', 100));
        var reader = _log.Open();
        reader.Poll();

        Assert.True(reader.TryTake(out var record));
        Assert.Equal(16 * 1024, record.Text.Length);
        Assert.False(reader.TryTake(out _));
    }

    private static List<string> Take(SyslogReader reader)
    {
        var records = new List<string>();
        while (reader.TryTake(out var record))
            records.Add(
                $"{record.SinceBoot} {record.Priority} {Encoding.UTF8.GetString(record.Text).Replace('\n', '|')}");
        return records;
    }

}
