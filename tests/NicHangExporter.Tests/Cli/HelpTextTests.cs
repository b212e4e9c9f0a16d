using NicHangExporter.Cli;
using NicHangExporter.Options;

namespace NicHangExporter.Tests.Cli;

public sealed class HelpTextTests
{
    [Fact]
    public void Help_FitsSixtyLinesOfEightyColumns_CommandsFirst()
    {
        var lines = Help("--help");

        Assert.InRange(lines.Length, 30, 60);
        Assert.All(lines, line => Assert.True(line.Length <= 80, line));
        Assert.InRange(
            Array.FindIndex(lines, line => line.Contains("diagnose", StringComparison.Ordinal)), 1,
            Array.IndexOf(lines, "Common options:"));
        Assert.DoesNotContain("--remediation.carrier-grace", string.Join('\n', lines), StringComparison.Ordinal);
    }

    [Fact]
    public void HelpAll_HasEveryOption_EightyColumnsWide()
    {
        var lines = Help("--help-all");

        Assert.All(lines, line => Assert.True(line.Length <= 80, line));
        Assert.All(OptionTable.All, option =>
            Assert.Contains(
                lines, line =>
                    line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var name, ..]
                    && name == $"--{option.Name}"));
    }

    [Fact]
    public void HelpAll_ListsAdvancedAndDeprecatedOptionsLast()
    {
        var lines = Help("--help-all");

        var advanced = Array.IndexOf(lines, "Advanced options, which hardly any host needs:");
        Assert.True(advanced > Array.IndexOf(lines, "Options of collector:"));
        Assert.All(OptionTable.All, option => Assert.Equal(
            option.IsAdvanced || option.IsDeprecated,
            Array.FindIndex(
                lines, line =>
                    line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var name, ..]
                    && name == $"--{option.Name}") > advanced));
    }

    [Fact]
    public void Help_NamesEveryCommand()
    {
        var text = string.Join('\n', Help("--help"));

        Assert.All(new CommandLine().Root.Subcommands.Where(command => !command.Hidden), command =>
            Assert.Contains($"\n  {command.Name} ", text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("remediate")]
    [InlineData("diagnose")]
    [InlineData("quarantine", "clear")]
    public void Help_OfACommand_IsEightyColumnsWide(params string[] command) =>
        Assert.All(Help([.. command, "--help"]), line => Assert.True(line.Length <= 80, line));

    // Grafana shows a help text alone, and so does a search in the help.
    [Fact]
    public void OptionHelp_StandsAlone()
    {
        Assert.All(OptionTable.All, option =>
        {
            Assert.EndsWith(".", option.Help, StringComparison.Ordinal);
            Assert.DoesNotMatch(
                @"^(The same|It|Its|They|File with its|How long it)\b|\bwhoever\b|\bsave to\b", option.Help);
            Assert.InRange(option.Help.Split(' ').Length, 3, 40);
        });
    }

    [Theory]
    [InlineData("--version")]
    [InlineData("--help")]
    [InlineData("--help-all")]
    [InlineData("status", "--help")]
    public void Inform_HasNoEscapeSequences(string first, params string[] more) =>
        Assert.DoesNotContain('\x1b', string.Join('\n', Help([first, .. more])));

    [Fact]
    public void MisspeltFlag_IsAnErrorWithASuggestion()
    {
        var commandLine = new CommandLine();
        using var output = new StringWriter();
        var result = commandLine.Parse(["--help-al"]);

        Assert.False(commandLine.TryInform(result, output));
        Assert.Contains(
            "did you mean '--help-all'?", Assert.Single(commandLine.Errors(result)), StringComparison.Ordinal);
    }

    private static string[] Help(params string[] arguments)
    {
        var commandLine = new CommandLine();
        using var output = new StringWriter();
        Assert.True(commandLine.TryInform(commandLine.Parse(arguments), output));
        return output.ToString().TrimEnd('\n').Split('\n');
    }
}
