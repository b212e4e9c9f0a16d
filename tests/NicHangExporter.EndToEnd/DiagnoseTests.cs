using System.Text.Json;

namespace NicHangExporter.EndToEnd;

/// <summary><c>diagnose</c> as a person at a terminal and a script use it.</summary>
public sealed class DiagnoseTests : IDisposable
{
    private const string Log =
        """
        [ 1021.110000] e1000e 0000:00:1f.6 enp0s31f6: NIC Link is Up 1000 Mbps Full Duplex, Flow Control: None
        [ 9040.231000] e1000e 0000:00:1f.6 enp0s31f6: Detected Hardware Unit Hang:
                         TDH                  <b4>
                         TDT                  <e5>
                       PCI Status             <10>
        [ 9042.247000] e1000e 0000:00:1f.6 enp0s31f6: Detected Hardware Unit Hang:
                         TDH                  <b4>
                         TDT                  <e5>
                       PCI Status             <10>
        [ 9044.263000] e1000e 0000:00:1f.6 enp0s31f6: Reset adapter unexpectedly

        """;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData]
    [InlineData("-")]
    public async Task StandardInput_IsDiagnosedInWords(params string[] arguments)
    {
        var run = await new ExporterCommand(["diagnose", .. arguments]).RunAsync(Log);

        Assert.Equal(0, run.ExitCode);
        Assert.Empty(run.Error);
        Assert.Contains("enp0s31f6", run.Output, StringComparison.Ordinal);
        Assert.Contains("e1000e", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task File_IsDiagnosedLikeStandardInput()
    {
        var file = _directory.Write("dmesg.txt", Log);

        var fromFile = await new ExporterCommand("diagnose", file, "--format", "json").RunAsync();
        var fromInput = await new ExporterCommand("diagnose", "--format=json").RunAsync(Log);

        Assert.Equal(fromInput, fromFile);
        using var answer = JsonDocument.Parse(fromFile.Output);
        var device = Assert.Single(answer.RootElement.GetProperty("devices").EnumerateArray());
        Assert.Equal("enp0s31f6", device.GetProperty("device").GetString());
        Assert.Equal("0000:00:1f.6", device.GetProperty("bus").GetString());
        Assert.Equal("e1000e", device.GetProperty("driver").GetString());
        Assert.Equal(2, device.GetProperty("hangMessages").GetInt32());
        Assert.Equal(1, device.GetProperty("resets").GetInt32());
        Assert.Equal("flap", device.GetProperty("shape").GetString());
    }

    [Fact]
    public async Task LogWithoutHangs_IsSuccessWithNoDevice()
    {
        var run = await new ExporterCommand("diagnose", "--format=json")
            .RunAsync("[    0.000000] Linux version 6.12.0\n");

        Assert.Equal(0, run.ExitCode);
        using var answer = JsonDocument.Parse(run.Output);
        Assert.Empty(answer.RootElement.GetProperty("devices").EnumerateArray());
    }

    [Fact]
    public async Task EmptyInput_IsSuccess() =>
        Assert.Equal(0, (await new ExporterCommand("diagnose").RunAsync("")).ExitCode);

    [Theory]
    [InlineData("diagnose", "/nonexistent.log")]
    [InlineData("diagnose", "/tmp")]
    [InlineData("diagnose", "--format=xml")]
    [InlineData("diagnose", "one", "two")]
    [InlineData("diagnose", "--log.level=debug")]
    public async Task WrongUse_IsOneLineAndExitCodeTwo(params string[] arguments)
    {
        var run = await new ExporterCommand(arguments).RunAsync();

        Assert.Equal(2, run.ExitCode);
        Assert.Empty(run.Output);
        Assert.Single(run.Error.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task Environment_OfTheDaemon_DoesNotDisturbIt()
    {
        var command = new ExporterCommand("diagnose") { Environment =
            new Dictionary<string, string> { ["NICHANG_LOG_LEVEL"] = "wrong" } };

        Assert.Equal(0, (await command.RunAsync(Log)).ExitCode);
    }

    [Fact]
    public async Task KernelLogOfThisMachine_CanBeReadWithDmesg()
    {
        Requires.Root();
        Requires.Program("dmesg");

        var run = await new ExporterCommand("diagnose").RunAsync(Execution.Of("dmesg").Succeeded());

        Assert.Equal(0, run.ExitCode);
        Assert.Empty(run.Error);
    }
}
