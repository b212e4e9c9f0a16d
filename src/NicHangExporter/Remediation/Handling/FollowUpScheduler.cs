using NicHangExporter.Options;
using NicHangExporter.Remediation.Execution;
using NicHangExporter.Remediation.Journaling;

namespace NicHangExporter.Remediation.Handling;

/// <summary>
/// Repeats a request that did not end the hang, with the next recovery action or the next stage. In quarantine this is
/// what keeps trying. On the worker thread.
/// </summary>
internal sealed class FollowUpScheduler(
    ExporterOptions options, RemediationStore store, HangProbe probe, TimeProvider clock)
{
    /// <summary>Seconds until a follow-up is submitted again if nothing came of it.</summary>
    private const double Repeat = 5;

    private readonly Dictionary<string, FollowUp> _followUps = [];

    // Due and NotBefore are ages: seconds of witnessed time.
    private sealed record FollowUp(
        RemediationRequest Request, DeviceFacts Facts, ulong TxPackets, double Due, double NotBefore);

    /// <summary>True if there is a follow-up. Any thread may ask.</summary>
    public bool HasAny => _followUps.Count > 0;

    /// <summary>Schedules the follow-up of a run, or none if it ended the hang.</summary>
    public void Schedule(RunContext context, RunResult result)
    {
        var key = context.Facts.Key;
        _followUps.Remove(key);
        if (context.Pending.Request is not { IsUnattended: true, Recover: true } request
            || !LeavesHang(context, result))
            return;
        // A hang that came back is handled immediately, and so is a first recovery action that the driver does not
        // support. Any later run has its window: else a driver that refuses every action uses up the budget in a
        // second.
        var isImmediate = result.Verdict == RemediationVerdict.DidNotHold || context.IsFirstAction;
        var rest = (options.Remediation.VerifyWindow - clock.GetElapsedTime(context.Pending.Since)).TotalSeconds;
        var due = store.Age + (isImmediate ? 0 : Math.Max(0, rest));
        var sent = probe.TryObserve(context.Facts)?.TxPackets ?? 0;
        _followUps[key] = new FollowUp(request with { Continues = true }, context.Facts, sent, due, due);
    }

    /// <summary>Seconds until a request for the device may be considered; null if it may be now.</summary>
    public double? WaitFor(DeviceFacts facts) =>
        _followUps.TryGetValue(facts.Key, out var followUp) && followUp.NotBefore > store.Age
            ? followUp.NotBefore - store.Age
            : null;

    /// <summary>
    /// True if the device has sent packets since the last run, so that there is nothing to follow up.
    /// </summary>
    public bool HasSentSince(DeviceFacts facts) =>
        !_followUps.TryGetValue(facts.Key, out var followUp) || probe.TryObserve(facts) is not { } reading
        || (reading.TxPackets != followUp.TxPackets && !probe.IsHung(facts));

    /// <summary>Submits at most one follow-up.</summary>
    public void SubmitDue(Func<RemediationRequest, RemediationTicket> submit)
    {
        if (!HasAny)
            return;
        foreach (var (key, followUp) in _followUps.ToList())
        {
            if (store.Age < followUp.Due)
                continue;
            if (HasSentSince(followUp.Facts))
            {
                _followUps.Remove(key);
                continue;
            }
            var ticket = submit(followUp.Request);
            // Its outcome replaces this follow-up.
            if (ticket.Joined || !ticket.Outcome.IsCompleted)
                _followUps[key] = followUp with { Due = store.Age + Repeat };
            return;
        }
    }

    private static bool LeavesHang(RunContext context, RunResult result) =>
        result.Verdict is RemediationVerdict.NotHealed or RemediationVerdict.DidNotHold
        || (result.Verdict == RemediationVerdict.RollbackFailed && context.WasHung);
}
