using System.Collections.Immutable;
using NicHangExporter.Hosting;
using NicHangExporter.Remediation.Execution;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Planning;
using NicHangExporter.Remediation.Policy;

namespace NicHangExporter.Remediation;

// Which settings, which stage and which rung a request comes to.
internal sealed partial class Remediator
{
    // Devices that are not bounced because of their routes, so that it is said once.
    private readonly HashSet<string> _routed = [];

    // What is to be done: the settings of the request, or the stage of the ladder that is due; and the rung that is.
    private JournalEntry Intend(
        Active active, DeviceFacts facts, DeviceRecord record, DriverLadder? ladder, bool hung, bool reinitOnly,
        out RemediationPlan plan, out (DeclineReason Reason, string Explanation)? wrong)
    {
        var request = active.Request;
        wrong = null;
        string? profile = request.Profile;
        int? stage = null;
        // An alert may be minutes old: what passes traffic again is kept from the next hang, but not reset for the last one.
        RemediationStep? rung = request.Recover && (hung || request.Trigger != RemediationTrigger.Webhook) ? NextRung(facts, record, hung) : null;
        string? recurs = null;
        if (request.Rollback)
        {
            plan = RemediationPlan.Restore(facts, record.Original, ladder);
            if (record.Original.Count == 0)
                wrong = (DeclineReason.NothingToRollBack, $"nothing was changed on {facts.Name} that could be undone");
        }
        else if (reinitOnly)
            plan = RemediationPlan.Create(facts, [], rung = new RemediationStep.Reinit(), ladder);
        else if (!request.Settings.IsEmpty)
        {
            var settings = ImmutableArray.CreateBuilder<string>();
            foreach (var name in request.Settings)
                if (_catalogue.Resolve(name) is { } resolved)
                    settings.AddRange(resolved);
                else
                    wrong ??= (DeclineReason.UnknownSetting, _catalogue.Refuse(name));
            plan = RemediationPlan.Create(facts, settings.ToImmutable(), rung, ladder);
            if (wrong is null && plan.Unknown is [var unknown, ..])
                wrong = (DeclineReason.UnknownSetting, $"this kernel has no feature '{unknown}': see ethtool -k {facts.Name}");
        }
        else if (ladder is null)
            plan = RemediationPlan.Create(facts, [], rung, ladder);
        else
        {
            // A hang although a stage is in force: it does not hold.
            if (HasHungSince(facts, record))
                recurs = record.Profile ?? "none";
            stage = record.Stage is { } current ? Math.Min(current + (record.Recurred || recurs is not null ? 1 : 0), ladder.Stages.Length - 1) : 0;
            plan = RemediationPlan.Create(facts, _catalogue.StageSettings(facts.Driver, stage.Value), rung, ladder);
            // A stage that would change nothing prevents nothing.
            while ((record.Stage is null || stage > record.Stage) && stage < ladder.Stages.Length - 1 && !plan.Steps.Any(step => step != rung))
            {
                stage++;
                plan = RemediationPlan.Create(facts, _catalogue.StageSettings(facts.Driver, stage.Value), rung, ladder);
            }
            profile = ladder.Stages[stage.Value];
        }
        if (wrong is null && plan.ChangesNothing && plan.NothingChangeable)
            wrong = (DeclineReason.NothingChangeable, $"everything asked for is fixed on {facts.Name} ({string.Join(", ", plan.Fixed)}): {DriverAdvice.ForFixed(facts.Driver)}");
        var drift = request.Trigger == RemediationTrigger.Drift;
        var charged = !drift && !request.Rollback && !reinitOnly;
        return Entry(JournalEvent.Intent, facts) with
        {
            Id = active.Id,
            Trigger = request.Trigger,
            Actor = request.Actor,
            Reason = request.Reason,
            RequestKey = request.RequestKey,
            Profile = profile,
            Stage = stage,
            Recurs = recurs,
            Rung = plan.Steps is [.., var last] && last is RemediationStep.Reinit or RemediationStep.LinkBounce ? plan.Steps[^1].ToString() : null,
            Hung = hung,
            Rollback = request.Rollback ? true : null,
            Charged = charged,
            Cooldown = charged ? RemediationPolicy.CooldownAfter(record, _ledger.Age, _options) : reinitOnly ? RemediationPolicy.QuarantinePause(record) : null,
            WasUp = facts.IsUp,
            Steps = [.. plan.Steps.Select(step => step.ToString()!)],
            Before = plan.Before,
            Fixed = plan.Fixed.IsEmpty ? null : plan.Fixed,
        };
    }

    // A stage whose proof is missing may never have been carried out to the end: its turn comes again.
    private bool HasHungSince(DeviceFacts facts, DeviceRecord record)
    {
        if (record is not { Stage: not null, Recurred: false, Last: { Verdict: RemediationVerdict.Healed or RemediationVerdict.Applied or RemediationVerdict.Inconclusive } last }
            || _evidence.Of(facts.Name, facts.Bus) is not { Reports: > 0 } testimony)
            return false;
        // Applied in the middle of a hang and without a rung, it has not had its chance: that hang goes on.
        var since = last is { Hung: true, Rung: null } ? testimony.Since : testimony.Last;
        return _ledger.AgeAt(since) > last.Age;
    }

    // A host that sends again and has no route any more is as far away as before, and nothing here would bring the route back.
    private bool KeepsFromBounce(DeviceFacts facts)
    {
        if (_options.Remediation.BounceRoutes || !_routes.WouldBeLost(facts.Name))
            return false;
        if (_routed.Add(facts.Key))
            LogNoBounce(facts.Name.ToString());
        return true;
    }

    private RemediationStep? NextRung(DeviceFacts facts, DeviceRecord record, bool hung)
    {
        var rungs = new List<RemediationStep>();
        if (_options.Remediation.AllowReinit)
            rungs.Add(new RemediationStep.Reinit());
        if (_options.Remediation.AllowBounce && !KeepsFromBounce(facts))
            rungs.Add(new RemediationStep.LinkBounce());
        if (rungs.Count == 0)
            return null;
        // After the last one the first again: the budget bounds it.
        var tried = hung ? rungs.FindIndex(rung => rung.ToString() == record.Rung) : -1;
        return rungs[(tried + 1) % rungs.Count];
    }

    [LoggerMessage(EventIds.BounceLeftOut, LogLevel.Warning, "The link of {Device} is not taken down and up, because routes or addresses on the device itself would be lost: put it below a bridge, or set remediation.bounce-routes")]
    private partial void LogNoBounce(string device);
}
