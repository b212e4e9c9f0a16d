namespace NicHangExporter.Linux.Tests;

/// <summary>A sync succeeds or throws.</summary>
public sealed class FileSyncTests
{
    [Fact]
    public void Flush_OfAFile_Returns()
    {
        var path = Path.GetTempFileName();
        using (var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, 0))
        {
            file.Write("x"u8);
            FileSync.Flush(file.SafeFileHandle, path);
        }
        File.Delete(path);
    }

    [Fact]
    public void Flush_ThatTheKernelRefuses_ThrowsWhereDotNetIsSilent()
    {
        using var file = File.OpenHandle("/proc/self/comm", FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(file);

        var exception = Assert.Throws<LinuxException>(() => FileSync.Flush(file, "comm"));

        Assert.Equal(Errno.Invalid, exception.Errno);
        Assert.StartsWith("fsync on comm failed", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Flush_OfAClosedFile_IsAFaultOfTheCaller()
    {
        var file = File.OpenHandle("/proc/self/comm");
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => FileSync.Flush(file, "comm"));
    }
}
