using System.Text;
using NicHangExporter.Linux.Kmsg;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Linux.Tests.Kmsg;

public sealed class KmsgReaderFileTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Read_Recording_GivesEveryRecordThenTheEnd()
    {
        foreach (var name in Recordings.Names)
        {
            using var reader = new KmsgReader(Some.RecordingPath(name));
            Assert.Equal(Recordings.Split(Some.Recording(name)).Select(Encoding.UTF8.GetString), ToEnd(reader));
            Assert.Equal(KmsgReadStatus.EndOfFile, reader.Read(out _));
        }
    }

    [Fact]
    public void Read_RecordingWithoutFinalNewline_GivesTheLastRecord()
    {
        using var reader = new KmsgReader(Written("6,1,2,-;one\n6,2,3,-;two\n DEVICE=n8"));
        Assert.Equal(["6,1,2,-;one\n", "6,2,3,-;two\n DEVICE=n8"], ToEnd(reader));
    }

    [Fact]
    public void Read_EmptyLines_AreNoRecords()
    {
        using var reader = new KmsgReader(Written("\n\n6,1,2,-;one\n\n\n6,2,3,-;two\n\n"));
        Assert.Equal(["6,1,2,-;one\n", "6,2,3,-;two\n"], ToEnd(reader));
    }

    [Fact]
    public void Read_EmptyFile_IsAtItsEnd()
    {
        using var reader = new KmsgReader(Written(""));
        Assert.Equal(KmsgReadStatus.EndOfFile, reader.Read(out var nothing));
        Assert.True(nothing.IsEmpty);
    }

    [Fact]
    public void Read_NoNewlineAtAll_IsOversizedThenTheEnd()
    {
        using var reader = new KmsgReader(Written(new string('x', 1_000_000)));
        Assert.Equal(KmsgReadStatus.Oversized, reader.Read(out _));
        Assert.Equal(KmsgReadStatus.EndOfFile, reader.Read(out _));
    }

    [Fact]
    public void Wait_AtTheEnd_ReturnsWhenTheFileHasGrown()
    {
        var path = Written("6,1,2,-;one\n");
        using var reader = new KmsgReader(path);
        Assert.Equal(["6,1,2,-;one\n"], ToEnd(reader));
        Assert.False(reader.Wait(TimeSpan.FromMilliseconds(20), TestContext.Current.CancellationToken));

        File.AppendAllText(path, "6,2,3,-;two\n");
        Assert.True(reader.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Assert.Equal(["6,2,3,-;two\n"], ToEnd(reader));
    }

    [Fact]
    public void Wait_FileBegunAnew_IsReadFromItsBeginning()
    {
        var path = Written("6,1,2,-;one\n6,2,3,-;two\n");
        using var reader = new KmsgReader(path);
        Assert.Equal(2, ToEnd(reader).Count);
        File.WriteAllText(path, "6,9,9,-;new\n");
        Assert.True(reader.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Assert.Equal(["6,9,9,-;new\n"], ToEnd(reader));
    }

    [Fact]
    public void Wait_AtTheEnd_DoesNotSpin()
    {
        using var reader = new KmsgReader(Written(""));
        Assert.Equal(KmsgReadStatus.EndOfFile, reader.Read(out _));
        var clock = TimeProvider.System;
        var started = clock.GetTimestamp();
        Idle.While(() =>
            Assert.False(reader.Wait(TimeSpan.FromMilliseconds(300), TestContext.Current.CancellationToken)));
        Assert.True(clock.GetElapsedTime(started) >= TimeSpan.FromMilliseconds(300));
    }

    // /dev/null is a character device that is always readable and always at its end.
    [Fact]
    public void Wait_DeviceAtItsEnd_DoesNotSpin()
    {
        using var reader = new KmsgReader("/dev/null");
        Assert.False(reader.IsKernelDevice);
        Assert.Equal(KmsgReadStatus.EndOfFile, reader.Read(out _));
        var clock = TimeProvider.System;
        var started = clock.GetTimestamp();
        Assert.True(reader.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Assert.True(clock.GetElapsedTime(started) >= TimeSpan.FromMilliseconds(200));
    }

    [Fact]
    public void Open_NoSuchFile_ThrowsWithErrno()
    {
        var exception = Assert.Throws<LinuxException>(() => new KmsgReader(_directory.File("none")));
        Assert.Equal(Errno.NoEntry, exception.Errno);
        Assert.Equal(
            $"open on {_directory.File("none")} failed: No such file or directory (errno 2)", exception.Message);
    }

    [Fact]
    public void Open_Directory_ThrowsWithErrno() =>
        Assert.Equal(Errno.IsDirectory, Assert.Throws<LinuxException>(() => new KmsgReader(_directory.Path)).Errno);

    [Fact]
    public void Open_PathWithNul_IsRefused() => Assert.Throws<ArgumentException>(() => new KmsgReader("/dev/null\0x"));

    private string Written(string content)
    {
        var path = _directory.File("kmsg.raw");
        File.WriteAllText(path, content);
        return path;
    }

    private static List<string> ToEnd(KmsgReader reader)
    {
        var records = new List<string>();
        while (reader.Read(out var record) is var status and not KmsgReadStatus.EndOfFile)
        {
            Assert.Equal(KmsgReadStatus.Record, status);
            records.Add(Encoding.UTF8.GetString(record));
        }
        return records;
    }
}
