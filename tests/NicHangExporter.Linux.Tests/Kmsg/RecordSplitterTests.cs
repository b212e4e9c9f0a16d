using NicHangExporter.Linux.Kmsg;

namespace NicHangExporter.Linux.Tests.Kmsg;

public class RecordSplitterTests
{
    private const int Capacity = 16 * 1024;

    [Fact]
    public void Take_AnyCutsOfAnyRecording_GivesTheSameRecords()
    {
        var random = new Random(99);
        foreach (var name in Recordings.Names)
        {
            var recording = Some.Recording(name);
            var expected = Recordings.Split(recording);
            foreach (var longest in (int[])[1, 2, 7, 100, 5000])
                Assert.Equal(
                    expected, Feed(new RecordSplitter(Capacity), recording, () => random.Next(1, longest + 1)).Records);
        }
    }

    [Fact]
    public void Take_RandomLines_AgreesWithTheNaiveReading()
    {
        var random = new Random(5);
        for (var round = 0; round < 2_000; round++)
        {
            var bytes = new byte[random.Next(200)];
            random.GetItems("ab \n\n"u8, bytes);
            Assert.Equal(
                Recordings.Split(bytes), Feed(new RecordSplitter(Capacity), bytes, () => random.Next(1, 20)).Records);
        }
    }

    [Fact]
    public void Take_RecordWithoutAFollowingByte_Waits()
    {
        var splitter = new RecordSplitter(Capacity);
        Put(splitter, "6,1,2,-;x\n"u8);
        Assert.Equal(KmsgReadStatus.NothingNow, splitter.Take(out _));
        Assert.True(splitter.HasPending);
        Assert.True(splitter.EndsInNewline);

        Put(splitter, " DEVICE=n8\n"u8);
        Assert.Equal(KmsgReadStatus.NothingNow, splitter.Take(out _));

        Put(splitter, "6"u8);
        Assert.Equal(KmsgReadStatus.Record, splitter.Take(out var record));
        Assert.True(record.SequenceEqual("6,1,2,-;x\n DEVICE=n8\n"u8));
        Assert.False(splitter.EndsInNewline);
    }

    [Theory]
    [InlineData(13_000)]
    [InlineData(16_384)]
    [InlineData(100_000)]
    public void Take_OverlongRecord_IsReportedOnceAndSkipped(int length)
    {
        byte[] recording =
        [
            .. "1,1,1,-;before\n"u8,
            .. Enumerable.Repeat((byte)'x', length),
            .. "\n DEVICE=n8\n"u8,
            .. "1,2,1,-;after\n"u8,
        ];
        foreach (var step in (int[])[1, 1000, 4096])
        {
            var (records, oversized) = Feed(new RecordSplitter(Capacity), recording, () => step);
            Assert.Equal([.. "1,1,1,-;before\n"u8], records[0]);
            Assert.Equal([.. "1,2,1,-;after\n"u8], records[1]);
            Assert.Equal(2, records.Count);
            Assert.Equal(1, oversized);
        }
    }

    [Fact]
    public void Take_LongestRecordOfAnyKernel_IsNotOversized()
    {
        byte[] record = [.. "6,1,2,-;"u8, .. Enumerable.Repeat((byte)'x', 8183), (byte)'\n'];
        Assert.Equal(8192, record.Length);
        var (records, oversized) = Feed(new RecordSplitter(Capacity), [.. record, .. record, .. record], () => 4096);
        Assert.Equal([record, record, record], records);
        Assert.Equal(0, oversized);
    }

    [Fact]
    public void Free_HasAlwaysRoomForAPacket()
    {
        var splitter = new RecordSplitter(Capacity);
        for (var i = 0; i < 50_000; i++)
        {
            Assert.True(splitter.Free().Length >= RecordSplitter.PacketSize);
            Put(splitter, i % 5000 == 4999 ? "\n"u8 : "x"u8);
            while (splitter.Take(out _) != KmsgReadStatus.NothingNow)
                continue;
        }
    }

    private static void Put(RecordSplitter splitter, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(splitter.Free());
        splitter.Filled(bytes.Length);
    }

    private static (List<byte[]> Records, int Oversized) Feed(RecordSplitter splitter, byte[] recording, Func<int> step)
    {
        var records = new List<byte[]>();
        var oversized = 0;
        for (var at = 0; at < recording.Length;)
        {
            var length = Math.Min(step(), Math.Min(recording.Length - at, RecordSplitter.PacketSize));
            Put(splitter, recording.AsSpan(at, length));
            at += length;
            while (splitter.Take(out var record) is var status and not KmsgReadStatus.NothingNow)
                if (status == KmsgReadStatus.Record)
                    records.Add(record.ToArray());
                else
                    oversized++;
        }
        if (splitter.Flush() is { IsEmpty: false } last)
            records.Add(last.ToArray());
        return (records, oversized);
    }
}
