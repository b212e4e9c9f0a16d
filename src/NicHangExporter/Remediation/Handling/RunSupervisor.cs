using NicHangExporter.Hosting;
using NicHangExporter.Metrics;
using NicHangExporter.Options;
using NicHangExporter.Remediation.Admin;
using NicHangExporter.Remediation.Evidence;
using NicHangExporter.Remediation.Execution;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Planning;
using NicHangExporter.Remediation.Policy;
using NicHangExporter.Remediation.Reporting;
using NicHangExporter.Text;

namespace NicHangExporter.Remediation.Handling;

/// <summary>The request, device and plan of the running remediation.</summary>
/// <param name="Pending">The request.</param>
/// <param name="Facts">The device, as read for the plan.</param>
/// <param name="Plan">The plan.</param>
/// <param name="Intent">The journal entry before the change.</param>
/// <param name="WasHung">A hang is to be healed, and the result is judged by that.</param>
/// <param name="IsFirstAction">No recovery action of this hang was tried before.</param>
internal sealed record RunContext(
    PendingRequest Pending, DeviceFacts Facts, RemediationPlan Plan, JournalEntry Intent, bool WasHung,
    bool IsFirstAction);

/// <summary>
/// Starts and ends the one running remediation: intent into the journal, change, outcome into the journal, answer, next
/// action. On the worker thread.
/// </summary>
internal sealed partial class RunSupervisor(
    ExporterOptions options, RequestQueue queue, OutcomeFactory outcomes, FaultGuard guard, RemediationStore store,
    DeviceControl control, HangSignals signals, PauseSwitch pause, CrashRecovery recovery, FollowUpScheduler followUps,
    Quarantine quarantine, EpisodeRecorder recorder, StatusPublisher status, ExporterMetrics metrics,
    TimeProvider clock, ILogger logger, Action<EndedRemediation> ended)
{
    private RemediationRun? _run;
    private RunContext? _context;

    public bool IsRunning => _run is not null;

    /// <summary>Executes the plan of a request that passed all gates.</summary>
    /// <returns>The outcome if nothing was begun; null if a run has begun, which answers the request itself.</returns>
    public RemediationOutcome? Start(Evaluation evaluation)
    {
        var (pending, facts, plan, intent) = (evaluation.Pending, evaluation.Facts, evaluation.Plan, evaluation.Intent);
        if (!pending.TryStart())
            return pending.Answer(RemediationVerdict.Failed, "nothing was done");
        if (!store.Record(intent))
        {
            // The intent may reach the disk later; this outcome then says that nothing came of it.
            store.Record(intent with
            {
                Event = JournalEvent.Outcome,
                Verdict = RemediationVerdict.Declined,
                Declined = DeclineReason.JournalUnavailable,
                State = null,
            });
            return outcomes.Decline(pending, DeclineReason.JournalUnavailable, RemediationPolicy.JournalUnavailable);
        }
        // Without a recovery action nothing is healed, so the result is not judged by whether the hang ends.
        var wasHung = evaluation.IsHung && intent.RecoveryAction is not null;
        var isFirstAction = store.State.Device(facts.Key).RecoveryAction is null;
        var context = _context = new RunContext(pending, facts, plan, intent, wasHung, isFirstAction);
        var run = _run = new RemediationRun(
            control, pause, signals, options, clock, pending.Request, facts, plan, evaluation.Ladder, wasHung);
        var result = run.Apply();
        // Nothing is logged between the report of a hang and the reaction to it.
        LogStarted(facts.Name.ToString(), SnakeCase.Of(pending.Request.Trigger), pending.Id,
            string.Join(", ", plan.Steps));
        if (result is not null)
            Complete(context, result);
        return null;
    }

    /// <summary>Checks the running remediation, if there is one.</summary>
    public void Tick()
    {
        if (_run is not { } run || _context is not { } context)
            return;
        if (!guard.Run(() =>
            {
                if (run.Tick() is { } result)
                    Complete(context, result);
            }))
            Fail(context.Pending);
    }

    /// <summary>Ends the running remediation because the program ends: a link comes up, the change stands.</summary>
    public void Abandon()
    {
        if (_run is { } run && _context is { } context)
            Complete(context, run.Abandon());
    }

    /// <summary>Ends a request after an unexpected exception; what is half done is resolved as after a crash.</summary>
    public void Fail(PendingRequest pending)
    {
        // A dry run changes nothing, and another request may be running.
        if (!pending.Request.DryRun)
        {
            (_run, _context) = (null, null);
            guard.Run(recovery.ResolveInterrupted);
        }
        queue.Finish(pending, pending.Answer(RemediationVerdict.Failed,
            "an unexpected error, which is in the log; what was begun is in the journal"));
    }

    private void Complete(RunContext context, RunResult result)
    {
        (_run, _context) = (null, null);
        var (pending, facts, intent) = (context.Pending, context.Facts, context.Intent);
        var hungSince = signals.Of(facts.Name, facts.Bus).Since;
        // Before the journal is written: a report that comes during the write belongs to another hang.
        if (result.Verdict == RemediationVerdict.Healed)
            signals.Healed(facts.Name, facts.Bus, clock.GetElapsedTime(0));
        store.Record(intent with
        {
            Event = JournalEvent.Outcome,
            Verdict = result.Verdict,
            Reason = result.Explanation,
            After = result.After,
            Evidence = result.Evidence,
            LeftDown = result.LeftDown,
            Recurs = null,
            Cooldown = null,
        });
        var outcome = OutcomeFactory.Describe(pending, intent, context.Plan, result.Verdict, result.Explanation) with
        {
            After = result.After,
            Evidence = result.Evidence,
        };
        metrics.RemediationDuration.Observe(clock.GetElapsedTime(pending.Since).TotalSeconds);
        if (result is { Verdict: RemediationVerdict.Healed, SendsSince: { } since })
            LogHealed(facts.Name.ToString(), pending.Id, Math.Round((since - hungSince).TotalSeconds, 1));
        LogEnded(facts.Name.ToString(), pending.Id, SnakeCase.Of(result.Verdict), result.Explanation);
        // A change that cost a working device its link is not repeated without a person.
        var isDecision = pending.Request is { Rollback: false, Trigger: not RemediationTrigger.Drift };
        if (result.LostLink && !context.WasHung && isDecision)
            quarantine.Set(facts, $"{result.Explanation}: it goes into quarantine");
        if (pending.Request.Episode is { } episode)
            recorder.AddRemediation(episode, outcome);
        followUps.Schedule(context, result);
        queue.Finish(pending, outcome);
        status.Publish();
        ended(new EndedRemediation(
            facts.Name, facts.Bus, result.Verdict, pending.Request.Rollback ? [.. intent.Before?.Keys ?? []] : []));
    }

    [LoggerMessage(EventIds.RemediationStarted, LogLevel.Warning, "Remediation of {Device} ({Trigger}, {Id}): {Steps}")]
    private partial void LogStarted(string device, string trigger, string id, string steps);

    [LoggerMessage(EventIds.Healed, LogLevel.Warning, "Healed: packets are sent again")]
    private partial void LogHealed(string device, string id, double outageSeconds);

    [LoggerMessage(EventIds.RemediationEnded, LogLevel.Warning,
        "Remediation of {Device} ({Id}) ended as {Outcome}: {Explanation}")]
    private partial void LogEnded(string device, string id, string outcome, string explanation);
}
