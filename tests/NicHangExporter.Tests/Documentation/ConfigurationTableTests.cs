using NicHangExporter.Options;

namespace NicHangExporter.Tests.Documentation;

/// <summary>The table of docs/reference/configuration.md is generated from <see cref="OptionTable"/>: UPDATE_GOLDEN=1 writes it anew.</summary>
public sealed class ConfigurationTableTests
{
    private static readonly string Document = Path.Combine(Repository.Root, "docs/reference/configuration.md");

    [Fact]
    public void ConfigurationDocument_ListsExactlyTheOptionsThatExist()
    {
        var text = File.ReadAllText(Document);
        var start = text.IndexOf("<!-- begin generated -->", StringComparison.Ordinal);
        var end = text.IndexOf("<!-- end generated -->", StringComparison.Ordinal);
        var defaults = new ExporterOptions();
        var rows = OptionTable.All.Select(option =>
            $"| `{option.Name}` | `{option.EnvironmentName}` | {(option.Show(defaults) is { Length: > 0 } value ? $"`{value}`" : "")} | {option.Help} |\n");
        var expected = text[..start] + "<!-- begin generated -->\n| option | environment | default | meaning |\n| --- | --- | --- | --- |\n" + string.Concat(rows) + text[end..];
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
            File.WriteAllText(Document, expected);

        Assert.Equal(expected, File.ReadAllText(Document));
    }

    [Fact]
    public void ConfigurationDocument_ItsExample_IsSound()
    {
        var text = File.ReadAllText(Document);
        var start = text.IndexOf("```yaml\n", StringComparison.Ordinal) + "```yaml\n".Length;
        using var directory = new TestSupport.TemporaryDirectory();
        File.WriteAllText(directory.File("config.yaml"), text[start..text.IndexOf("```", start, StringComparison.Ordinal)]);
        var errors = new List<string>();

        Assert.NotEmpty(ConfigurationFile.Read(directory.File("config.yaml"), errors));
        OptionsLoader.Load([new OptionSetting("config.file", [directory.File("config.yaml")], "--config.file")], new Dictionary<string, string>(), errors);
        Assert.Empty(errors);
    }
}
