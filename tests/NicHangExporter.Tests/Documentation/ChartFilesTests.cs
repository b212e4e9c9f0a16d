using System.Text.RegularExpressions;
using NicHangExporter.Options;

namespace NicHangExporter.Tests.Documentation;

/// <summary>
/// What the Helm chart has from elsewhere is as it is there: rules, dashboards, names of options, the version, and its
/// own table of values. UPDATE_GOLDEN=1 copies and writes it anew, but for the version and the switches of the alerts.
/// </summary>
public sealed partial class ChartFilesTests
{
    private const string Chart = "deploy/helm/nic-hang-exporter";

    private static bool Updates => Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1";

    /// <summary>The chart's values.</summary>
    internal static IReadOnlyList<ChartValue> Values { get; } = ChartValue.Read(In($"{Chart}/values.yaml"));

    [Theory]
    [InlineData("deploy/prometheus/rules", "rules", "*.yml", true)]
    [InlineData("deploy/prometheus/rules-optional", "rules-optional", "*.yml", true)]
    // Helm reads no file outside the chart.
    [InlineData("grafana", "dashboards", "*.json", false)]
    public void FilesOfTheChart_AreThoseOfTheRepository(string source, string copy, string pattern, bool mustExist)
    {
        var (originals, copies) = (Contents(In(source), pattern), Contents(In($"{Chart}/files/{copy}"), pattern));
        Assert.True(originals.Count > 0 || !mustExist, $"{source} has no file {pattern}");
        if (Updates)
        {
            foreach (var name in copies.Keys.Except(originals.Keys))
                File.Delete(In($"{Chart}/files/{copy}/{name}"));
            if (originals.Count > 0)
                Directory.CreateDirectory(In($"{Chart}/files/{copy}"));
            foreach (var (name, content) in originals)
                File.WriteAllText(In($"{Chart}/files/{copy}/{name}"), content);
            copies = Contents(In($"{Chart}/files/{copy}"), pattern);
        }

        Assert.Equal(originals.Keys.Order(StringComparer.Ordinal), copies.Keys.Order(StringComparer.Ordinal));
        Assert.All(originals, original => Assert.Equal(original.Value, copies[original.Key]));
    }

    [Fact]
    public void NamesOfOptions_AreThoseThatExist()
    {
        var expected = string.Concat(OptionTable.All.Select(option => option.Name + "\n"));
        if (Updates)
            File.WriteAllText(In($"{Chart}/files/options.txt"), expected);

        Assert.Equal(expected, File.ReadAllText(In($"{Chart}/files/options.txt")));
    }

    [Fact]
    public void Alerts_HaveASwitchEach_AndThoseThatAreOptionalAreOff()
    {
        var core = Alerts("deploy/prometheus/rules").ToDictionary(alert => alert, _ => "true");
        var optional = Alerts("deploy/prometheus/rules-optional").ToDictionary(alert => alert, _ => "false");
        var switches = AlertSwitch().Matches(File.ReadAllText(In($"{Chart}/values.yaml")))
            .ToDictionary(line => line.Groups[1].Value, line => line.Groups[2].Value);

        Assert.NotEmpty(core);
        Assert.Equal(core.Concat(optional).OrderBy(alert => alert.Key, StringComparer.Ordinal),
            switches.OrderBy(alert => alert.Key, StringComparer.Ordinal));
    }

    [Fact]
    public void Version_IsTheProjects()
    {
        var version = VersionProperty().Match(File.ReadAllText(In("Directory.Build.props"))).Groups[1].Value;

        Assert.Contains($"\nversion: {version}\nappVersion: {version}\n",
            File.ReadAllText(In($"{Chart}/Chart.yaml")), StringComparison.Ordinal);
    }

    [Fact]
    public void EachValue_HasAComment() =>
        Assert.All(Values, value => Assert.True(value.Comment is not null, $"{value.Name} has no comment '# -- …'"));

    [Fact]
    public void Readme_ListsExactlyTheValuesThatExist()
    {
        var rows = Values.Select(value =>
            $"| `{value.Name}` | {(value.IsBlock ? "see values.yaml" : $"`{value.Default}`")} | {value.Comment} |\n");
        var table = "| value | default | meaning |\n| --- | --- | --- |\n" + string.Concat(rows);

        Assert.True(Values.Count > 50);
        new Document($"{Chart}/README.md").AssertGenerated("values", table);
    }

    private static string In(string path) => Path.Combine(Repository.Root, path);

    private static Dictionary<string, string> Contents(string directory, string pattern) =>
        !Directory.Exists(directory) ? []
            : Directory.EnumerateFiles(directory, pattern)
                .ToDictionary(file => Path.GetFileName(file), File.ReadAllText);

    private static IEnumerable<string> Alerts(string directory) =>
        Directory.EnumerateFiles(In(directory), "*.yml").SelectMany(file => Alert().Matches(File.ReadAllText(file)))
            .Select(alert => alert.Groups[1].Value);

    [GeneratedRegex(@"^ *- alert: (\w+)$", RegexOptions.Multiline)]
    private static partial Regex Alert();

    [GeneratedRegex(@"^    (NicHang\w*): (true|false)$", RegexOptions.Multiline)]
    private static partial Regex AlertSwitch();

    [GeneratedRegex("<Version>(.+?)</Version>")]
    private static partial Regex VersionProperty();
}
