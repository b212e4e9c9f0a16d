using NicHangExporter.Api.Auth;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Tests;

public sealed class UserNamesTests
{
    [Theory]
    [InlineData(0, "root")]
    [InlineData(1000, "eve")]
    [InlineData(1001, @"x\x1b[2J")]
    [InlineData(100, "uid 100")]
    [InlineData(10, "uid 10")]
    [InlineData(4294967295, "uid 4294967295")]
    public void Name_IsTheFilesOrTheNumber(uint uid, string expected)
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(
            directory.File("passwd"),
            "root:x:0:0:root:/root:/bin/sh\n\n:x:100:1::/:\nbroken\n+::::::\n"
            + "eve:x:1000:1000::/home/eve:/bin/sh\nx\u001b[2J:x:1001:1::/:/bin/sh\n");

        Assert.Equal(expected, UserNames.Of(uid, directory.File("passwd")));
    }

    [Fact]
    public void Name_WithoutTheFile_IsTheNumber() => Assert.Equal("uid 0", UserNames.Of(0, "/nowhere/passwd"));
}
