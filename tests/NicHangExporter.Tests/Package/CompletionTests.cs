using NicHangExporter.TestSupport;

namespace NicHangExporter.Tests.Package;

/// <summary>The completion for bash, as the shell runs it.</summary>
public sealed class CompletionTests
{
    private static readonly string Script = Path.Combine(Repository.Root, "deploy/debian/files/completion.bash");

    [Theory]
    [InlineData("rem", "remediate")]
    [InlineData("quarantine ", "clear")]
    [InlineData("remediate eno1 --pro", "--profile")]
    [InlineData("remediate eno1 --profile seg", "segmentation")]
    [InlineData("--remediation.local = en", "enforce")]
    [InlineData("--remediation.local =", "off observe enforce")]
    [InlineData("--log.format = ", "logfmt json")]
    [InlineData("status --format j", "json")]
    [InlineData("--state.directory = /tmp sta", "status")]
    [InlineData("--no-collector.ee", "--no-collector.eee")]
    [InlineData("diagnose /etc/hostn", "/etc/hostname")]
    public void Words_AreCompleted(string typed, string expected) =>
        Assert.Equal(expected.Split(' ').Order(), Complete(typed).Order());

    [Fact]
    public void Line_WithoutAWord_HasEveryCommand() => Assert.Equal(
        ProgramModel.Commands.Select(command => command.Name.Split(' ')[0]).Distinct().Order(),
        Complete(" ").Order());

    [Fact]
    public void Device_IsOfferedOnce() => Assert.Empty(Complete("remediate eno1 "));

    private static string[] Complete(string typed)
    {
        var words = ("nic-hang-exporter " + typed.TrimStart()).Split(' ');
        var script = $"source {Script}; COMP_WORDS=(\"$@\"); COMP_CWORD={words.Length - 1}; _nic_hang_exporter; "
            + "printf '%s\\n' \"${COMPREPLY[@]}\"";
        return Execution.Of("bash", ["-uc", script, "bash", .. words]).Succeeded()
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
