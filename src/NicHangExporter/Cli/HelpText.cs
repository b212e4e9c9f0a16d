using System.CommandLine;
using NicHangExporter.Options;

namespace NicHangExporter.Cli;

/// <summary>
/// The help of the program, 80 columns wide on every output: commands first, then the common options. <c>--help-all</c>
/// has all options, by group. The help of a command is the library's.
/// </summary>
internal static class HelpText
{
    private const int TextColumn = 33;

    private static readonly (string Heading, string[] Commands)[] Groups =
    [
        ("Set up, and find out", ["setup", "diagnose", "status", "devices", "episodes", "healthcheck"]),
        ("Heal a device, and undo", ["remediate", "rollback", "persist", "unpersist", "quarantine"]),
        ("Kill switch", ["pause", "resume"]),
    ];

    private static readonly (string Name, string Text)[] General =
    [
        ("--config.file PATH", "YAML file with the same options."),
        ("--config.check", "Check the configuration and exit."),
        ("--version", "Show the version and exit."),
        ("--help, --help-all", "Show this help, or all options."),
    ];

    /// <summary>Writes the help.</summary>
    /// <param name="output">The output.</param>
    /// <param name="root">The program with its commands.</param>
    /// <param name="all">All options instead of the common ones.</param>
    public static void Write(TextWriter output, RootCommand root, bool all)
    {
        var page = new ConsoleWriter(output);
        page.Paragraph("", root.Description!);
        page.Line();
        page.Line("Usage: nic-hang-exporter [OPTIONS]                run the exporter");
        page.Line("       nic-hang-exporter COMMAND [ARGUMENTS]      see COMMAND --help");
        foreach (var (heading, names) in Groups)
        {
            page.Line();
            page.Line(heading + ":");
            foreach (var name in names)
                WriteCommand(page, root.Subcommands.Single(command => command.Name == name));
        }
        page.Line();
        page.Line(all ? "General options:" : "Common options:");
        if (!all)
            foreach (var option in OptionTable.All.Where(option => option.IsCommon))
                WriteOption(page, option);
        foreach (var (name, text) in General)
            WriteRow(page, name, text);
        if (all)
            WriteGroups(page);
        page.Line();
        page.Paragraph("", "Exit code: 0 done; 1 failed or declined; 2 a mistake in configuration or command line.");
    }

    private static void WriteCommand(ConsoleWriter page, Command command)
    {
        // quarantine has one subcommand, which is what a person writes.
        while (command.Subcommands is [var only])
            command = only;
        var words = command.Parents.FirstOrDefault() is Command and not RootCommand
            ? $"{command.Parents.First().Name} {command.Name}" : command.Name;
        var arguments = command.Arguments.Select(argument =>
            argument.Arity.MinimumNumberOfValues > 0 ? argument.Name : $"[{argument.Name}]");
        WriteRow(page, string.Join(' ', [words, .. arguments]), command.Description!.Split('\n')[0]);
    }

    private static void WriteGroups(ConsoleWriter page)
    {
        foreach (var group in OptionTable.All.Where(option => option is { IsAdvanced: false, IsDeprecated: false })
            .GroupBy(option => option.Name.Split('.')[0]))
            WriteSection(page, $"Options of {group.Key}:", group);
        WriteSection(
            page, "Advanced options, which hardly any host needs:", OptionTable.All.Where(option => option.IsAdvanced));
        WriteSection(page, "Deprecated options:", OptionTable.All.Where(option => option.IsDeprecated));
        page.Line();
        page.Paragraph(
            "", "A switch is turned off by --no-NAME, as in --no-collector.link. Each option is also a key of the YAML "
            + "file "
            + "and an environment variable, as in NICHANG_STATE_DIRECTORY.");
    }

    private static void WriteSection(ConsoleWriter page, string heading, IEnumerable<OptionDefinition> options)
    {
        page.Line();
        page.Line(heading);
        foreach (var option in options)
            WriteOption(page, option);
    }

    private static void WriteOption(ConsoleWriter page, OptionDefinition option)
    {
        var value = option.Kind == OptionKind.Switch ? "" : " " + option.ValueName;
        var inForce = option.Show(new ExporterOptions());
        WriteRow(page, $"--{option.Name}{value}", inForce is not ("" or "false") ? $"{option.Help} [{inForce}]"
            : option.Help);
    }

    private static void WriteRow(ConsoleWriter page, string name, string text)
    {
        if (name.Length + 4 <= TextColumn)
        {
            page.Paragraph($"  {name}".PadRight(TextColumn), text);
            return;
        }
        page.Line($"  {name}");
        page.Paragraph(new string(' ', TextColumn), text);
    }
}
