using NicHangExporter.Metrics;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Planning;
using NicHangExporter.Remediation.Policy;
using NicHangExporter.Text;

namespace NicHangExporter.Remediation.Handling;

/// <summary>Builds outcomes. Counts each declined request in <c>nichang_remediation_declined_total</c>.</summary>
internal sealed class OutcomeFactory(ExporterMetrics metrics)
{
    public RemediationOutcome Decline(
        PendingRequest pending, DeclineReason reason, string explanation, double? retryAfter = null)
    {
        metrics.RemediationDeclined.WithLabels(SnakeCase.Of(pending.Request.Trigger), SnakeCase.Of(reason)).Inc();
        return DeclineUncounted(pending, reason, explanation, retryAfter);
    }

    /// <summary>For a repetition that is counted already.</summary>
    public static RemediationOutcome DeclineUncounted(
        PendingRequest pending, DeclineReason reason, string explanation, double? retryAfter) =>
        pending.Answer(RemediationVerdict.Declined, explanation) with { Declined = reason, RetryAfter = retryAfter };

    /// <summary>An outcome with the details of the plan.</summary>
    public static RemediationOutcome Describe(
        PendingRequest pending, JournalEntry intent, RemediationPlan plan, RemediationVerdict verdict,
        string explanation,
        PolicyDecision decision = default)
    {
        var (driver, advice) = (intent.Driver ?? "the driver", DriverAdvice.ForFixed(intent.Driver ?? ""));
        return pending.Answer(verdict, explanation) with
        {
            Declined = decision.Declined,
            RetryAfter = decision.RetryAfter,
            Steps = [.. plan.Steps.Select(step => step.ToString()!)],
            AlreadyOff = plan.AlreadyOff,
            Fixed = [.. plan.Fixed.Select(name => $"{name} is fixed by {driver}: {advice}")],
            Profile = intent.Profile,
            RecoveryAction = intent.RecoveryAction,
            Before = plan.Before,
        };
    }
}
