using NicHangExporter.Options;

namespace NicHangExporter.Tests.Documentation;

/// <summary>
/// The tables of docs/reference/configuration.md are generated from <see cref="OptionTable"/>: UPDATE_GOLDEN=1 writes
/// them again.
/// </summary>
public sealed class ConfigurationTableTests
{
    private static readonly string Document = Path.Combine(Repository.Root, "docs/reference/configuration.md");

    [Fact]
    public void ConfigurationDocument_ListsExactlyTheOptionsThatExist()
    {
        var text = File.ReadAllText(Document);
        var expected = Replace(text, "",
            OptionTable.All.Where(option => option is { IsAdvanced: false, IsDeprecated: false }));
        expected = Replace(expected, " advanced", OptionTable.All.Where(option => option.IsAdvanced));
        expected = Replace(expected, " deprecated", OptionTable.All.Where(option => option.IsDeprecated));
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
            File.WriteAllText(Document, expected);

        Assert.Equal(expected, File.ReadAllText(Document));
    }

    [Fact]
    public void ConfigurationDocument_HasATableOfAdvancedOptions() =>
        Assert.Equal(11, OptionTable.All.Count(option => option.IsAdvanced));

    [Fact]
    public void ConfigurationDocument_ItsExample_IsAccepted()
    {
        var text = File.ReadAllText(Document);
        var start = text.IndexOf("```yaml\n", StringComparison.Ordinal) + "```yaml\n".Length;
        using var directory = new TestSupport.TemporaryDirectory();
        File.WriteAllText(
            directory.File("config.yaml"), text[start..text.IndexOf("```", start, StringComparison.Ordinal)]);
        var errors = new List<string>();

        Assert.NotEmpty(ConfigurationFile.Read(directory.File("config.yaml"), errors));
        var setting = new OptionSetting("config.file", [directory.File("config.yaml")], "--config.file");
        OptionsLoader.Load([setting], new Dictionary<string, string>(), errors);
        Assert.Empty(errors);
    }

    private static string Replace(string text, string mark, IEnumerable<OptionDefinition> options)
    {
        var (begin, end) = ($"<!-- begin generated{mark} -->\n", $"<!-- end generated{mark} -->\n");
        var start = text.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
        Assert.True(start >= begin.Length, $"no line {begin}");
        var defaults = new ExporterOptions();
        var rows = options.Select(option =>
        {
            var value = option.Show(defaults) is { Length: > 0 } shown ? $"`{shown}`" : "";
            return $"| `{option.Name}` | `{option.EnvironmentName}` | {value} | {option.Help} |\n";
        });
        return text[..start] + "| option | environment | default | meaning |\n| --- | --- | --- | --- |\n"
            + string.Concat(rows)
            + text[text.IndexOf(end, StringComparison.Ordinal)..];
    }
}
