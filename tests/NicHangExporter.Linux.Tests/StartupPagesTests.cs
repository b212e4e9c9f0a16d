namespace NicHangExporter.Linux.Tests;

public sealed class StartupPagesTests
{
    [Fact]
    public void Release_OfARunningProgram_UnmapsItsFilesAndTheProgramGoesOn()
    {
        var released = StartupPages.Release();

        Assert.True(released > 0);
        // Code and constants of the same files are mapped again when they are used.
        Assert.Equal("1,2,3", string.Join(',', Enumerable.Range(1, 3).OrderBy(number => number)));
        Assert.True(StartupPages.Release() > 0);
    }
}
