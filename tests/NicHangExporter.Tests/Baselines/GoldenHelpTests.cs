using System.CommandLine;
using System.Text;
using NicHangExporter.Cli;

namespace NicHangExporter.Tests.Baselines;

/// <summary>The help of the program and of each command, as text.</summary>
public sealed class GoldenHelpTests
{
    [Theory]
    [InlineData("--help", "help.txt")]
    [InlineData("--help-all", "help-all.txt")]
    public void Help_OfTheProgram_IsTheGoldenFile(string flag, string file) => GoldenFile.AssertIs(file, Help([flag]));

    [Fact]
    public void Help_OfEachCommand_IsTheGoldenFile()
    {
        var text = new StringBuilder();
        foreach (var path in Paths(new CommandLine().Root, []))
            text.Append($"== {string.Join(' ', path)}\n{Help([.. path, "--help"])}");

        GoldenFile.AssertIs("help-commands.txt", text.ToString());
    }

    private static IEnumerable<string[]> Paths(Command command, string[] path) => command.Subcommands
        .OrderBy(sub => sub.Name, StringComparer.Ordinal)
        .SelectMany(sub => Paths(sub, [.. path, sub.Name]).Prepend([.. path, sub.Name]));

    private static string Help(string[] arguments)
    {
        var commandLine = new CommandLine();
        using var output = new StringWriter();
        Assert.True(commandLine.TryInform(commandLine.Parse(arguments), output));
        return output.ToString();
    }
}
