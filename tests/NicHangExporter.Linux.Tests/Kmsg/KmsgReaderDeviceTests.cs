using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using NicHangExporter.Linux.Kmsg;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Linux.Tests.Kmsg;

/// <summary>
/// The live device. Nothing else writes to the log here but the kernel and the other tests of the machine, so every
/// test looks for its own marker and lets strangers pass.
/// </summary>
[Collection(LiveKernel.Name)]
public sealed partial class KmsgReaderDeviceTests
{
    private const string Device = "/dev/kmsg";

    private readonly string _marker = $"nichang-{Guid.NewGuid():N}";

    public KmsgReaderDeviceTests()
    {
        Requires.Root();
        Requires.File(Device);
        Requires.That(MayOpen(), "needs the right to read /dev/kmsg (CAP_SYSLOG in the initial user namespace)");
    }

    [Theory]
    [InlineData("", 12)]
    [InlineData("<3>", 11)]
    [InlineData("<30>", 30)]
    [InlineData("<2047>", 2047)]
    [InlineData("<2051>", 11)]
    public void Read_RecordFromUserSpace_IsNeverTheKernels(string prefix, int priority)
    {
        using var reader = AtEnd(Device);
        Write($"{prefix}{_marker} a\\b\té;c\n DEVICE=+pci:0000:00:1f.6\n");

        Assert.True(KmsgRecord.TryParse(Next(reader, out _), out var record));
        Assert.Equal(priority, record.Priority);
        Assert.False(record.IsKernel);
        Assert.False(record.IsFragment);
        Assert.True(record.SinceBoot > TimeSpan.Zero);
        // The newline, too, arrives escaped, and so the dictionary line that follows it is text.
        Assert.Equal(
            $@"{_marker} a\x5cb\x09\xc3\xa9;c\x0a DEVICE=+pci:0000:00:1f.6", Encoding.UTF8.GetString(record.Text));
        Assert.True(record.Value("DEVICE"u8).IsEmpty);
    }

    [Fact]
    public void Wait_ForARecord_ReturnsWhenItIsWritten()
    {
        using var reader = AtEnd(Device);
        Write($"{_marker}\n");
        Assert.True(reader.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
    }

    // EINVAL consumes the record. Otherwise the reader would never pass it.
    [Fact]
    public void Read_RecordLongerThanTheBuffer_IsOversizedAndLost()
    {
        using var reader = AtEnd(Device, bufferSize: 100);
        Write($"{_marker[..20]} 1\n");
        Write($"{_marker[..20]} {new string('x', 200)}\n");
        Write($"{_marker[..20]} 3\n");

        Assert.True(KmsgRecord.TryParse(Next(reader, out _), out var first));
        var sequence = KmsgSequence.After(first.Sequence);
        Assert.True(KmsgRecord.TryParse(Next(reader, out var oversized), out var last));
        Assert.True(last.Text.EndsWith(" 3"u8));
        Assert.True(oversized >= 1);
        // What was too long is a gap as well.
        Assert.True(sequence.Observe(last.Sequence) >= 1);
    }

    // POLLERR after an overrun, EPIPE, and the exact number of lost records.
    [Fact]
    public void Read_AfterTheRingOvertookIt_TellsAndGoesOnWithTheExactCount()
    {
        using var reader = AtEnd(Device);
        Write($"{_marker} first\n");
        Assert.True(KmsgRecord.TryParse(Next(reader, out _), out var first));
        var (started, sequence) = (first.Sequence, KmsgSequence.After(first.Sequence));

        // No ring is so large: 20 000 records of 1 KiB.
        var text = Encoding.UTF8.GetBytes($"{_marker} {new string('x', 900)}\n");
        for (var i = 0; i < 20_000; i++)
            Write(text);
        Write($"{_marker} last\n");

        Assert.True(reader.Wait(TimeSpan.Zero, TestContext.Current.CancellationToken));
        var (overruns, records, lost) = (0, 0ul, 0ul);
        while (true)
        {
            var status = reader.Read(out var bytes);
            if (status == KmsgReadStatus.NothingNow)
                break;
            if (status == KmsgReadStatus.Overrun)
            {
                overruns++;
                Assert.True(reader.Wait(TimeSpan.Zero, TestContext.Current.CancellationToken));
                continue;
            }
            Assert.Equal(KmsgReadStatus.Record, status);
            Assert.True(KmsgRecord.TryParse(bytes, out var record));
            records++;
            lost += sequence.Observe(record.Sequence);
        }
        Assert.True(overruns >= 1);
        Assert.True(lost > 0);
        Assert.True(records + lost >= 20_001);
        Assert.Equal(sequence.Last!.Value - started, records + lost);
    }

    [Fact]
    public void Open_Device_IsTheKernels()
    {
        using var reader = new KmsgReader(Device);
        Assert.True(reader.IsKernelDevice);
    }

    [Fact]
    public void Open_Device_StartsAtTheOldestRecordAndDisturbsNobody()
    {
        using var first = new KmsgReader(Device);
        using var second = new KmsgReader(Device);
        Assert.Equal(KmsgReadStatus.Record, first.Read(out var one));
        Assert.True(KmsgRecord.TryParse(one, out var oldest));
        Assert.Equal(KmsgReadStatus.Record, second.Read(out var two));
        Assert.True(KmsgRecord.TryParse(two, out var same));
        Assert.Equal(oldest.Sequence, same.Sequence);
    }

    [Fact]
    public void Read_WholeRing_ParsesEveryRecordWithoutAllocation()
    {
        KmsgReader? opened = null;
        var (records, malformed) = (0, 0);
        Assert.Equal(0, Allocations.Of(Open, reader =>
        {
            while (reader.Read(out var bytes) is var status and not KmsgReadStatus.NothingNow)
                if (status == KmsgReadStatus.Record)
                    (records, malformed) = (records + 1, malformed + (KmsgRecord.TryParse(bytes, out _) ? 0 : 1));
        }));
        opened!.Dispose();
        Assert.True(records > 0);
        Assert.Equal(0, malformed);

        KmsgReader Open()
        {
            opened?.Dispose();
            opened = new KmsgReader(Device);
            Assert.Equal(KmsgReadStatus.Record, opened.Read(out _));
            return opened;
        }
    }

    private static bool MayOpen()
    {
        try
        {
            new KmsgReader(Device).Dispose();
            return true;
        }
        catch (LinuxException exception) when (exception.Errno is Errno.NotPermitted or Errno.Access)
        {
            return false;
        }
    }

    private static KmsgReader AtEnd(string path, int bufferSize = 16 * 1024)
    {
        var reader = new KmsgReader(path, bufferSize);
        while (reader.Read(out _) != KmsgReadStatus.NothingNow)
            continue;
        return reader;
    }

    // The next record with the marker, and the number of records before it that did not fit.
    private ReadOnlySpan<byte> Next(KmsgReader reader, out int oversized)
    {
        var marker = Encoding.UTF8.GetBytes(_marker[..20]);
        oversized = 0;
        while (true)
        {
            var status = reader.Read(out var record);
            if (status == KmsgReadStatus.Record && record.IndexOf(marker) >= 0)
                return record;
            if (status == KmsgReadStatus.Oversized)
                oversized++;
            if (status == KmsgReadStatus.NothingNow)
                Assert.True(
                    reader.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken),
                    "the marker did not come");
        }
    }

    private static void Write(string record) => Write(Encoding.UTF8.GetBytes(record));

    // One descriptor per record, because the kernel limits the rate per descriptor and drops records silently.
    private static unsafe void Write(ReadOnlySpan<byte> record)
    {
        using var file = Open(Device, 1, 0);
        Assert.False(file.IsInvalid);
        fixed (byte* bytes = record)
            Assert.Equal(record.Length, WriteBytes(file, bytes, record.Length));
    }

    [LibraryImport("libc.so.6", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags, uint mode);

    [LibraryImport("libc.so.6", EntryPoint = "write", SetLastError = true)]
    private static unsafe partial nint WriteBytes(SafeFileHandle file, byte* bytes, nint length);
}
