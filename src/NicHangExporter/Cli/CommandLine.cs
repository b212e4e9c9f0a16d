using System.CommandLine;
using NicHangExporter.Configuration;

namespace NicHangExporter.Cli;

/// <summary>The command line: the flags of <see cref="OptionTable"/>, <c>--config.file</c>, <c>--config.check</c>, <c>--version</c>, and <c>diagnose</c>.</summary>
internal sealed class CommandLine
{
    private readonly List<(OptionDefinition Definition, Option Flag)> _flags = [];
    private readonly Option<string> _configFile = new("--config.file") { Description = "YAML file with the same options.", HelpName = "PATH" };
    private readonly Option<bool> _configCheck = new("--config.check") { Description = "Check the configuration, say what is wrong, and exit." };
    private readonly Argument<string> _logFile = new("FILE") { Description = "A kernel log in any form a person can paste; - or nothing for standard input.", DefaultValueFactory = _ => "-" };
    private readonly Option<string> _format = new("--format") { Description = "text or json.", HelpName = "FORMAT", DefaultValueFactory = _ => "text" };

    public CommandLine()
    {
        Root = new RootCommand("Prometheus exporter that sees NIC hangs: from the kernel log, transmit counters and ethtool to a scrape.\nA switch that is on is turned off by --no-NAME, as in --no-collector.features.");
        // Directives and @file expansion are the library's extras; here they would only be ways to be surprised.
        Root.Directives.Clear();
        foreach (var definition in OptionTable.All)
            AddFlags(definition);
        // A root with subcommands otherwise insists on one of them.
        Root.SetAction(_ => 0);
        Root.Add(_configFile);
        Root.Add(_configCheck);
        Diagnose = new Command("diagnose", "Read a kernel log and say in plain words which NIC hung, how, and what to do.") { _logFile, _format };
        Root.Add(Diagnose);
    }

    /// <summary>The exporter itself.</summary>
    public RootCommand Root { get; }

    /// <summary>The subcommand that reads a log.</summary>
    public Command Diagnose { get; }

    /// <summary>Parses; nothing is carried out yet.</summary>
    public ParseResult Parse(string[] arguments) =>
        Root.Parse(arguments, new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });

    /// <summary>What is wrong with the command line, one line each.</summary>
    public List<string> Errors(ParseResult result)
    {
        // The library says of each token only that it is not recognised, without the name that was probably meant.
        var errors = result.Errors.Select(error => error.Message)
            .Where(message => !message.StartsWith("Unrecognized command or argument", StringComparison.Ordinal)).ToList();
        var flags = Root.Options.Select(option => option.Name).ToList();
        errors.AddRange(result.UnmatchedTokens.Select(token => token switch
        {
            ['-', ..] => $"unknown flag {token}{Suggestion.For(token.Split('=')[0], flags)}",
            "true" or "false" => $"unexpected value '{token}': a switch takes none, write --NAME or --no-NAME, as in --no-collector.eee",
            _ => $"unexpected argument '{token}'{Suggestion.For(token, [Diagnose.Name, "--help", "--version"])}",
        }));
        if (result.CommandResult.Command == Diagnose && errors.Count == 0)
        {
            var (file, format) = DiagnoseArguments(result);
            if (file.StartsWith("--", StringComparison.Ordinal))
                errors.Add($"unknown flag {file}{Suggestion.For(file, ["--format"])}");
            if (format is not ("text" or "json"))
                errors.Add($"--format: '{format}' is no format: write text or json");
        }
        return errors;
    }

    /// <summary>What the flags set.</summary>
    public List<OptionSetting> Settings(ParseResult result, List<string> errors)
    {
        var settings = new List<OptionSetting>();
        foreach (var group in _flags.GroupBy(flag => flag.Definition))
        {
            var given = group.Where(flag => result.GetResult(flag.Flag) is { Implicit: false }).ToList();
            if (given.Count > 1)
                errors.Add($"--{group.Key.Name} and --no-{group.Key.Name} contradict each other");
            // A flag without its value is an error of the parser's already.
            else if (given.Count == 1 && Values(given[0].Flag, result) is { Length: > 0 } values)
                settings.Add(new OptionSetting(group.Key.Name, values, given[0].Flag.Name));
        }
        if (result.GetResult(_configFile)?.Tokens is [var file])
            settings.Add(new OptionSetting("config.file", [file.Value], "--config.file"));
        return settings;
    }

    /// <summary>True for <c>--config.check</c>.</summary>
    public bool IsConfigCheck(ParseResult result) => result.GetValue(_configCheck);

    /// <summary>The log to read and the form of the answer.</summary>
    public (string File, string Format) DiagnoseArguments(ParseResult result) => (result.GetValue(_logFile)!, result.GetValue(_format)!);

    private void AddFlags(OptionDefinition definition)
    {
        if (definition.Kind != OptionKind.Switch)
        {
            var option = new Option<string[]>("--" + definition.Name)
            {
                Description = $"{definition.Help} [default: {Default(definition)}]",
                HelpName = definition.ValueName,
                // How often it may be given is checked with the other sources, in the same words.
                Arity = ArgumentArity.OneOrMore,
                AllowMultipleArgumentsPerToken = false,
            };
            Add(definition, option);
            return;
        }
        Add(definition, new Option<bool>("--" + definition.Name) { Description = $"{definition.Help} [default: {Default(definition)}]", Arity = ArgumentArity.Zero });
        Add(definition, new Option<bool>("--no-" + definition.Name) { Hidden = true, Arity = ArgumentArity.Zero });
    }

    private void Add(OptionDefinition definition, Option option)
    {
        _flags.Add((definition, option));
        Root.Add(option);
    }

    private static string Default(OptionDefinition definition) =>
        definition.Show(new ExporterOptions()) is { Length: > 0 } text ? text : "none";

    private static string[] Values(Option flag, ParseResult result) => flag is Option<bool>
        ? [flag.Name.StartsWith("--no-", StringComparison.Ordinal) ? "false" : "true"]
        : [.. result.GetResult(flag)!.Tokens.Select(token => token.Value)];
}
