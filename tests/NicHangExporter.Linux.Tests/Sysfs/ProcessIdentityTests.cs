using System.Diagnostics;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Linux.Tests.Sysfs;

public sealed class ProcessIdentityTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void ThisProcess_IsAlive()
    {
        var identity = ProcessIdentity.Read("/proc")!;
        Assert.StartsWith($"{Environment.ProcessId}:", identity, StringComparison.Ordinal);
        Assert.True(ProcessIdentity.IsAlive("/proc", identity));
        Assert.False(ProcessIdentity.IsAlive("/proc", identity + "1"));
    }

    [Fact]
    public void Process_ThatHasEnded_IsNot()
    {
        using var process = Process.Start("sleep", "60");
        var stat = File.ReadAllText($"/proc/{process.Id}/stat");
        var identity = $"{process.Id}:{stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19]}";
        Assert.True(ProcessIdentity.IsAlive("/proc", identity));
        process.Kill();
        process.WaitForExit();
        Assert.False(ProcessIdentity.IsAlive("/proc", identity));
    }

    [Theory]
    [InlineData("100 (a) S 1", null)]
    [InlineData("", null)]
    [InlineData("100 (nic) S 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 4711 23 24", "100:4711")]
    [InlineData("100 (a) b) (c\n) S 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 4711 23 24", "100:4711")]
    public void Stat_IsReadBehindTheName(string stat, string? identity)
    {
        Directory.CreateDirectory(_directory.File("self"));
        File.WriteAllText(_directory.File("self/stat"), stat + "\n");
        Assert.Equal(identity, ProcessIdentity.Read(_directory.Path));
    }

    [Theory]
    [InlineData("")]
    [InlineData("self:1")]
    [InlineData("../1:1")]
    [InlineData("1")]
    [InlineData(":")]
    [InlineData("99999999999999999999:1")]
    public void Identity_ThatIsNone_IsNotAlive(string identity) =>
        Assert.False(ProcessIdentity.IsAlive("/proc", identity));
}
