using NicHangExporter.Linux;
using NicHangExporter.Options;
using NicHangExporter.Remediation.Admin;
using NicHangExporter.Remediation.Execution;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Planning;
using NicHangExporter.Remediation.Policy;

namespace NicHangExporter.Remediation.Handling;

/// <summary>
/// The gates from the policy to the change: what may be done, what would be done, and whether it is due now.
/// </summary>
internal sealed class PlanGates(
    ExporterOptions options, DeviceControl control, RemediationStore store, ProfileCatalog catalog,
    AllowedDevices allowed, HangProbe probe, HangSignals signals, PauseSwitch pause, ProcessCapabilities capabilities,
    FollowUpScheduler followUps, IntentFactory intents, NoChangeAnswers noChange, Quarantine quarantine,
    TimeProvider clock)
{
    public RemediationOutcome? ApplyPolicy(Evaluation evaluation)
    {
        var (request, facts) = (evaluation.Request, evaluation.Facts);
        evaluation.Record = store.State.Device(facts.Key);
        evaluation.Ladder = catalog.Ladder(facts.Driver);
        // A hang that the driver ends itself is to be prevented, not healed: the device sends, except for moments.
        var isPrevention = request is { IsUnattended: true, Recover: false };
        evaluation.IsHung = !isPrevention
            && (probe.IsHung(facts) || (request.Continues && !followUps.HasSentSince(facts)));
        var input = evaluation.Input = InputOf(evaluation);
        var decision = RemediationPolicy.Decide(input, options);
        if (decision.BudgetGone && input.Mode != RemediationMode.Observe && !request.DryRun)
        {
            // The reinit that is allowed in quarantine follows; else the gate "budget" decides.
            if (decision.Declined is null)
                quarantine.Set(facts, decision.Explanation);
            else
                (evaluation.Budget, decision) = (decision, new PolicyDecision(null));
        }
        evaluation.Decision = decision;
        return decision.Declined is { } reason && !request.DryRun
            ? noChange.Decline(evaluation.Pending, facts, reason, decision.Explanation, decision.RetryAfter)
            : null;
    }

    /// <summary>Reads the device again, with EEE and pause, for the plan.</summary>
    public RemediationOutcome? ReadSettings(Evaluation evaluation)
    {
        var facts = evaluation.Facts;
        try
        {
            if (control.Read(facts.Name) is { } read && read.Key == facts.Key && read.Index == facts.Index)
            {
                evaluation.Facts = read;
                return null;
            }
            return evaluation.Pending.Answer(RemediationVerdict.DeviceGone,
                $"{facts.Name} is gone, or another device has its name now");
        }
        catch (LinuxException exception)
        {
            return evaluation.Pending.Answer(RemediationVerdict.Failed, $"nothing was changed: {exception.Message}");
        }
    }

    /// <summary>Makes the plan, and decides whether it may be executed now.</summary>
    public RemediationOutcome? MakePlan(Evaluation evaluation)
    {
        if (intents.CreateIntent(evaluation) is { } refusal)
            return noChange.Decline(evaluation.Pending, evaluation.Facts, refusal.Reason, refusal.Explanation);
        if (evaluation.Decision.Declined is null)
            evaluation.Decision = RemediationPolicy.DecidePlan(
                evaluation.Input, evaluation.Plan.InterruptsTraffic, probe.IsOnlyPortOfBond(evaluation.Facts));
        return null;
    }

    public RemediationOutcome? CheckChange(Evaluation evaluation) =>
        evaluation.Plan.ChangesNothing && !(evaluation.Request.DryRun && evaluation.Decision.Declined is not null)
            ? noChange.NothingToDo(evaluation)
            : null;

    public static RemediationOutcome? AnswerDryRun(Evaluation evaluation)
    {
        if (!evaluation.Request.DryRun)
            return null;
        var (plan, decision) = (evaluation.Plan, evaluation.Decision);
        return OutcomeFactory.Describe(evaluation.Pending, evaluation.Intent, plan, RemediationVerdict.DryRun,
            decision.Declined is null ? "this would be done"
                : plan.ChangesNothing ? $"nothing would be done: {decision.Explanation}"
                : $"this would be done, but not now: {decision.Explanation}",
            decision);
    }

    public RemediationOutcome? CheckTraffic(Evaluation evaluation) =>
        evaluation.Decision is { Declined: { } reason } decision
        ? noChange.Decline(evaluation.Pending, evaluation.Facts, reason, decision.Explanation, decision.RetryAfter)
        : null;

    public RemediationOutcome? CheckBudget(Evaluation evaluation)
    {
        if (evaluation.Budget is not { Declined: { } reason } budget)
            return null;
        quarantine.Set(evaluation.Facts, budget.Explanation);
        return noChange.Decline(evaluation.Pending, evaluation.Facts, reason, budget.Explanation, budget.RetryAfter);
    }

    public RemediationOutcome? CheckObserve(Evaluation evaluation) =>
        evaluation.Input.Mode == RemediationMode.Observe ? noChange.Observed(evaluation) : null;

    private PolicyInput InputOf(Evaluation evaluation)
    {
        var (request, facts, state) = (evaluation.Request, evaluation.Facts, pause.State);
        return new PolicyInput(request, facts, evaluation.Record, store.Age)
        {
            Mode = options.Remediation.Mode(request.Trigger),
            IsAllowed = allowed.Contains(facts),
            HasLadder = evaluation.Ladder is not null,
            IsCapable = capabilities.HasNetAdmin,
            IsJournalWritable = store.IsWritable,
            IsPaused = state.IsPaused,
            PauseExplanation = state.Explanation,
            IsHung = evaluation.IsHung,
            IsAmbiguous = signals.IsAmbiguous(facts.Name, facts.Bus, clock.GetElapsedTime(0)),
            IsBootGrace = store.Uptime < options.Remediation.BootGrace.TotalSeconds,
            HostSpent = store.State.SpentAt(store.Age),
            UnknownUntil = store.State.UnknownUntil,
        };
    }
}
