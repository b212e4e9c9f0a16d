using System.CommandLine;
using NicHangExporter.Cli;
using NicHangExporter.Options;

namespace NicHangExporter.Tests.Package;

/// <summary>A flag as the package describes it.</summary>
/// <param name="Name">With its dashes.</param>
/// <param name="Value">The placeholder of its value; null for a switch.</param>
/// <param name="Text">One or more sentences.</param>
internal sealed record FlagModel(string Name, string? Value, string Text);

/// <summary>A command of the program.</summary>
/// <param name="Name">Its words, as in <c>quarantine clear</c>.</param>
/// <param name="Arguments">Its arguments; an optional one in brackets.</param>
/// <param name="Text">The lines of its description.</param>
/// <param name="Flags">Its flags that the help shows.</param>
internal sealed record CommandModel(
    string Name, IReadOnlyList<string> Arguments, IReadOnlyList<string> Text, IReadOnlyList<FlagModel> Flags);

/// <summary>The command line of the program, from which the files of the Debian package are generated.</summary>
internal static class ProgramModel
{
    private static readonly CommandLine Line = new();

    /// <summary>What the program is, in a sentence.</summary>
    public static string Description => Line.Root.Description!;

    /// <summary>The commands that the help shows, by name.</summary>
    public static IReadOnlyList<CommandModel> Commands { get; } =
        [.. Leaves(Line.Root, []).OrderBy(command => command.Name, StringComparer.Ordinal)];

    /// <summary>The flags of the program that are no options.</summary>
    public static IReadOnlyList<FlagModel> GeneralFlags { get; } =
    [
        .. Line.Root.Options.Where(flag => !IsOption(flag) && flag.Name != "--help").Select(Of)
            .OrderBy(flag => flag.Name, StringComparer.Ordinal),
        new("--help", null, "Show the common options."),
    ];

    /// <summary>The flag of an option.</summary>
    public static FlagModel Of(OptionDefinition option) => new(
        "--" + option.Name, option.Kind == OptionKind.Switch ? null : option.ValueName,
        option.Show(new ExporterOptions()) is { Length: > 0 } value ? $"{option.Help} Default: {value}." : option.Help);

    private static bool IsOption(Option flag) => OptionTable.All.Any(option =>
        flag.Name == "--" + option.Name || flag.Name == "--no-" + option.Name);

    private static FlagModel Of(Option flag) => new(
        flag.Name, flag.Arity.MaximumNumberOfValues == 0 || flag.ValueType == typeof(bool) ? null : flag.HelpName,
        flag.Description!);

    private static IEnumerable<CommandModel> Leaves(Command parent, string[] path)
    {
        foreach (var command in parent.Subcommands.Where(command => !command.Hidden))
        {
            string[] words = [.. path, command.Name];
            if (command.Subcommands.Count > 0)
                foreach (var leaf in Leaves(command, words))
                    yield return leaf;
            else
                yield return new CommandModel(
                    string.Join(' ', words),
                    [.. command.Arguments.Select(argument =>
                        argument.Arity.MinimumNumberOfValues > 0 && !argument.HasDefaultValue
                            ? argument.Name : $"[{argument.Name}]")],
                    command.Description!.Split('\n'),
                    [.. command.Options.Where(flag => !flag.Hidden && flag.Name != "--help").Select(Of)]);
        }
    }
}
