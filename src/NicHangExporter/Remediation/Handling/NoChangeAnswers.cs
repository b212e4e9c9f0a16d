using NicHangExporter.Hosting;
using NicHangExporter.Remediation.Evidence;
using NicHangExporter.Remediation.Execution;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Policy;
using NicHangExporter.Remediation.Reporting;
using NicHangExporter.Text;

namespace NicHangExporter.Remediation.Handling;

/// <summary>
/// Answers requests that change nothing, because they are declined, only observed, or need no change, and records the
/// answer in journal, log and metrics. On the worker thread.
/// </summary>
internal sealed partial class NoChangeAnswers(
    OutcomeFactory outcomes, AnswerMemory memory, RemediationStore store, EpisodeRecorder recorder,
    StatusPublisher status, ILogger logger)
{
    /// <summary>Everything that the request asks for is so already.</summary>
    public RemediationOutcome NothingToDo(Evaluation evaluation)
    {
        var (pending, facts, intent) = (evaluation.Pending, evaluation.Facts, evaluation.Intent);
        var request = pending.Request;
        var outcome = OutcomeFactory.Describe(pending, intent, evaluation.Plan, RemediationVerdict.NothingToDo,
            request.Rollback ? "everything is requested as it was before"
                : $"everything asked for is off already on {facts.Name}; nothing was touched");
        var ended = intent with { Event = JournalEvent.Outcome, Reason = outcome.Explanation };
        // Somebody else may have restored every setting. A rollback still ends what was decided for the device.
        if (request is { Rollback: true, DryRun: false })
        {
            store.Record(intent);
            store.Record(ended with { Verdict = RemediationVerdict.Applied });
            status.Publish();
        }
        else if (!request.DryRun && !memory.IsRepetition(request, facts.Key, RemediationVerdict.NothingToDo))
            store.Record(ended with { Verdict = RemediationVerdict.NothingToDo, Cooldown = null, Charged = null });
        return outcome;
    }

    /// <summary>The mode of the trigger is observe.</summary>
    public RemediationOutcome Observed(Evaluation evaluation)
    {
        var (pending, facts, intent) = (evaluation.Pending, evaluation.Facts, evaluation.Intent);
        var outcome = OutcomeFactory.Describe(pending, intent, evaluation.Plan, RemediationVerdict.Observed,
            "mode observe: this would have been done, and nothing was");
        if (memory.IsRepetition(pending.Request, facts.Key, RemediationVerdict.Observed))
            return outcome;
        store.Record(intent with
        {
            Event = JournalEvent.Outcome,
            Verdict = RemediationVerdict.Observed,
            Reason = outcome.Explanation,
            Cooldown = null,
            Charged = null,
        });
        LogObserved(facts.Name.ToString(), SnakeCase.Of(pending.Request.Trigger),
            string.Join(", ", evaluation.Plan.Steps));
        if (pending.Request.Episode is { } episode)
            recorder.AddRemediation(episode, outcome);
        status.Publish();
        return outcome;
    }

    public RemediationOutcome Decline(
        PendingRequest pending, DeviceFacts facts, DeclineReason reason, string explanation, double? retryAfter = null)
    {
        var request = pending.Request;
        // A dry run is not recorded. It does not make the next request a repetition.
        var isRepetition = !request.DryRun
            && memory.IsRepetition(request, facts.Key, RemediationVerdict.Declined, reason);
        // A repetition by the local loop counts once; external requests count each time.
        var outcome = isRepetition && request.IsInternal
            ? OutcomeFactory.DeclineUncounted(pending, reason, explanation, retryAfter)
            : outcomes.Decline(pending, reason, explanation, retryAfter);
        if (!isRepetition && !request.DryRun)
        {
            store.Record(JournalEntry.For(JournalEvent.Outcome, facts) with
            {
                Id = pending.Id,
                Trigger = request.Trigger,
                Actor = request.Actor,
                Verdict = RemediationVerdict.Declined,
                Declined = reason,
                Reason = explanation,
            });
            LogDeclined(facts.Name.ToString(), SnakeCase.Of(request.Trigger), SnakeCase.Of(reason), explanation);
        }
        // A client that is answered "quarantined" then reads the same in the status. A hang does not wait for that.
        if (reason == DeclineReason.Quarantined && !request.IsInternal)
            status.Publish();
        return outcome;
    }

    [LoggerMessage(EventIds.RemediationDeclined, LogLevel.Warning,
        "A remediation of {Device} ({Trigger}) was declined, {Reason}: {Explanation}")]
    private partial void LogDeclined(string device, string trigger, string reason, string explanation);

    [LoggerMessage(EventIds.RemediationObserved, LogLevel.Warning,
        "Mode observe: {Device} ({Trigger}) would have been changed now: {Steps}")]
    private partial void LogObserved(string device, string trigger, string steps);
}
