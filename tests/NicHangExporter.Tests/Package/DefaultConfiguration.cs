using System.Text;
using NicHangExporter.Options;

namespace NicHangExporter.Tests.Package;

/// <summary>Writes the package's examples/config.yaml: every common option, commented out.</summary>
internal static class DefaultConfiguration
{
    /// <summary>The directory of the unit's StateDirectory=.</summary>
    private const string State = "/var/lib/nic-hang-exporter";

    private const int Width = 100;

    /// <summary>The options in the file: neither advanced nor deprecated.</summary>
    public static IEnumerable<OptionDefinition> Options =>
        OptionTable.All.Where(option => option is { IsAdvanced: false, IsDeprecated: false });

    /// <summary>The file.</summary>
    public static string Text()
    {
        var file = new StringBuilder();
        Comment(file, "The common options of nic-hang-exporter, for /etc/nic-hang-exporter/config.yaml.");
        Comment(file, "A line \"#NAME: VALUE\" has the default. A name in capitals stands for a value, because that "
            + "option has no default. A list is written as [A, B]. nic-hang-exporter(1) has further options.");
        file.Append("#\n");
        Comment(file, "As installed, the exporter watches only. It changes a network device only if remediation.local, "
            + "remediation.api or remediation.webhook is enforce.");
        file.Append("#\n");
        Comment(file, "Put the files with tokens into /etc/nic-hang-exporter/credentials, readable for root only. The "
            + "service reads FILE as /run/credentials/nic-hang-exporter.service/tokens_FILE.");
        file.Append($"\nstate.directory: {State}\n");
        foreach (var group in Options.Where(option => option.Name != "state.directory")
            .GroupBy(option => option.Name.Split('.')[0]))
        {
            file.Append($"\n## {group.Key}\n");
            foreach (var option in group)
            {
                file.Append('\n');
                Comment(file, option.Help);
                file.Append($"#{option.Name}: {Value(option)}\n");
            }
        }
        return file.ToString();
    }

    private static string Value(OptionDefinition option)
    {
        var value = option.Show(new ExporterOptions()) is { Length: > 0 } shown ? shown : option.ValueName;
        // A colon or a bracket at the beginning means something in YAML.
        return option.Kind == OptionKind.List ? $"[\"{value}\"]" : value;
    }

    private static void Comment(StringBuilder file, string text)
    {
        var line = "#";
        foreach (var word in text.Split(' '))
        {
            if (line.Length + 1 + word.Length > Width)
            {
                file.Append(line).Append('\n');
                line = "#";
            }
            line += " " + word;
        }
        file.Append(line).Append('\n');
    }
}
