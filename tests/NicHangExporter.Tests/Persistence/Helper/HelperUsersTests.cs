using NicHangExporter.Persistence.Helper;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Tests.Persistence.Helper;

/// <summary>The number of the daemon's user, from files.</summary>
public sealed class HelperUsersTests : IDisposable
{
    private readonly TemporaryDirectory _root = new();

    public void Dispose() => _root.Dispose();

    [Theory]
    [InlineData("nic-hang-exporter:x:999:999::/:/bin/false\n", 999u)]
    [InlineData("xnic-hang-exporter:x:999:999::/:/bin/false\n", null)]
    [InlineData("nic-hang-exporter:x:-1:999::/:/bin/false\n", null)]
    [InlineData("nic-hang-exporter:x:4294967295:999::/:/bin/false\n", null)]
    [InlineData("nic-hang-exporter:x\n", null)]
    [InlineData("", null)]
    public void User_IsThatOfTheFile(string passwd, uint? user)
    {
        Directory.CreateDirectory(_root.File("etc"));
        File.WriteAllText(_root.File("etc/passwd"), passwd);

        Assert.Equal(user, HelperUsers.Find(_root.Path));
    }

    [Theory]
    [InlineData("61234", 61234u)]
    [InlineData("root", null)]
    [InlineData("/etc/passwd", null)]
    public void DynamicUser_IsTheTargetOfSystemdsLink(string target, uint? user)
    {
        Directory.CreateDirectory(_root.File("run/systemd/dynamic-uid"));
        File.CreateSymbolicLink(_root.File("run/systemd/dynamic-uid/direct:nic-hang-exporter"), target);

        Assert.Equal(user, HelperUsers.Find(_root.Path));
    }

    [Fact]
    public void HostWithoutAnyUsers_HasNone() => Assert.Null(HelperUsers.Find(_root.Path));
}
