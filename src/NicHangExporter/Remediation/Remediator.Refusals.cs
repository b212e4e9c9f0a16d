using NicHangExporter.Hosting;
using NicHangExporter.Remediation.Execution;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Planning;
using NicHangExporter.Remediation.Policy;

namespace NicHangExporter.Remediation;

// What is said where nothing is done: it was refused, would be done in another mode, or is so already. Each in the journal, but not again and again.
internal sealed partial class Remediator
{
    // What the local loop was told last about a device: it asks at each report, and the same answer need not be said again within an episode.
    private readonly Dictionary<string, (string? Episode, DeclineReason? Declined)> _lastLocal = [];

    /// <summary>How often, in seconds, the same answer to the same credential about the same device is written down.</summary>
    private const double AnswerInterval = 60;

    /// <summary>Answers that are remembered; of more, those go that are older than the interval.</summary>
    private const int MaxAnswers = 4096;

    // When which answer was written down last for whom, in seconds since boot.
    private readonly Dictionary<string, double> _answered = [];

    private void NothingToDo(Active active, DeviceFacts facts, JournalEntry intent, RemediationPlan plan)
    {
        var outcome = Describe(active, intent, plan, RemediationVerdict.NothingToDo,
            active.Request.Rollback ? "everything is requested as it was before" : $"everything asked for is off already on {facts.Name}; nothing was touched");
        // Everything may be back by somebody else's hand; what was decided is given up all the same.
        if (active.Request is { Rollback: true, DryRun: false })
        {
            _ledger.Record(intent);
            _ledger.Record(intent with { Event = JournalEvent.Outcome, Verdict = RemediationVerdict.Applied, Reason = outcome.Explanation });
            PublishAll();
        }
        else if (!active.Request.DryRun && !IsRepetition(active, facts, RemediationVerdict.NothingToDo))
            _ledger.Record(intent with { Event = JournalEvent.Outcome, Verdict = RemediationVerdict.NothingToDo, Reason = outcome.Explanation, Cooldown = null, Charged = null });
        Finish(active, outcome);
    }

    private void Observed(Active active, DeviceFacts facts, JournalEntry intent, RemediationPlan plan)
    {
        var outcome = Describe(active, intent, plan, RemediationVerdict.Observed, "mode observe: this would have been done, and nothing was");
        if (!IsRepetition(active, facts, RemediationVerdict.Observed))
        {
            _ledger.Record(intent with { Event = JournalEvent.Outcome, Verdict = RemediationVerdict.Observed, Reason = outcome.Explanation, Cooldown = null, Charged = null });
            LogObserved(facts.Name.ToString(), SnakeCase.Of(active.Request.Trigger), string.Join(", ", plan.Steps));
            if (active.Request.Episode is { } episode)
                _recorder.AddRemediation(episode, outcome);
            PublishAll();
        }
        Finish(active, outcome);
    }

    private void Decline(Active active, DeviceFacts facts, DeclineReason reason, string explanation, double? retryAfter)
    {
        // A dry run is not written down, so the real request after it still is.
        var isRepetition = !active.Request.DryRun && IsRepetition(active, facts, RemediationVerdict.Declined, reason);
        // The loop asks again and again by itself, and that counts once; whoever asks from outside is counted each time.
        var outcome = isRepetition && IsOwn(active.Request)
            ? Answer(active, RemediationVerdict.Declined, explanation) with { Declined = reason, RetryAfter = retryAfter }
            : Declined(active, reason, explanation, retryAfter);
        if (!isRepetition && !active.Request.DryRun)
        {
            _ledger.Record(Entry(JournalEvent.Outcome, facts) with
            {
                Id = active.Id,
                Trigger = active.Request.Trigger,
                Actor = active.Request.Actor,
                Verdict = RemediationVerdict.Declined,
                Declined = reason,
                Reason = explanation,
            });
            LogDeclined(facts.Name.ToString(), SnakeCase.Of(active.Request.Trigger), SnakeCase.Of(reason), explanation);
        }
        // A client that is answered "quarantined" finds the device so when it asks next. The answer to a hang does not wait for that.
        if (reason == DeclineReason.Quarantined && !IsOwn(active.Request))
            PublishAll();
        Finish(active, outcome);
    }

    private static bool IsOwn(RemediationRequest request) => request.Trigger is RemediationTrigger.Local or RemediationTrigger.Drift;

    private bool IsRepetition(Active active, DeviceFacts facts, RemediationVerdict verdict, DeclineReason? reason = null)
    {
        if (!IsOwn(active.Request))
            return IsAnsweredAgain(active.Request, facts, verdict, reason);
        var key = $"{active.Request.Trigger} {facts.Key}";
        var now = (active.Request.Episode, reason);
        if (_lastLocal.TryGetValue(key, out var before) && before == now)
            return true;
        _lastLocal[key] = now;
        return false;
    }

    // A program that asks again and again for what changes nothing would fill the journal with it, and push out what was done.
    private bool IsAnsweredAgain(RemediationRequest request, DeviceFacts facts, RemediationVerdict verdict, DeclineReason? reason)
    {
        var key = $"{request.Trigger} {request.Actor} {facts.Key} {verdict} {reason}";
        if (_answered.TryGetValue(key, out var before) && _ledger.Uptime - before < AnswerInterval)
        {
            // What was declined is counted by its reason.
            if (reason is null)
                _metrics.RemediationRepeats.WithLabels(SnakeCase.Of(request.Trigger), SnakeCase.Of(verdict)).Inc();
            return true;
        }
        if (_answered.Count >= MaxAnswers)
            foreach (var (other, at) in _answered.ToList())
                if (_ledger.Uptime - at >= AnswerInterval)
                    _answered.Remove(other);
        _answered[key] = _ledger.Uptime;
        return false;
    }

    private void Quarantine(DeviceFacts facts, string why)
    {
        if (_ledger.State.Device(facts.Key).Quarantined)
            return;
        CountQuarantine(facts.Key);
        _ledger.Record(Entry(JournalEvent.Quarantined, facts) with { Reason = why });
        // A reinit may follow in the same turn, and nothing is said before the answer to a hang.
        if (!_lane.Post(Say))
            Say();

        void Say() => Safely(() =>
        {
            LogQuarantined(facts.Name.ToString(), why);
            PublishAll();
        });
    }

    private static RemediationOutcome Describe(Active active, JournalEntry intent, RemediationPlan plan, RemediationVerdict verdict, string explanation, PolicyDecision decision = default) =>
        Answer(active, verdict, explanation) with
        {
            Declined = decision.Declined,
            RetryAfter = decision.RetryAfter,
            Steps = [.. plan.Steps.Select(step => step.ToString()!)],
            AlreadyOff = plan.AlreadyOff,
            Fixed = [.. plan.Fixed.Select(name => $"{name} is fixed by {intent.Driver ?? "the driver"}: {DriverAdvice.ForFixed(intent.Driver ?? "")}")],
            Profile = intent.Profile,
            Rung = intent.Rung,
            Before = plan.Before,
        };

    [LoggerMessage(EventIds.RemediationDeclined, LogLevel.Warning, "A remediation of {Device} ({Trigger}) was declined, {Reason}: {Explanation}")]
    private partial void LogDeclined(string device, string trigger, string reason, string explanation);

    [LoggerMessage(EventIds.RemediationObserved, LogLevel.Warning, "Mode observe: {Device} ({Trigger}) would have been changed now: {Steps}")]
    private partial void LogObserved(string device, string trigger, string steps);

    [LoggerMessage(EventIds.Quarantined, LogLevel.Error, "{Device}: {Reason}")]
    private partial void LogQuarantined(string device, string reason);
}
