using NicHangExporter.Options;
using NicHangExporter.Tests.Remediation;

namespace NicHangExporter.Tests.Metrics;

/// <summary>
/// A fleet pays for each series on each host. What is on by default is held to a budget, and docs/reference/metrics.md
/// says what each switch costs; after a wanted change UPDATE_GOLDEN=1 writes its table again.
/// </summary>
public sealed class SeriesBudgetTests
{
    private const int MostOfADevice = 110;
    private const int MostOfTheProcess = 80;

    private static readonly string Document = Path.Combine(Repository.Root, "docs/reference/metrics.md");

    public static TheoryData<string> Nics => [.. FeatureFixture.All.Select(fixture => fixture.File)];

    [Theory]
    [MemberData(nameof(Nics))]
    public async Task Defaults_OfEachDriver_StayWithinTheBudget(string nic)
    {
        var series = await SeriesCount.OfAsync(nic);

        Assert.True(
            series.Device.Count <= MostOfADevice,
            $"{series.Device.Count} series of a device:\n{string.Join('\n', series.Device)}");
        Assert.True(
            series.Process.Count <= MostOfTheProcess,
            $"{series.Process.Count} series of the process:\n{string.Join('\n', series.Process)}");
    }

    [Fact]
    public async Task FurtherQueue_CostsOneSeries()
    {
        var (one, sixteen) = (
            await SeriesCount.OfAsync("virtio_net"), await SeriesCount.OfAsync("virtio_net", queues: 16));

        Assert.Equal(15, sixteen.Device.Count - one.Device.Count);
        Assert.Equal(one.Process, sixteen.Process);
    }

    [Fact]
    public async Task NumbersInTheDocument_AreTheRealOnes()
    {
        var text = await File.ReadAllTextAsync(Document, TestContext.Current.CancellationToken);
        var (begin, end) = ("<!-- begin series -->\n", "<!-- end series -->");
        var expected =
            text[..(text.IndexOf(begin, StringComparison.Ordinal) + begin.Length)]
            + await TableAsync()
            + text[text.IndexOf(end, StringComparison.Ordinal)..];
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
            await File.WriteAllTextAsync(Document, expected, TestContext.Current.CancellationToken);

        Assert.Equal(expected, await File.ReadAllTextAsync(Document, TestContext.Current.CancellationToken));
    }

    private static async Task<string> TableAsync()
    {
        var (virtio, intel) = (await SeriesCount.OfAsync("virtio_net"), await SeriesCount.OfAsync("e1000e"));
        var rows = new List<string>
        {
            Row("defaults, a virtio_net with one transmit queue", virtio.Device.Count, virtio.Process.Count),
            Row("defaults, an e1000e with one transmit queue", intel.Device.Count, intel.Process.Count),
            await DifferenceAsync("each further transmit queue", options => options, queues: 2),
            await DifferenceAsync(
                "`--no-collector.statistics`",
                options => options with { Collectors = options.Collectors.Without(Collector.Statistics) }),
            await DifferenceAsync(
                "`--no-collector.link`",
                options => options with { Collectors = options.Collectors.Without(Collector.Link) }),
            await DifferenceAsync(
                "`--no-collector.ethtool`",
                options => options with { Collectors = options.Collectors.Without(Collector.Ethtool) }),
            await DifferenceAsync(
                "`--collector.features=none`",
                options => options with { Collectors = options.Collectors.Without(Collector.Features) }),
            await DifferenceAsync(
                "`--collector.features=all`",
                options => options with { Collectors = options.Collectors with { FeatureSeries = FeatureSeries.All } }),
            await DifferenceAsync(
                "`--collector.eee`", options => options with { Collectors = options.Collectors.With(Collector.Eee) }),
            await DifferenceAsync(
                "`--collector.pause`",
                options => options with { Collectors = options.Collectors.With(Collector.Pause) }),
            await DifferenceAsync(
                "`--collector.rings`",
                options => options with { Collectors = options.Collectors.With(Collector.Rings) }),
            await DifferenceAsync(
                "`--remediation.local=observe`",
                options => options with { Remediation = options.Remediation with { Local = RemediationMode.Observe } }),
            await DifferenceAsync(
                "`--remediation.local=enforce`",
                options => options with { Remediation = options.Remediation with { Local = RemediationMode.Enforce } }),
        };
        return "| setting | series of each device | series of the exporter itself |\n| --- | --: | --: |\n"
            + string.Concat(rows);

        async Task<string> DifferenceAsync(
            string what, Func<ExporterOptions, ExporterOptions> configure, int queues = 1)
        {
            var (before, after) = (intel, await SeriesCount.OfAsync("e1000e", configure, queues));
            return Row(
                what + ", an e1000e", after.Device.Count - before.Device.Count,
                after.Process.Count - before.Process.Count, "+0;−0;0");
        }

        static string Row(string what, int device, int process, string form = "0") =>
            $"| {what} | {device.ToString(form, System.Globalization.CultureInfo.InvariantCulture)} | "
            + $"{process.ToString(form, System.Globalization.CultureInfo.InvariantCulture)} |\n";
    }
}
