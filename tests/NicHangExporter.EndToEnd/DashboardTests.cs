namespace NicHangExporter.EndToEnd;

/// <summary>
/// Runs every query of the dashboards on a real Prometheus. It has scraped real exporters during hangs, remediations,
/// drift and a quarantine; one exporter cannot read the kernel log and one is cut off. An empty answer is a failure.
/// <c>grafana/preview</c> runs the same test for longer, and draws the answers.
/// </summary>
public sealed class DashboardTests
{
    // Panels that are 0 on healthy hosts. In this fleet they must not be 0.
    private static readonly string[] NeverZero =
    [
        "NICs that hang", "Confirmed hangs", "Hosts cut off", "NICs in quarantine", "Settings that drifted",
        "Exporters that may miss a hang",
    ];

    private static readonly TimeSpan BetweenHangs = TimeSpan.FromSeconds(45);

    private static readonly Dictionary<string, Dictionary<string, string>> Chosen = new()
    {
        ["nic-hang-fleet.json"] = [],
        ["nic-hang-device.json"] = new() { ["instance"] = DashboardFleet.Star, ["device"] = "eno1" },
    };

    [Fact]
    public async Task EveryQuery_OfPanelsVariablesAndAnnotations_FindsWhatTheExportersServed()
    {
        var preview = Environment.GetEnvironmentVariable("DASHBOARD_PREVIEW");
        using var fleet = await DashboardFleet.StartAsync();
        await fleet.GoThroughAsync();
        await fleet.HangAgainAsync();
        // The preview needs several hangs with pauses; the test needs one.
        for (var times = string.IsNullOrEmpty(preview) ? 0 : 6; times > 0; times--)
        {
            await Task.Delay(BetweenHangs, TestContext.Current.CancellationToken);
            await fleet.HangAgainAsync();
        }
        await fleet.HangForGoodAsync();
        // The rates of the last minute need a whole minute of samples.
        var twoMinutes = TimeSpan.FromMinutes(2);
        await Eventually.HoldsAsync("there are samples of two minutes", () => DateTimeOffset.UtcNow - fleet.Begin,
            age => age >= twoMinutes, twoMinutes);
        var time = new GrafanaTime(fleet.Begin, DateTimeOffset.UtcNow);

        var answers = new List<DashboardAnswers>();
        foreach (var dashboard in GrafanaDashboard.All(SimulatedPrometheus.Repository))
            answers.Add(await DashboardAnswers.AskAsync(dashboard, fleet.Prometheus, time, Chosen[dashboard.File]));
        if (!string.IsNullOrEmpty(preview))
            foreach (var one in answers)
                File.WriteAllText(Path.Combine(preview, one.Dashboard.File), one.ToJson());

        Assert.Equal(Chosen.Keys.Order(StringComparer.Ordinal), answers.Select(one => one.Dashboard.File));
        Assert.Empty(answers.SelectMany(one => one.Empty()));
        var ofFleet = answers.Single(one => one.Dashboard.File == "nic-hang-fleet.json");
        Assert.All(NeverZero, title => Assert.True(Assert.Single(ofFleet.NumbersOf(title)) >= 1, $"{title} is 0"));
    }
}
