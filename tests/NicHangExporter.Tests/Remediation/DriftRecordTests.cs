using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Text;

namespace NicHangExporter.Tests.Remediation;

/// <summary>A correction of drift between two remediations changes nothing of what the second one would be.</summary>
public sealed class DriftRecordTests
{
    [Fact]
    public void Drift_Corrected_LeavesActionStageProofAndLastOutcomeAsTheyWere()
    {
        foreach (var verdict in new[] { RemediationVerdict.Healed, RemediationVerdict.NotHealed,
            RemediationVerdict.DidNotHold, RemediationVerdict.Inconclusive })
            AssertUntouched(Pass(new DeviceRecord(), RemediationTrigger.Local, verdict, 100));
    }

    private static void AssertUntouched(DeviceRecord before)
    {
        foreach (var outcome in new[] { RemediationVerdict.Applied, RemediationVerdict.RolledBack,
            RemediationVerdict.Unverified, RemediationVerdict.DeviceGone })
        {
            var after = Pass(before, RemediationTrigger.Drift, outcome, 200);

            Assert.Equal(
                (before.RecoveryAction, before.Stage, before.Recurred, before.Proving, before.Last, before.LastSuccess,
                before.CooldownUntil),
                (after.RecoveryAction, after.Stage, after.Recurred, after.Proving, after.Last, after.LastSuccess,
                    after.CooldownUntil));
            Assert.Equal((before.Desired, before.Original, before.Charges),
                (after.Desired, after.Original, after.Charges));
            Assert.Null(after.Pending);
            Assert.Equal((1, 1), (after.Count("attempts/drift"),
                after.Count($"outcomes/drift/{SnakeCase.Of(outcome)}")));
        }
    }

    private static DeviceRecord Pass(DeviceRecord record, RemediationTrigger trigger, RemediationVerdict verdict,
        double age)
    {
        var intent = new JournalEntry(JournalEvent.Intent)
        {
            Id = $"r{age}",
            Key = "name:eth0",
            Trigger = trigger,
            Age = age,
            Stage = trigger == RemediationTrigger.Local ? 0 : null,
            Profile = trigger == RemediationTrigger.Local ? "segmentation" : null,
            RecoveryAction = trigger == RemediationTrigger.Local ? "reinit" : null,
            Charged = trigger == RemediationTrigger.Local,
            Cooldown = 600,
            Before = new Dictionary<string, string> { ["tx-tcp-segmentation"] = "on" },
        };
        return record.After(intent).After(intent with
        {
            Event = JournalEvent.Outcome,
            Verdict = verdict,
            Age = age + 30,
            Cooldown = null,
            After = new Dictionary<string, string> { ["tx-tcp-segmentation"] = "off" }
        });
    }
}
