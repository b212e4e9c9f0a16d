using System.Text.RegularExpressions;
using NicHangExporter.Linux.Ethtool;
using NicHangExporter.Options;
using NicHangExporter.Remediation;
using NicHangExporter.State;
using NicHangExporter.Tests.Remediation;

namespace NicHangExporter.Tests.Metrics;

/// <summary>
/// Which features have series, for real devices: what somebody can turn off against a hang, as far as the device has
/// it.
/// </summary>
public sealed partial class FeatureSelectionTests
{
    [Fact]
    public async Task Ladder_OfAnE1000e_IsWhatItsProfilesTurnOff() => Assert.Equal(
        [
                "rx-checksum",
                "rx-gro",
                "rx-hashing",
                "rx-vlan-hw-parse",
                "tx-checksum-ip-generic",
                "tx-generic-segmentation",
                "tx-scatter-gather",
            "tx-tcp-mangleid-segmentation", "tx-tcp-segmentation", "tx-tcp6-segmentation", "tx-vlan-hw-insert",
        ],
        Shown(await ScrapeAsync("e1000e"), "active"));

    [Fact]
    public async Task Ladder_OfADeviceAsItWasRequested_HasNoSeriesOfRequests() =>
        Assert.Empty(Shown(await ScrapeAsync("e1000e"), "requested"));

    [Fact]
    public async Task All_OfADevice_IsEveryFeatureOfTheKernelWithEachProperty()
    {
        var all = FeatureFixture
            .Of("e1000e")
            .Facts.Features!.All.Select(feature => feature.Name)
            .Order(StringComparer.Ordinal)
            .ToList();
        var text = await ScrapeAsync(
            "e1000e",
            options => options with { Collectors = options.Collectors with { FeatureSeries = FeatureSeries.All } });

        foreach (var property in new[] { "active", "requested", "changeable" })
            Assert.Equal(all, Shown(text, property));
    }

    [Fact]
    public async Task Requested_WhereTheKernelDidNotGrantIt_HasASeries()
    {
        using var host = Host([
            new Feature("tx-tcp-segmentation", true, true, false, false),
            new Feature("rx-checksum", true, false, false, false),
            new Feature("rx-gro", false, false, true, false),
        ]);

        Assert.Equal(["tx-tcp-segmentation"], Shown(await host.ScrapeAsync(), "requested"));
        // A feature that is off but changeable has a series, and so has one that is on and fixed.
        Assert.Equal(["rx-checksum", "rx-gro", "tx-tcp-segmentation"], Shown(await host.ScrapeAsync(), "active"));
    }

    [Fact]
    public async Task Feature_ThatTheDeviceDoesNotHave_HasNoSeries()
    {
        using var host = Host([
            new Feature("rx-lro", false, false, false, false),
            new Feature("highdma", true, true, true, false),
        ]);

        Assert.Empty(Shown(await host.ScrapeAsync(), "active"));
    }

    [Fact]
    public async Task Feature_OfAProfileOfTheConfiguration_HasASeries()
    {
        using var host = Host(
            [
                new Feature("rx-ntuple-filter", true, false, false, false),
                new Feature("highdma", true, true, true, false),
            ],
            options => options with { Remediation = options.Remediation with { Profiles = ["mine=ntuple"] } });

        Assert.Equal(["rx-ntuple-filter"], Shown(await host.ScrapeAsync(), "active"));
    }

    [Fact]
    public async Task Feature_ThatAPersonTurnedOff_HasASeriesFromThenOn()
    {
        // The directory of the host, which is its procfs too. The journal reads its path from the options immediately.
        using var host = new FixtureHost(options =>
            options with
            {
                Paths = options.Paths with { StateDirectory = Path.Combine(options.Paths.Procfs, "state") },
            });
        var nic = host.AddSimulatedNic();
        nic.Request("rx-ntuple-filter", on: true);
        host.Open();
        host.Start();
        host.Poller.Poll();
        Assert.DoesNotContain("rx-ntuple-filter", Shown(await host.ScrapeAsync(), "active"));

        var outcome = host.Ask(
            new RemediationRequest(nic.Interface, RemediationTrigger.Cli) { Settings = ["rx-ntuple-filter"] });
        host.Poller.Poll();

        Assert.Equal(RemediationVerdict.Applied, outcome.Verdict);
        Assert.Contains("rx-ntuple-filter", Shown(await host.ScrapeAsync(), "active"));
    }

    private static FixtureHost Host(
        IEnumerable<Feature> features, Func<ExporterOptions, ExporterOptions>? configure = null)
    {
        var host = new FixtureHost(configure);
        host.AddNic();
        host.Ethtool.Features = _ => new DeviceFeatures([.. features]);
        host.Poller.Poll();
        return host;
    }

    private static async Task<string> ScrapeAsync(
        string fixture, Func<ExporterOptions, ExporterOptions>? configure = null)
    {
        using var host = Host(FeatureFixture.Of(fixture).Facts.Features!.All, configure);
        return await host.ScrapeAsync();
    }

    private static List<string> Shown(string text, string property) =>
        [
            .. Series()
                .Matches(text)
                .Where(match => match.Groups[1].Value == property)
                .Select(match => match.Groups[2].Value)
                .Order(StringComparer.Ordinal),
        ];

    [GeneratedRegex("^nichang_feature_([a-z]+){device=\"eno1\",feature=\"([^\"]+)\"}", RegexOptions.Multiline)]
    private static partial Regex Series();
}
