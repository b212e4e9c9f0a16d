using System.Collections;
using System.Text.RegularExpressions;
using NicHangExporter.Text;

namespace NicHangExporter.Options;

/// <summary>
/// Settings from environment variables that begin with <c>NICHANG_</c>. A list is separated by commas.
/// </summary>
internal static partial class EnvironmentSource
{
    /// <summary>The settings. Unknown names are errors, so that a misspelt name is not ignored.</summary>
    public static List<OptionSetting> Read(IDictionary variables, List<string> errors)
    {
        var settings = new List<OptionSetting>();
        foreach (var name in variables.Keys.Cast<string>().Where(IsOurs).Order(StringComparer.Ordinal))
        {
            var value = (string?)variables[name] ?? "";
            var option = OptionTable.All.FirstOrDefault(option => option.EnvironmentName == name);
            if (option is not null)
                settings.Add(new OptionSetting(option.Name, Values(option, value), name));
            else if (name == ConfigFile)
                settings.Add(new OptionSetting("config.file", [value], name));
            else
                errors.Add($"unknown environment variable {name}"
                    + Suggestion.For(name, OptionTable.All.Select(option => option.EnvironmentName)));
        }
        return settings;
    }

    /// <summary>The variable that names the configuration file.</summary>
    public const string ConfigFile = OptionDefinition.EnvironmentPrefix + "CONFIG_FILE";

    private static string[] Values(OptionDefinition option, string value) =>
        option.Kind == OptionKind.List ? value.Split(',', StringSplitOptions.TrimEntries) : [value];

    // Kubernetes sets such variables for every Service, also for a Service called "nichang".
    private static bool IsOurs(string name) =>
        name.StartsWith(OptionDefinition.EnvironmentPrefix, StringComparison.Ordinal) && !ServiceLink().IsMatch(name);

    [GeneratedRegex(
        @"_SERVICE_HOST$|_SERVICE_PORT(_[A-Z0-9_]+)?$|_PORT$|_PORT_[0-9]+_(TCP|UDP|SCTP)(_PROTO|_PORT|_ADDR)?$")]
    private static partial Regex ServiceLink();
}
