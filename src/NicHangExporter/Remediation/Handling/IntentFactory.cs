using System.Collections.Immutable;
using NicHangExporter.Hosting;
using NicHangExporter.Options;
using NicHangExporter.Remediation.Execution;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Planning;
using NicHangExporter.Remediation.Policy;

namespace NicHangExporter.Remediation.Handling;

/// <summary>
/// Chooses settings, stage and recovery action for a request, and makes the plan and the journal entry. On the worker
/// thread.
/// </summary>
internal sealed partial class IntentFactory(
    ExporterOptions options, RemediationStore store, ProfileCatalog catalog, HangProbe probe, DeviceRoutes routes,
    ILogger logger)
{
    // The devices whose log line says that they are not bounced.
    private readonly HashSet<string> _unbounced = [];

    private readonly record struct Choice(RemediationPlan Plan)
    {
        public string? Profile { get; init; }

        public int? Stage { get; init; }

        // The profile in force that did not hold.
        public string? Recurs { get; init; }

        public (DeclineReason Reason, string Explanation)? Refusal { get; init; }
    }

    /// <summary>Sets plan and intent of the evaluation.</summary>
    /// <returns>Why there is no such plan; null if there is.</returns>
    public (DeclineReason Reason, string Explanation)? CreateIntent(Evaluation evaluation)
    {
        var (facts, choice) = (evaluation.Facts, Choose(evaluation));
        var plan = choice.Plan;
        (evaluation.Plan, evaluation.Intent) = (plan, CreateEntry(evaluation, choice));
        if (choice.Refusal is { } refusal)
            return refusal;
        return plan.ChangesNothing && plan.NothingChangeable
            ? (DeclineReason.NothingChangeable, $"everything asked for is fixed on {facts.Name}"
                + $" ({string.Join(", ", plan.Fixed)}): {DriverAdvice.ForFixed(facts.Driver)}")
            : null;
    }

    private Choice Choose(Evaluation evaluation)
    {
        var (request, facts) = (evaluation.Request, evaluation.Facts);
        var (record, ladder) = (evaluation.Record, evaluation.Ladder);
        // An alert may be minutes old: a device that sends packets again is configured, but not reset for the last
        // hang.
        var recovers = request.Recover && (evaluation.IsHung || request.Trigger != RemediationTrigger.Webhook);
        var action = recovers ? NextAction(facts, record, evaluation.IsHung) : null;
        if (request.Rollback)
            return new Choice(RemediationPlan.Restore(facts, record.Original, ladder))
            {
                Profile = request.Profile,
                Refusal = record.Original.Count > 0 ? null
                    : (DeclineReason.NothingToRollBack, $"nothing was changed on {facts.Name} that could be undone"),
            };
        if (evaluation.Decision.ReinitOnly)
            return new Choice(RemediationPlan.Create(facts, [], new RemediationStep.Reinit(), ladder))
            {
                Profile = request.Profile,
            };
        if (!request.Settings.IsEmpty)
            return ChooseSettings(request, facts, action, ladder);
        return ladder is null
            ? new Choice(RemediationPlan.Create(facts, [], action, ladder)) { Profile = request.Profile }
            : ChooseStage(facts, record, action, ladder);
    }

    private Choice ChooseSettings(
        RemediationRequest request, DeviceFacts facts, RemediationStep? action, DriverLadder? ladder)
    {
        (DeclineReason, string)? refusal = null;
        var settings = ImmutableArray.CreateBuilder<string>();
        foreach (var name in request.Settings)
            if (catalog.Resolve(name) is { } resolved)
                settings.AddRange(resolved);
            else
                refusal ??= (DeclineReason.UnknownSetting, catalog.Refuse(name));
        var plan = RemediationPlan.Create(facts, settings.ToImmutable(), action, ladder);
        if (refusal is null && plan.Unknown is [var unknown, ..])
            refusal = (DeclineReason.UnknownSetting,
                $"this kernel has no feature '{unknown}': see ethtool -k {facts.Name}");
        return new Choice(plan) { Profile = request.Profile, Refusal = refusal };
    }

    private Choice ChooseStage(DeviceFacts facts, DeviceRecord record, RemediationStep? action, DriverLadder ladder)
    {
        // A hang although a stage is in force: the stage does not hold.
        var recurs = probe.HasHungSince(facts, record) ? record.Profile ?? "none" : null;
        var (stage, last) = (0, ladder.Stages.Length - 1);
        if (record.Stage is { } current)
            stage = Math.Min(current + (record.Recurred || recurs is not null ? 1 : 0), last);
        var plan = PlanOf(stage);
        // A stage that would change nothing prevents nothing.
        while ((record.Stage is null || stage > record.Stage) && stage < last
            && !plan.Steps.Any(step => step != action))
            plan = PlanOf(++stage);
        return new Choice(plan) { Profile = ladder.Stages[stage], Stage = stage, Recurs = recurs };

        RemediationPlan PlanOf(int number) =>
            RemediationPlan.Create(facts, catalog.StageSettings(facts.Driver, number), action, ladder);
    }

    private RemediationStep? NextAction(DeviceFacts facts, DeviceRecord record, bool isHung)
    {
        var actions = new List<RemediationStep>();
        if (options.Remediation.AllowReinit)
            actions.Add(new RemediationStep.Reinit());
        if (options.Remediation.AllowBounce && !LosesRoutes(facts))
            actions.Add(new RemediationStep.LinkBounce());
        if (actions.Count == 0)
            return null;
        // The first follows the last again; the budget limits the number of runs.
        var tried = isHung ? actions.FindIndex(action => action.ToString() == record.RecoveryAction) : -1;
        return actions[(tried + 1) % actions.Count];
    }

    // A host that sends again without its routes is still unreachable, and the exporter can't restore routes.
    private bool LosesRoutes(DeviceFacts facts)
    {
        if (options.Remediation.BounceRoutes || !routes.WouldBeLost(facts.Name))
            return false;
        if (_unbounced.Add(facts.Key))
            LogNoBounce(facts.Name.ToString());
        return true;
    }

    private JournalEntry CreateEntry(Evaluation evaluation, Choice choice)
    {
        var (request, facts, record, plan) = (evaluation.Request, evaluation.Facts, evaluation.Record, choice.Plan);
        var isReinitOnly = evaluation.Decision.ReinitOnly;
        var isCharged = request.Trigger != RemediationTrigger.Drift && !request.Rollback && !isReinitOnly;
        return JournalEntry.For(JournalEvent.Intent, facts) with
        {
            Id = evaluation.Pending.Id,
            Trigger = request.Trigger,
            Actor = request.Actor,
            Reason = request.Reason,
            RequestKey = request.RequestKey,
            Profile = choice.Profile,
            Stage = choice.Stage,
            Recurs = choice.Recurs,
            RecoveryAction = plan.RecoveryAction?.ToString(),
            Hung = evaluation.IsHung,
            Rollback = request.Rollback ? true : null,
            Charged = isCharged,
            Cooldown = isCharged ? RemediationPolicy.CooldownAfter(record, store.Age, options)
                : isReinitOnly ? RemediationPolicy.QuarantinePause(record) : null,
            WasUp = facts.IsUp,
            Steps = [.. plan.Steps.Select(step => step.ToString()!)],
            Before = plan.Before,
            Fixed = plan.Fixed.IsEmpty ? null : plan.Fixed,
        };
    }

    [LoggerMessage(EventIds.BounceLeftOut, LogLevel.Warning,
        "The link of {Device} is not taken down and up, because routes or addresses on the device itself would be "
        + "lost: put it below a bridge, or set remediation.bounce-routes")]
    private partial void LogNoBounce(string device);
}
