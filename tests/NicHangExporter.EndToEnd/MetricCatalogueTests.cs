using System.Text.RegularExpressions;

namespace NicHangExporter.EndToEnd;

/// <summary>Compares docs/reference/metrics.md with the metrics of an exporter on this machine.</summary>
public sealed partial class MetricCatalogueTests(LiveExporter live) : IClassFixture<LiveExporter>
{
    // These depend on what the driver reports. The driver of a virtual machine reports little.
    private static readonly string[] OfSomeDriversOnly =
    [
        "nichang_eee_", "nichang_pause_", "nichang_ring_", "nichang_ethtool_statistic", "nichang_link_speed_bytes",
            "nichang_link_full_duplex", "nichang_link_autonegotiation",
    ];

    [Fact]
    public async Task EveryMetric_ThatIsServed_IsDocumentedWithItsType()
    {
        var documented = Documented();

        var served = (await live.Process.ScrapeAsync()).Types;

        Assert.All(served, family =>
            Assert.Equal(family.Value, documented.GetValueOrDefault(family.Key, $"{family.Key} is not documented")));
    }

    [Fact]
    public async Task EveryMetric_ThatIsDocumented_IsServed()
    {
        var served = (await live.Process.ScrapeAsync()).Types;

        var missing = Documented().Keys.Where(name =>
            !served.ContainsKey(name)
            && !OfSomeDriversOnly.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)));

        Assert.Empty(missing);
    }

    [Fact]
    public async Task EveryLabel_ThatIsServed_IsDocumented()
    {
        var documented = Rows()
            .ToDictionary(
                row => row.Groups["name"].Value, row =>
                    row.Groups["labels"].Value.Split(
                        ',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));

        var samples = (await live.Process.ScrapeAsync()).Samples;

        Assert.All(samples, sample =>
            Assert.Subset(
                documented[Family(sample.Name)].Append(
                    sample.Name.EndsWith("_bucket", StringComparison.Ordinal) ? "le" : "").ToHashSet(),
                        sample.Labels.Keys.ToHashSet()));

        // A histogram has three series names.
        string Family(string name) => documented.ContainsKey(name) ? name : name[..name.LastIndexOf('_')];
    }

    private static Dictionary<string, string> Documented() =>
        Rows().ToDictionary(row => row.Groups["name"].Value, row => row.Groups["type"].Value);

    private static List<Match> Rows()
    {
        var rows = Row().Matches(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "metrics.md"))).ToList();
        Assert.True(rows.Count > 80, $"{rows.Count} rows in docs/reference/metrics.md");
        return rows;
    }

    [GeneratedRegex(@"^\| `(?<name>[a-z0-9_]+)` \| (?<type>\w+) \| (?<labels>[^|]*) \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
