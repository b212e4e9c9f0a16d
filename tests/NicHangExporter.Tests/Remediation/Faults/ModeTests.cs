using NicHangExporter.Api;
using NicHangExporter.Options;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Policy;
using NicHangExporter.Text;

namespace NicHangExporter.Tests.Remediation.Faults;

/// <summary>The mode of each trigger.</summary>
public sealed class ModeTests
{
    public static TheoryData<string, string> Table()
    {
        var table = new TheoryData<string, string>();
        foreach (var trigger in new[] { "Local", "Webhook", "Api" })
            foreach (var mode in Enum.GetNames<RemediationMode>())
                table.Add(trigger, mode);
        return table;
    }

    [Theory]
    [MemberData(nameof(Table))]
    public async Task Mode_OfOneTrigger_HoldsForThatAloneWhateverTheOthersMay(string triggerName, string modeName)
    {
        var (trigger, mode) = (Enum.Parse<RemediationTrigger>(triggerName), Enum.Parse<RemediationMode>(modeName));
        // The others may do the opposite.
        var others = mode == RemediationMode.Enforce ? RemediationMode.Off : RemediationMode.Enforce;
        using var scene = new FaultScene(options => options with
        {
            Remediation = options.Remediation with
            {
                Local = trigger == RemediationTrigger.Local ? mode : others,
                Webhook = trigger == RemediationTrigger.Webhook ? mode : others,
                Api = trigger == RemediationTrigger.Api ? mode : others,
            },
        }).Open();
        scene.Hang();

        var outcome = scene.Ask(scene.LocalRequest() with { Trigger = trigger });

        var label = SnakeCase.Of(trigger);
        Assert.Equal(mode switch
        {
            RemediationMode.Off => RemediationVerdict.Declined,
            RemediationMode.Observe => RemediationVerdict.Observed,
            _ => RemediationVerdict.Healed
        }, outcome.Verdict);
        Assert.Equal(mode == RemediationMode.Off, outcome.Declined == DeclineReason.ModeOff);
        Assert.Equal(mode == RemediationMode.Enforce, scene.Operations.Any());
        Assert.Equal(mode == RemediationMode.Enforce, !scene.Nic.IsHung);
        Assert.Equal(mode == RemediationMode.Enforce ? 1 : 0, scene.Entries(JournalEvent.Intent).Count);
        Assert.Equal(outcome.Verdict, Assert.Single(scene.Entries(JournalEvent.Outcome)).Verdict);
        foreach (var name in Enum.GetValues<RemediationMode>())
            Assert.Equal(name == mode ? 1 : null,
                await scene.Metric($"nichang_remediation_mode{{trigger=\"{label}\",mode=\"{SnakeCase.Of(name)}\"}}"));
        if (mode == RemediationMode.Off)
            Assert.Equal(1,
                await scene.Metric($"nichang_remediation_declined_total{{trigger=\"{label}\",reason=\"mode_off\"}}"));
        else
            Assert.Equal(1, await scene.Outcomes(label, SnakeCase.Of(outcome.Verdict)));
        // A dry run is always allowed.
        var would = scene.Ask(scene.Request("gro") with { Trigger = trigger, DryRun = true });
        Assert.Equal(RemediationVerdict.DryRun, would.Verdict);
        Assert.Equal(mode == RemediationMode.Off, would.Declined == DeclineReason.ModeOff);
    }

    [Fact]
    public void AllOff_StillObeysThePersonAtTheConsole()
    {
        using var scene = new FaultScene(options => options with
        {
            Remediation = options.Remediation with { Local = default, Webhook = default, Api = default },
        }).Open();
        Assert.Equal(RemediationVerdict.Applied, scene.Ask(scene.Request("tso")).Verdict);
        Assert.Equal(RemediationVerdict.Applied, scene.Ask(scene.RollbackRequest()).Verdict);
    }
}
