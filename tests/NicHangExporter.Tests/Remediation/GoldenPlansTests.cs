using System.Text;
using NicHangExporter.Options;
using NicHangExporter.Remediation.Planning;

namespace NicHangExporter.Tests.Remediation;

/// <summary>
/// What each profile and each stage would do to a device of each driver, as text: a new row, or a change of one, shows
/// as a difference. After a wanted change, UPDATE_GOLDEN=1 writes the file again; read its difference before committing
/// it.
/// </summary>
public sealed class GoldenPlansTests
{
    [Fact]
    public async Task Plans_OfEveryDriverProfileAndStage_AreTheGoldenFile()
    {
        var text = Plans();

        var golden = Path.Combine(Repository.Root, "tests/NicHangExporter.Tests/golden/plans.txt");
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
            await File.WriteAllTextAsync(golden, text, TestContext.Current.CancellationToken);
        Assert.Equal(await File.ReadAllTextAsync(golden, TestContext.Current.CancellationToken), text);
    }

    private static string Plans()
    {
        var catalogue = new ProfileCatalog(new ExporterOptions());
        var text = new StringBuilder();
        foreach (var fixture in FeatureFixture.All)
        {
            var ladder = catalogue.Ladder(fixture.Driver);
            var stages = ladder is null ? "no ladder" : "ladder " + string.Join(" > ", ladder.Stages);
            text.Append($"== {fixture.File}: driver {fixture.Driver}, {stages}\n");
            foreach (var profile in OffloadProfiles.All)
                Append(text, $"profile {profile.Name}",
                    RemediationPlan.Create(fixture.Facts, profile.Settings, null, ladder));
            for (var stage = 0; stage < ladder?.Stages.Length; stage++)
            {
                var settings = catalogue.StageSettings(fixture.Driver, stage);
                var plan = RemediationPlan.Create(fixture.Facts, settings, new RemediationStep.Reinit(), ladder);
                text.Append($"stage {stage}, hung: {string.Join(", ", plan.Steps)}\n");
            }
        }
        return text.ToString();
    }

    private static void Append(StringBuilder text, string name, RemediationPlan plan)
    {
        var verdict = plan.NothingChangeable ? "nothing changeable" : plan.ChangesNothing ? "changes nothing"
            : plan.InterruptsTraffic ? "interrupts traffic" : "no interruption";
        text.Append($"{name}: {verdict}\n");
        Line("steps", plan.Steps.Select(step => step.ToString()!));
        Line("already off", plan.AlreadyOff);
        Line("fixed on", plan.Fixed);
        Line("unknown", plan.Unknown);

        void Line(string label, IEnumerable<string> items)
        {
            if (items.Any())
                text.Append($"  {label}: {string.Join(", ", items)}\n");
        }
    }
}
