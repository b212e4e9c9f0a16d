using System.Text;
using NicHangExporter.Linux.Kmsg;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Linux.Tests.Kmsg;

public sealed class KmsgReaderPipeTests : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("anonymous")]
    [InlineData("named")]
    [InlineData("stream")]
    public void Read_RecordsOfAPipe_AreDelivered(string kind)
    {
        using var pipe = Pipe(kind);
        using var reader = new KmsgReader(pipe.Path);
        Assert.Equal(KmsgReadStatus.NothingNow, reader.Read(out _));

        pipe.Write("3,1,2,-;one;\\x0a two\n SUBSYSTEM=pci\n DEVICE=+pci:0000:00:1f.6\n");
        pipe.Write("6,2,3,-;two\n");

        Assert.Equal("3,1,2,-;one;\\x0a two\n SUBSYSTEM=pci\n DEVICE=+pci:0000:00:1f.6\n", Next(reader));
        Assert.Equal("6,2,3,-;two\n", Next(reader));
        Assert.Equal(KmsgReadStatus.NothingNow, reader.Read(out var nothing));
        Assert.True(nothing.IsEmpty);
    }

    [Fact]
    public void Read_AnonymousPacketPipe_GivesEveryPacketOfARecording()
    {
        var records = Recordings.Split(Some.Recording("kmsg-virtio.raw"));
        using var pipe = PacketPipe.Anonymous();
        using var reader = new KmsgReader(pipe.Path);
        foreach (var record in records)
            pipe.Write(record);
        foreach (var record in records)
            Assert.Equal(Encoding.UTF8.GetString(record), Next(reader));
    }

    [Fact]
    public void Read_PacketsAsLongAsAPacketCanBe_AreWhole()
    {
        using var pipe = PacketPipe.Anonymous();
        using var reader = new KmsgReader(pipe.Path);
        var packet = "6,1,2,-;" + new string('x', 4096 - 9) + "\n";
        for (var i = 0; i < 8; i++)
            pipe.Write(packet);
        for (var i = 0; i < 8; i++)
            Assert.Equal(packet, Next(reader));
    }

    [Fact]
    public void Read_DictionaryLinesInLaterWrites_BelongToTheRecord()
    {
        using var pipe = Pipe("stream");
        using var reader = new KmsgReader(pipe.Path);
        pipe.Write("3,1,2,-;text\n");
        pipe.Write(" SUBSYSTEM=pci\n");
        pipe.Write(" DEVICE=+pci:0000:00:1f.6\n");
        Assert.Equal("3,1,2,-;text\n SUBSYSTEM=pci\n DEVICE=+pci:0000:00:1f.6\n", Next(reader));
    }

    [Fact]
    public void Read_HalfALine_WaitsForItsWriter()
    {
        using var pipe = Pipe("stream");
        using var reader = new KmsgReader(pipe.Path);
        pipe.Write("3,1,2,-;te");
        Assert.Equal(KmsgReadStatus.NothingNow, reader.Read(out _));
        // Longer than a whole record would have waited.
        Assert.False(reader.Wait(TimeSpan.FromMilliseconds(60), TestContext.Current.CancellationToken));
        Assert.Equal(KmsgReadStatus.NothingNow, reader.Read(out _));
        pipe.Write("xt\n");
        Assert.Equal("3,1,2,-;text\n", Next(reader));
    }

    [Fact]
    public void Read_OverlongRecord_IsOversizedOnceAndTheNextIsRead()
    {
        using var pipe = Pipe("stream");
        using var reader = new KmsgReader(pipe.Path);
        pipe.Write("6,1,2,-;" + new string('x', 40_000) + "\n DEVICE=n8\n6,2,3,-;next\n");
        Assert.Equal(KmsgReadStatus.Oversized, reader.Read(out var nothing));
        Assert.True(nothing.IsEmpty);
        Assert.Equal("6,2,3,-;next\n", Next(reader));
    }

    [Fact]
    public void Read_WriterGone_FlushesEvenHalfALine()
    {
        using var pipe = Pipe("stream");
        using var reader = new KmsgReader(pipe.Path);
        pipe.Write("6,1,2,-;no newline");
        pipe.CloseWriter();
        Assert.Equal("6,1,2,-;no newline", Next(reader));
        Assert.Equal(KmsgReadStatus.NothingNow, reader.Read(out _));
    }

    [Fact]
    public void Wait_WriterGone_DoesNotSpinAndGoesOnWithTheNext()
    {
        using var pipe = Pipe("named");
        using var reader = new KmsgReader(pipe.Path);
        pipe.Write("6,1,2,-;one\n");
        Assert.Equal("6,1,2,-;one\n", Next(reader));
        pipe.CloseWriter();
        Assert.Equal(KmsgReadStatus.NothingNow, reader.Read(out _));

        Idle.While(() =>
            Assert.False(reader.Wait(TimeSpan.FromMilliseconds(300), TestContext.Current.CancellationToken)));

        pipe.OpenWriter();
        pipe.Write("6,2,3,-;two\n");
        Assert.Equal("6,2,3,-;two\n", Next(reader));
    }

    [Fact]
    public void Wait_NoWriterYet_DoesNotSpinAndSeesTheFirst()
    {
        using var pipe = Pipe("named");
        pipe.CloseWriter();
        using var reader = new KmsgReader(pipe.Path);
        Assert.Equal(KmsgReadStatus.NothingNow, reader.Read(out _));
        Idle.While(() =>
            Assert.False(reader.Wait(TimeSpan.FromMilliseconds(300), TestContext.Current.CancellationToken)));
        pipe.OpenWriter();
        pipe.Write("6,1,2,-;one\n");
        Assert.Equal("6,1,2,-;one\n", Next(reader));
    }

    [Fact]
    public async Task Wait_Cancelled_WakesAtOnce()
    {
        using var pipe = PacketPipe.Anonymous();
        using var reader = new KmsgReader(pipe.Path);
        using var source = new CancellationTokenSource();
        var wait = Task.Factory.StartNew(() => reader.Wait(Timeout.InfiniteTimeSpan, source.Token),
            TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await source.CancelAsync();
        Assert.False(await wait.WaitAsync(Long, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Wait_AfterACancelledOne_IsNotWokenByIt()
    {
        using var pipe = PacketPipe.Anonymous();
        using var reader = new KmsgReader(pipe.Path);
        using var source = new CancellationTokenSource();
        var wait = Task.Factory.StartNew(() => reader.Wait(Timeout.InfiniteTimeSpan, source.Token),
            TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await source.CancelAsync();
        Assert.False(await wait.WaitAsync(Long, TestContext.Current.CancellationToken));

        var clock = TimeProvider.System;
        var started = clock.GetTimestamp();
        Assert.False(reader.Wait(TimeSpan.FromMilliseconds(50), TestContext.Current.CancellationToken));
        Assert.True(clock.GetElapsedTime(started) >= TimeSpan.FromMilliseconds(50));
        pipe.Write("6,1,2,-;one\n");
        Assert.Equal("6,1,2,-;one\n", Next(reader));
    }

    [Fact]
    public void Wait_CancelledBefore_ReturnsWithoutWaiting()
    {
        using var pipe = PacketPipe.Anonymous();
        using var reader = new KmsgReader(pipe.Path);
        pipe.Write("6,1,2,-;one\n");
        var cancelled = new CancellationToken(canceled: true);
        Assert.False(reader.Wait(Timeout.InfiniteTimeSpan, cancelled));
    }

    [Fact]
    public void Wait_RecordsInTheBuffer_ReturnsAtOnce()
    {
        using var pipe = Pipe("stream");
        using var reader = new KmsgReader(pipe.Path);
        pipe.Write("6,1,2,-;one\n6,2,3,-;two\n6,3,4,-;three\n");
        Assert.Equal("6,1,2,-;one\n", Next(reader));
        Assert.True(reader.Wait(TimeSpan.Zero, TestContext.Current.CancellationToken));
        Assert.Equal("6,2,3,-;two\n", Next(reader));
        Assert.Equal("6,3,4,-;three\n", Next(reader));
        Assert.True(reader.Wait(TimeSpan.Zero, TestContext.Current.CancellationToken));
        Assert.Equal(KmsgReadStatus.NothingNow, reader.Read(out _));
        Assert.False(reader.Wait(TimeSpan.Zero, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Wait_Timeout_IsKeptAndNegativeOnesAreRefused()
    {
        using var pipe = PacketPipe.Anonymous();
        using var reader = new KmsgReader(pipe.Path);
        Assert.False(reader.Wait(TimeSpan.Zero, TestContext.Current.CancellationToken));
        Assert.False(reader.Wait(TimeSpan.FromMicroseconds(1), TestContext.Current.CancellationToken));
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            reader.Wait(TimeSpan.FromSeconds(-1), TestContext.Current.CancellationToken));
        pipe.Write("6,1,2,-;one\n");
        Assert.True(reader.Wait(TimeSpan.MaxValue, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Read_AfterDispose_Throws()
    {
        using var pipe = PacketPipe.Anonymous();
        var reader = new KmsgReader(pipe.Path);
        reader.Dispose();
        reader.Dispose();
        Assert.Throws<ObjectDisposedException>(() => reader.Read(out _));
        Assert.Throws<ObjectDisposedException>(() => reader.Wait(TimeSpan.Zero, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void ReadAndParse_PerRecord_AllocateNothing()
    {
        using var pipe = PacketPipe.Anonymous();
        using var reader = new KmsgReader(pipe.Path);
        var packet =
            "3,1,2,-;e1000e 0000:00:1f.6 eno1: NIC Link is Up\n SUBSYSTEM=pci\n DEVICE=+pci:0000:00:1f.6\n"u8.ToArray();
        var sequence = default(KmsgSequence);
        using var source = new CancellationTokenSource();
        // One stays in the buffer until the next has come.
        pipe.Write(packet);
        Batch();
        Assert.Equal(0, Allocations.Of(() =>
        {
            for (var i = 0; i < 500; i++)
                Batch();
        }));

        void Batch()
        {
            for (var i = 0; i < 14; i++)
                pipe.Write(packet);
            for (var i = 0; i < 14; i++)
            {
                Assert.True(reader.Wait(Long, source.Token));
                // Not Assert.Equal, which allocates.
                Assert.True(reader.Read(out var bytes) == KmsgReadStatus.Record);
                Assert.True(KmsgRecord.TryParse(bytes, out var record));
                Assert.True(record.Value("DEVICE"u8).Length == 17);
                sequence.Observe(record.Sequence);
            }
        }
    }

    private PacketPipe Pipe(string kind) => kind switch
    {
        "anonymous" => PacketPipe.Anonymous(),
        "named" => PacketPipe.Named(_directory.File("kmsg")),
        _ => PacketPipe.Stream(_directory.File("kmsg")),
    };

    private static string Next(KmsgReader reader)
    {
        while (true)
        {
            switch (reader.Read(out var record))
            {
                case KmsgReadStatus.Record:
                    return Encoding.UTF8.GetString(record);
                case KmsgReadStatus.NothingNow:
                    Assert.True(reader.Wait(Long, TestContext.Current.CancellationToken), "no record came");
                    break;
                case var status:
                    Assert.Fail($"{status} instead of a record");
                    break;
            }
        }
    }
}
