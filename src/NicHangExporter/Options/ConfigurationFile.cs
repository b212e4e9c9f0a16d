using NicHangExporter.Text;

namespace NicHangExporter.Options;

/// <summary>Reads the configuration file into settings, with the line of each.</summary>
internal static class ConfigurationFile
{
    /// <summary>The settings of the file. Errors are added to <paramref name="errors"/>.</summary>
    public static List<OptionSetting> Read(string path, List<string> errors) =>
        Settings(StrictYaml.ReadFile(path, errors), path, errors);

    /// <summary>The settings of a parsed file. Errors are added to <paramref name="errors"/>.</summary>
    /// <param name="root">The file; null after an error.</param>
    /// <param name="path">Its name, for errors.</param>
    /// <param name="errors">Where errors go.</param>
    public static List<OptionSetting> Settings(YamlMapping? root, string path, List<string> errors)
    {
        var settings = new List<OptionSetting>();
        if (root is not null)
            Walk(root, "", path, settings, errors);
        return settings;
    }

    private static void Walk(
        YamlMapping mapping, string prefix, string path, List<OptionSetting> settings, List<string> errors)
    {
        foreach (var entry in mapping.Entries)
        {
            var name = prefix + entry.Key;
            var where = $"{path}:{entry.Line}";
            if (OptionTable.All.Any(option => option.Name == name))
                Add(entry, name, where, settings, errors);
            else if (!OptionTable.All.Any(option => option.Name.StartsWith(name + ".", StringComparison.Ordinal)))
                errors.Add($"{where}: unknown key "
                    + $"'{TextSanitizer.Of(name)}'{Suggestion.For(name, OptionTable.All.Select(option => option.Name))}");
            else if (entry.Value is YamlMapping group)
                Walk(group, name + ".", path, settings, errors);
            else
                errors.Add($"{where}: '{name}' must hold further keys");
        }
    }

    private static void Add(
        YamlEntry entry, string name, string where, List<OptionSetting> settings, List<string> errors)
    {
        if (settings.Any(setting => setting.Name == name))
            errors.Add($"{where}: '{name}' is set twice");
        else if (Values(entry.Value) is { } values)
            settings.Add(new OptionSetting(name, values, $"{where}: {name}"));
        else
            errors.Add($"{where}: '{name}' must be a value or a list of values");
    }

    // Null if it is empty, nested or a mapping.
    private static List<string>? Values(YamlNode node) => node switch
    {
        YamlScalar { Text.Length: > 0 } scalar => [scalar.Text],
        YamlSequence { Items.Count: > 0 } list when list.Items.All(item => item is YamlScalar { Text.Length: > 0 }) =>
            [.. list.Items.Select(item => ((YamlScalar)item).Text)],
        _ => null,
    };
}
