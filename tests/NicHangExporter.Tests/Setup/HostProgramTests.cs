using NicHangExporter.Setup;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Tests.Setup;

/// <summary>Programs of the host run without a shell, from PATH only, and not for longer than allowed.</summary>
public sealed class HostProgramTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public void Arguments_ArriveAsTheyAre()
    {
        var program = Program("show", "printf '%s|' \"$@\"");

        var result = program.Run(Limit, "$(id)", "a b", "", "-rf", "'");

        Assert.Equal((0, "$(id)|a b||-rf|'|"), (result.ExitCode, result.Output));
    }

    [Fact]
    public void Failure_HasItsFirstLine()
    {
        var result = Program("fail", "echo one >&2; echo two >&2; exit 3").Run(Limit);

        Assert.Equal((3, "one"), (result.ExitCode, result.Error));
    }

    [Fact]
    public void ProgramThatDoesNotEnd_IsKilledWithItsChildren()
    {
        var program = Program("hang", "echo begun; sleep 600 & sleep 600");

        var result = program.Run(TimeSpan.FromSeconds(1));

        Assert.Equal((null, "begun", "hang did not end within 1 s"), (result.ExitCode, result.Output, result.Error));
    }

    [Fact]
    public void LongOutput_IsCut()
    {
        var result = Program("long", "head -c 1000000 /dev/zero | tr '\\0' x").Run(Limit);

        Assert.Equal((0, 64 * 1024), (result.ExitCode, result.Output.Length));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData(null)]
    public void WorkingDirectory_IsNotSearched(string? path)
    {
        var result = new HostProgram("NicHangExporter.Tests.dll", path).Run(Limit);

        Assert.Equal((null, "NicHangExporter.Tests.dll is not installed"), (result.ExitCode, result.Error));
    }

    [Fact]
    public void FileThatIsNoProgram_IsAnError()
    {
        File.WriteAllText(_directory.File("text"), "no program");

        var result = new HostProgram("text", _directory.Path).Run(Limit);

        Assert.Null(result.ExitCode);
        Assert.Contains("Permission denied", result.Error, StringComparison.Ordinal);
    }

    public void Dispose() => _directory.Dispose();

    private HostProgram Program(string name, string script)
    {
        File.WriteAllText(_directory.File(name), $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(_directory.File(name), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return new HostProgram(name, _directory.Path);
    }
}
