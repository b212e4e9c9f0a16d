using System.Text;
using NicHangExporter.Options;

namespace NicHangExporter.Tests.Package;

/// <summary>Writes the manual page nic-hang-exporter(1), with the macros of man(7).</summary>
internal static class ManPage
{
    /// <summary>The page. <c>@DATE@</c> and <c>@VERSION@</c> are replaced when the package is built.</summary>
    public static string Text()
    {
        var page = new StringBuilder();
        page.Append(".\\\" Generated from the command line of the program by PackageFilesTests. Do not edit.\n");
        page.Append(".TH NIC\\-HANG\\-EXPORTER 1 \"@DATE@\" \"nic\\-hang\\-exporter @VERSION@\" \"User Commands\"\n");
        Section(page, "NAME");
        page.Append("nic\\-hang\\-exporter \\- detect and heal hung network devices, for Prometheus\n");
        Section(page, "SYNOPSIS");
        page.Append(".B nic\\-hang\\-exporter\n[\\fIOPTIONS\\fR]\n.br\n");
        page.Append(".B nic\\-hang\\-exporter\n\\fICOMMAND\\fR [\\fIARGUMENTS\\fR]\n");
        Section(page, "DESCRIPTION");
        page.Append(Fill(ProgramModel.Description)).Append('\n');
        Paragraph(page, "Without a command, the program is the daemon. A command asks the daemon of this host, or does "
            + "the work itself if no daemon runs.");
        Section(page, "COMMANDS");
        foreach (var command in ProgramModel.Commands)
            Command(page, command);
        Section(page, "GENERAL OPTIONS");
        foreach (var flag in ProgramModel.GeneralFlags)
            Flag(page, flag);
        Options(page);
        Files(page);
        return page.ToString();
    }

    private static void Command(StringBuilder page, CommandModel command)
    {
        page.Append($".SS \"{Escape(string.Join(' ', [command.Name, .. command.Arguments]))}\"\n");
        page.Append(string.Join("\n.br\n", command.Text.Select(Fill))).Append('\n');
        foreach (var flag in command.Flags)
            Flag(page, flag);
    }

    private static void Options(StringBuilder page)
    {
        Section(page, "OPTIONS");
        Paragraph(page, "A switch is turned off by --no-NAME. Each option is also a key of the YAML file, as in "
            + "stall.window: 20s, and an environment variable, as in NICHANG_STALL_WINDOW=20s. Flags win over the "
            + "environment, the environment over the file.");
        foreach (var group in OptionTable.All.Where(option => option is { IsAdvanced: false, IsDeprecated: false })
            .GroupBy(option => option.Name.Split('.')[0]))
            Subsection(page, $"Options of {group.Key}", group);
        Subsection(
            page, "Advanced options, which hardly any host needs", OptionTable.All.Where(option => option.IsAdvanced));
        Subsection(page, "Deprecated options", OptionTable.All.Where(option => option.IsDeprecated));
    }

    private static void Files(StringBuilder page)
    {
        Section(page, "FILES");
        foreach (var (path, text) in new[]
        {
            ("/etc/nic-hang-exporter/config.yaml", "Options of the service, for monitoring only when it is installed."),
            ("/etc/nic-hang-exporter/credentials",
                "Files with bearer tokens. The service reads FILE as "
                    + "/run/credentials/nic-hang-exporter.service/tokens_FILE."),
            ("/etc/nic-hang-exporter/disable", "Kill switch: while this file exists, no device is changed."),
            ("/etc/default/nic-hang-exporter", "Further arguments of the service, in ARGS."),
            ("/var/lib/nic-hang-exporter", "Counts, the journal of remediations, and the evidence of hang episodes."),
            ("/usr/share/nic-hang-exporter", "Rules for Prometheus and dashboards for Grafana."),
        })
            page.Append($".TP\n.I {Escape(path)}\n{Fill(text)}\n");
        Section(page, "EXIT STATUS");
        Paragraph(page, "0 done, or nothing to do; 1 failed, declined or not healed; 2 a mistake in configuration or "
            + "command line.");
        Section(page, "SEE ALSO");
        page.Append(".BR ethtool (8),\n.BR systemd.link (5)\n");
        Paragraph(page, "The documentation is in /usr/share/doc/nic-hang-exporter/docs.");
    }

    private static void Section(StringBuilder page, string heading) => page.Append($".SH {heading}\n");

    private static void Subsection(StringBuilder page, string heading, IEnumerable<OptionDefinition> options)
    {
        if (!options.Any())
            return;
        page.Append($".SS \"{Escape(heading)}\"\n");
        foreach (var option in options)
            Flag(page, ProgramModel.Of(option));
    }

    private static void Paragraph(StringBuilder page, string text) => page.Append($".PP\n{Fill(text)}\n");

    private static void Flag(StringBuilder page, FlagModel flag)
    {
        page.Append($".TP\n\\fB{Escape(flag.Name)}\\fR");
        if (flag.Value is { } value)
            page.Append($" \\fI{Escape(value)}\\fR");
        page.Append($"\n{Fill(flag.Text)}\n");
    }

    // Lines of limited width. A line that begins with a dot or an apostrophe would be a request.
    private static string Fill(string text)
    {
        var words = Escape(text).Split(' ').Select(word => word[0] is '.' or '\'' ? "\\&" + word : word);
        return LongText.Wrap(words, " ", "", 0);
    }

    private static string Escape(string text) =>
        text.Replace("\\", "\\e", StringComparison.Ordinal).Replace("-", "\\-", StringComparison.Ordinal)
            .Replace("\"", "\\(dq", StringComparison.Ordinal);
}
