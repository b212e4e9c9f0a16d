using System.CommandLine.Parsing;
using NicHangExporter.Cli;
using NicHangExporter.Options;

namespace NicHangExporter.Tests.Cli;

/// <summary>
/// What <see cref="CommandLine"/> relies on in the library: the symbol of each of its errors, and its texts as far as
/// they are ours as well. A new version of the package that does otherwise fails here.
/// </summary>
public sealed class ParseErrorTests
{
    [Theory]
    [InlineData("command NicHangExporter.Tests", "", "unexpected argument 'x'", "x")]
    [InlineData("command NicHangExporter.Tests", "", "unknown flag --bogus", "--bogus")]
    [InlineData("command NicHangExporter.Tests", "", "unexpected argument 'x'", "--config.check=x")]
    [InlineData("command NicHangExporter.Tests", "", "unexpected value 'false': a switch takes none",
        "--collector.eee=false")]
    [InlineData("command remediate", "", "unexpected argument 'b'", "remediate", "a", "b")]
    [InlineData("command quarantine", "", "unexpected argument 'x'", "quarantine", "x")]
    [InlineData("command diagnose", "", "unexpected argument 'b'", "diagnose", "a", "b")]
    [InlineData("argument DEVICE", "", "DEVICE is missing", "remediate")]
    [InlineData("argument DEVICE", "", "DEVICE is missing", "quarantine", "clear")]
    [InlineData("option --format", "Required argument missing for option: '--format'.", "", "status", "--format")]
    [InlineData("option --format", "Required argument missing for option: '--format'.", "", "diagnose", "--format")]
    [InlineData("option --log.level", "Required argument missing for option: '--log.level'.", "", "--log.level")]
    [InlineData("option --config.file", "Option '--config.file' expects a single argument but 2 were provided.", "",
        "--config.file=a", "--config.file=b")]
    [InlineData("option --format", "Option '--format' expects a single argument but 2 were provided.", "", "status",
        "--format=text", "--format=json")]
    public void Error_OfTheLibrary_IsPassedOnOrSaidInOurWords(
        string symbol, string passedOn, string ours, params string[] arguments)
    {
        var commandLine = new CommandLine();
        var result = commandLine.Parse(arguments);

        Assert.Equal(symbol, Name(Assert.Single(result.Errors).SymbolResult));
        var errors = commandLine.Errors(result);
        commandLine.Console(result, errors);
        Assert.DoesNotContain(errors, error => error.StartsWith("Unrecognized", StringComparison.Ordinal));
        if (passedOn.Length > 0)
            Assert.Equal(passedOn, Assert.Single(errors));
        else
            Assert.StartsWith(ours, errors[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--version")]
    [InlineData("--version", "x")]
    [InlineData("--help")]
    [InlineData("remediate", "--help")]
    [InlineData("remediate", "--help", "x", "y")]
    [InlineData("quarantine")]
    [InlineData("quarantine", "--help")]
    [InlineData("healthcheck")]
    public void Request_ForHelpOrVersion_IsNoErrorOfTheLibrary(params string[] arguments)
    {
        var commandLine = new CommandLine();
        var result = commandLine.Parse(arguments);

        Assert.Empty(result.Errors);
        Assert.Equal(
            arguments[^1] != "quarantine"
            && arguments[0] != "healthcheck", commandLine.TryInform(result, TextWriter.Null));
    }

    private static string Name(SymbolResult? symbol) => symbol switch
    {
        CommandResult command => $"command {command.Command.Name}",
        ArgumentResult argument => $"argument {argument.Argument.Name}",
        OptionResult option => $"option {option.Option.Name}",
        _ => "nothing",
    };
}
