using System.Text;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Linux.Tests;

public sealed class FileReaderTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("", 1)]
    [InlineData("secret\n", 8)]
    [InlineData("secret\n", 4096)]
    public void TryRead_ContentSmallerThanTheBuffer_IsThatContent(string content, int bufferSize)
    {
        var buffer = new byte[bufferSize];

        Assert.Equal(Errno.None, FileReader.TryRead(Write("file", content), buffer, out var length, out var status));
        Assert.Equal(content, Encoding.UTF8.GetString(buffer, 0, length));
        Assert.Equal(content.Length, status.Length);
    }

    [Fact]
    public void TryRead_ContentThatFillsTheBuffer_IsTooSmall() =>
        Assert.Equal(Errno.TooSmall, FileReader.TryRead(Write("file", "12345678"), new byte[8], out _, out _));

    [Fact]
    public void TryRead_EndlessDevice_IsTooSmall() =>
        Assert.Equal(Errno.TooSmall, FileReader.TryRead("/dev/zero", new byte[64], out _, out _));

    [Fact]
    public void TryRead_FifoWithoutAWriter_DoesNotBlock()
    {
        Execution.Of("mkfifo", _directory.File("fifo")).Succeeded();

        Assert.Equal(Errno.None, FileReader.TryRead(_directory.File("fifo"), new byte[8], out var length, out _));
        Assert.Equal(0, length);
    }

    [Fact]
    public void TryRead_MissingFile_IsNoEntry() =>
        Assert.Equal(Errno.NoEntry, FileReader.TryRead(_directory.File("nothing"), new byte[8], out _, out _));

    [Fact]
    public void TryRead_Directory_IsItsErrno() =>
        Assert.Equal(Errno.IsDirectory, FileReader.TryRead(_directory.Path, new byte[8], out _, out _));

    [Fact]
    public void Status_OfAFile_IsWhatStatPrints()
    {
        var path = Write("file", "123");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.GroupRead);

        Assert.Equal(Errno.None, FileStatus.TryRead(path, out var status));
        var printed = Execution.Of("stat", "-c", "%d %i %s %a %u %g", path).Succeeded().Trim();
        Assert.Equal(
            printed,
            $"{status.Device} {status.Inode} {status.Length} {Convert.ToString((int)status.Mode, 8)} {status.Owner} "
            + $"{status.Group}");
        Assert.Equal(Errno.None, FileReader.TryRead(path, new byte[8], out _, out var read));
        Assert.Equal(status, read);
    }

    [Fact]
    public void Status_ReplacedFileOfTheSameSizeAndTime_IsAnother()
    {
        // What the kernel notes is finer than what can be set from here.
        var time = new DateTime(2026, 11, 23, 3, 0, 0, DateTimeKind.Utc);
        var path = Write("file", "aaa");
        File.SetLastWriteTimeUtc(path, time);
        Assert.Equal(Errno.None, FileStatus.TryRead(path, out var before));
        File.SetLastWriteTimeUtc(Write("new", "bbb"), time);
        File.Move(_directory.File("new"), path, overwrite: true);

        Assert.Equal(Errno.None, FileStatus.TryRead(path, out var after));
        Assert.NotEqual(before, after);
        Assert.Equal(before.Modified, after.Modified);
    }

    [Fact]
    public void Status_FollowsLinks()
    {
        File.CreateSymbolicLink(_directory.File("link"), Write("file", "123"));

        Assert.Equal(Errno.None, FileStatus.TryRead(_directory.File("link"), out var status));
        Assert.Equal(3, status.Length);
        Assert.Equal(Errno.NoEntry, FileStatus.TryRead(_directory.File("nothing"), out _));
    }

    private string Write(string name, string content)
    {
        File.WriteAllText(_directory.File(name), content);
        return _directory.File(name);
    }
}
