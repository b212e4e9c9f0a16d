using NicHangExporter.TestSupport;

namespace NicHangExporter.Linux.Tests;

public sealed class DirectorySyncTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Flush_AThousandTimes_SucceedsAndLeavesNothingOpen()
    {
        File.WriteAllText(_directory.File("journal"), "");
        for (var i = 0; i < 1000; i++)
            DirectorySync.Flush(_directory.Path);
        Assert.DoesNotContain(Directory.GetFiles("/proc/self/fd"), link => Target(link) == _directory.Path);
    }

    private static string? Target(string link)
    {
        try
        {
            return File.ResolveLinkTarget(link, returnFinalTarget: false)?.FullName;
        }
        catch (FileNotFoundException)
        {
            // That of another test, which has closed it since.
            return null;
        }
    }

    [Fact]
    public void Flush_NameThatIsNotAscii_IsTheDirectoryOfThatName()
    {
        Directory.CreateDirectory(_directory.File("tägebuch"));
        DirectorySync.Flush(_directory.File("tägebuch"));
        Assert.Throws<LinuxException>(() => DirectorySync.Flush(_directory.File("tagebuch")));
    }

    [Fact]
    public void Flush_Missing_NamesOpenAndThePath()
    {
        var path = _directory.File("missing");
        var exception = Assert.Throws<LinuxException>(() => DirectorySync.Flush(path));
        Assert.Equal(("open", path, Errno.NoEntry), (exception.Operation, exception.Subject, exception.Errno));
    }

    [Fact]
    public void Flush_File_IsNoDirectory()
    {
        File.WriteAllText(_directory.File("file"), "");
        Assert.Equal(
            Errno.NotDirectory,
            Assert.Throws<LinuxException>(() => DirectorySync.Flush(_directory.File("file"))).Errno);
    }

    // A directory of procfs can't be synced and reports that.
    [Fact]
    public void Flush_FileSystemThatCannot_NamesFsync()
    {
        var exception = Assert.Throws<LinuxException>(() => DirectorySync.Flush("/proc"));
        Assert.Equal("fsync on /proc failed: Invalid argument (errno 22)", exception.Message);
    }

    [Fact]
    public void Flush_ControlCharactersInThePath_AreEscapedInTheMessage() => Assert.Contains(
            @"/missing\x0a\x1b[31m",
            Assert.Throws<LinuxException>(() => DirectorySync.Flush("/missing\n\x1b[31m")).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Flush_PathWithNulOrNone_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => DirectorySync.Flush(_directory.Path + "\0x"));
        Assert.Throws<ArgumentNullException>(() => DirectorySync.Flush(null!));
    }
}
