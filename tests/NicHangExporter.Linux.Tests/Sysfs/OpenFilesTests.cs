using NicHangExporter.Linux.Sysfs;

namespace NicHangExporter.Linux.Tests.Sysfs;

[Collection(LiveKernel.Name)]
public sealed class OpenFilesTests
{
    [Fact]
    public void Count_HundredFilesMore_IsHundredMore()
    {
        var before = OpenFiles.Count();
        var files = Enumerable.Range(0, 100).Select(_ => File.OpenHandle("/dev/null")).ToArray();
        var with = OpenFiles.Count();
        foreach (var file in files)
            file.Dispose();
        // The test runner may open or close a file concurrently.
        Assert.InRange(with - before, 95, 105);
        Assert.InRange(OpenFiles.Count() - before, -5, 5);
    }

    [Fact]
    public void Count_OfThisProcess_AgreesWithProc()
    {
        // The listing holds one descriptor for itself.
        var listed = Directory.GetFiles("/proc/self/fd").Length - 1;
        Assert.InRange(OpenFiles.Count() - listed, -5, 5);
        Assert.InRange(OpenFiles.CountEntries() - listed, -5, 5);
    }
}
