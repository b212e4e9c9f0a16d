using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using NicHangExporter.Hosting;
using NicHangExporter.Metrics;
using NicHangExporter.Options;
using NicHangExporter.Text;

namespace NicHangExporter.Cli;

/// <summary>
/// The command line: the flags of <see cref="OptionTable"/>, <c>--config.file</c>, <c>--config.check</c>,
/// <c>--version</c>, <c>diagnose</c>, <c>setup</c>, and the commands of the console (<see cref="ConsoleCommands"/>).
/// </summary>
internal sealed class CommandLine
{
    private const int HelpWidth = 80;

    private readonly List<(OptionDefinition Definition, Option Flag)> _flags = [];
    private readonly Option<string> _configFile = ConfigFile();
    private readonly Option<string> _consoleConfigFile = ConfigFile();
    private readonly ConsoleCommands _console;
    private readonly SetupCommand _setup;
    private readonly Option<bool> _configCheck =
        new("--config.check") { Description = "Check the configuration, say what is wrong, and exit." };
    private readonly Option<bool> _helpAll =
        new("--help-all") { Description = "Show all options.", Arity = ArgumentArity.Zero };
    private readonly Argument<string> _logFile = new("FILE")
    {
        Description = "Kernel log in any form that can be pasted. - or nothing: standard input.",
        DefaultValueFactory = _ => "-",
    };
    private readonly Option<string> _format = new("--format")
    {
        Description = "Output format: text or json.",
        HelpName = "FORMAT",
        DefaultValueFactory = _ => "text",
    };

    private readonly VersionOption _version;

    public CommandLine()
    {
        Root = new RootCommand(
            "Prometheus exporter that detects NIC hangs and, if enabled, heals them.");
        // Directives and @file expansion are extras of the library that nobody expects here.
        Root.Directives.Clear();
        _version = Root.Options.OfType<VersionOption>().Single();
        foreach (var flag in OptionTable.All.SelectMany(Flags))
            Root.Add(flag);
        // A root with subcommands otherwise insists on one of them.
        Root.SetAction(_ => 0);
        Root.Add(_configFile);
        Root.Add(_configCheck);
        Root.Add(_helpAll);
        Diagnose = new Command("diagnose", "Say which NIC hung in a kernel log.") { _logFile, _format };
        Root.Add(Diagnose);
        // The commands have flags of their own, so that their help fits on one screen; hidden flags work all the same.
        var shared = OptionTable.All.SelectMany(Flags).Append(_consoleConfigFile).ToList();
        foreach (var flag in shared)
            flag.Hidden |= flag.Name is not ("--state.directory" or "--config.file");
        _console = new ConsoleCommands(shared);
        foreach (var command in _console.All)
            Root.Add(command);
        _setup = new SetupCommand(shared);
        Root.Add(_setup.Command);
        // systemd starts it with a connection as standard input.
        PersistHelper = new Command("persist-helper", "Answer one request of a daemon that is not root.")
        {
            Hidden = true,
        };
        foreach (var option in shared)
            PersistHelper.Add(option);
        Root.Add(PersistHelper);
    }

    /// <summary>The exporter itself.</summary>
    public RootCommand Root { get; }

    /// <summary>The subcommand that reads a log.</summary>
    public Command Diagnose { get; }

    /// <summary>The hidden subcommand of the systemd unit that writes persistence files.</summary>
    public Command PersistHelper { get; }

    /// <summary>Parses the arguments; nothing is carried out yet.</summary>
    public ParseResult Parse(string[] arguments) =>
        // The library takes a first argument that ends in the program's name for a path to the program, as in
        // --state.directory=/var/lib/nic-hang-exporter.
        Root.Parse([Root.Name, .. arguments],
            new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });

    /// <summary>Writes the help or the version if the command line asks for it.</summary>
    /// <returns>False if it asks for neither.</returns>
    public bool TryInform(ParseResult result, TextWriter output)
    {
        if (result.Action is HelpAction help)
        {
            help.MaxWidth = HelpWidth;
            if (result.CommandResult.Command == Root)
                HelpText.Write(output, Root, all: false);
            else
                result.Invoke(new InvocationConfiguration { Output = output });
        }
        else if (result.CommandResult.Command == Root && result.GetValue(_helpAll) && result.Errors.Count == 0)
            HelpText.Write(output, Root, all: true);
        else if (result.GetResult(_version) is { Implicit: false })
        {
            var (version, revision) = MetricsEndpoint.BuildVersion;
            revision = revision[..Math.Min(revision.Length, StartLog.RevisionLength)];
            output.WriteLine($"nic-hang-exporter, version {version} (revision: {revision})");
        }
        else
            return false;
        return true;
    }

    /// <summary>The errors of the command line, one line each.</summary>
    public List<string> Errors(ParseResult result)
    {
        var errors = result.Errors.Where(error => !IsSaidBelow(error, result)).Select(error => error.Message).ToList();
        var command = result.CommandResult.Command;
        var flags = (_console.Has(command) || command == _setup.Command ? command : Root).Options.Select(option => option.Name).ToList();
        var words = Root.Subcommands.Select(subcommand => subcommand.Name).Concat(["--help", "--version"]).ToList();
        errors.AddRange(result.UnmatchedTokens.Select(token => token switch
        {
            ['-', ..] => $"unknown flag {token}{Suggestion.For(token.Split('=')[0], flags)}",
            "true" or "false" =>
                $"unexpected value '{token}': a switch takes none, write --NAME or --no-NAME, as in --no-collector.eee",
            _ => $"unexpected argument '{token}'{Suggestion.For(token, words)}",
        }));
        if (command == Diagnose && errors.Count == 0)
        {
            var (file, format) = DiagnoseArguments(result);
            if (file.StartsWith("--", StringComparison.Ordinal))
                errors.Add($"unknown flag {file}{Suggestion.For(file, ["--format"])}");
            if (format is not ("text" or "json"))
                errors.Add($"--format: '{format}' is no format: write text or json");
        }
        return errors;
    }

    // The library's text for a surplus token has no suggestion, and for a missing DEVICE no example. Errors are told
    // apart by their symbol, because the texts may change with the library's version.
    private bool IsSaidBelow(ParseError error, ParseResult result) => error.SymbolResult switch
    {
        CommandResult => result.UnmatchedTokens.Count > 0,
        ArgumentResult => _console.Has(result.CommandResult.Command),
        _ => false,
    };

    /// <summary>The options that the flags set.</summary>
    public List<OptionSetting> Settings(ParseResult result, List<string> errors)
    {
        var settings = new List<OptionSetting>();
        foreach (var group in _flags.GroupBy(flag => flag.Definition))
        {
            var given = group.Where(flag => result.GetResult(flag.Flag) is { Implicit: false }).ToList();
            if (given.DistinctBy(flag => flag.Flag.Name).Count() > 1)
                errors.Add($"--{group.Key.Name} and --no-{group.Key.Name} contradict each other");
            // A flag without its value is an error of the parser already. Before and behind a command is one place.
            else if (given.Count > 0
                && Values(given[0].Flag, given.Select(flag => result.GetResult(flag.Flag)!)) is { Length: > 0 } values)
                settings.Add(new OptionSetting(group.Key.Name, values, given[0].Flag.Name));
        }
        if ((result.GetResult(_consoleConfigFile) ?? result.GetResult(_configFile))?.Tokens is [var file])
            settings.Add(new OptionSetting("config.file", [file.Value], "--config.file"));
        return settings;
    }

    /// <summary>
    /// The command of the console; null for the exporter itself, for <c>diagnose</c>, and after an error.
    /// </summary>
    public ConsoleCall? Console(ParseResult result, List<string> errors) =>
        _console.Has(result.CommandResult.Command) ? _console.Read(result, errors) : null;

    /// <summary>True for <c>setup</c>.</summary>
    public bool IsSetup(ParseResult result) => result.CommandResult.Command == _setup.Command;

    /// <summary>The command <c>setup</c>; null after an error.</summary>
    public SetupCall? Setup(ParseResult result, List<string> errors) => _setup.Read(result, errors);

    /// <summary>True for <c>--config.check</c>.</summary>
    public bool IsConfigCheck(ParseResult result) => result.GetValue(_configCheck);

    /// <summary>The log to read and the form of the answer.</summary>
    public (string File, string Format) DiagnoseArguments(ParseResult result) =>
        (result.GetValue(_logFile)!, result.GetValue(_format)!);

    private IEnumerable<Option> Flags(OptionDefinition definition)
    {
        var description = $"{definition.Help} [default: {Default(definition)}]";
        Option[] flags = definition.Kind == OptionKind.Switch
            ? [
                new Option<bool>("--" + definition.Name) { Description = description, Arity = ArgumentArity.Zero },
                new Option<bool>("--no-" + definition.Name) { Hidden = true, Arity = ArgumentArity.Zero },
            ]
            : [
                new Option<string[]>("--" + definition.Name)
                {
                    Description = description,
                    HelpName = definition.ValueName,
                    // How often it may be given is checked with the other sources, with the same texts.
                    Arity = ArgumentArity.OneOrMore,
                    AllowMultipleArgumentsPerToken = false,
                },
            ];
        foreach (var flag in flags)
            _flags.Add((definition, flag));
        return flags;
    }

    private static Option<string> ConfigFile() =>
        new("--config.file") { Description = "YAML file with the same options.", HelpName = "PATH" };

    private static string Default(OptionDefinition definition) =>
        definition.Show(new ExporterOptions()) is { Length: > 0 } text ? text : "none";

    private static string[] Values(Option flag, IEnumerable<OptionResult> results) => flag is Option<bool>
        ? [flag.Name.StartsWith("--no-", StringComparison.Ordinal) ? "false" : "true"]
        : [.. results.SelectMany(result => result.Tokens).Select(token => token.Value)];
}
