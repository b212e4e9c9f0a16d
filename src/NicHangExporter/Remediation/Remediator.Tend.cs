using NicHangExporter.Hosting;
using NicHangExporter.Linux;
using NicHangExporter.Remediation.Execution;
using NicHangExporter.Remediation.Journaling;

namespace NicHangExporter.Remediation;

// What goes on beside the passes: the journal, the next rung, proof of recovery, episodes.
internal sealed partial class Remediator
{
    private readonly Dictionary<string, FollowingUp> _followUps = [];

    private TimeSpan Now => _clock.GetElapsedTime(0);

    /// <summary>A hang is confirmed on a device; where a remediation is in force, it has not held. For the record only: the request comes apart.</summary>
    public void NoteHang(InterfaceName device) => _lane.Post(() => Safely(() =>
    {
        if (Identify(device) is not { } facts || _ledger.State.Device(facts.Key) is not { } record || !HasHungSince(facts, record))
            return;
        _ledger.Record(Entry(JournalEvent.Recurred, facts) with { Profile = record.Profile });
        LogRecurred(facts.Name.ToString(), record.Profile ?? "none");
        PublishAll();
    }));

    /// <summary>A live hang episode has begun: its bundle is begun as well, long before anything is done about it.</summary>
    public void BeginEpisode(string id, InterfaceName device, BusAddress bus, string driver, DateTimeOffset start, string? report, IReadOnlyList<string> kernelLines) =>
        _lane.Post(() => Safely(() => _recorder.Begin(id, device, bus, driver, start, report, kernelLines)));

    /// <summary>It is over.</summary>
    public void EndEpisode(InterfaceName device, EpisodeSummary summary, IReadOnlyList<string> kernelLines) => _lane.Post(() => Safely(() =>
    {
        _recorder.End(summary.Id, summary, kernelLines);
        // The key of a device that is gone is not to be had; its episode is in the bundle.
        if (Identify(device) is { } facts)
            _ledger.Record(Entry(JournalEvent.Episode, facts) with { Episode = summary });
        PublishAll();
    }));

    private void Tend()
    {
        TendLedger();
        RestoreLinks();
        if (_pass is null)
        {
            // What could not be settled at once: a device that could not be read, or a fault of ours.
            ResolvePending();
            Continue();
            Prove();
            LookForDrift();
        }
        PublishIfDue();
    }

    private void TendLedger(bool now = false)
    {
        var wasOpen = _ledger.IsOpen;
        _ledger.Tend(now);
        if (wasOpen || !_ledger.IsOpen)
            return;
        TakeUp();
        PublishAll();
    }

    // What the journal says beyond itself.
    private void TakeUp()
    {
        if (_ledger.State.Paused)
            Volatile.Write(ref _pausedNow, true);
        // What can't be read now is not lost: the journal says so itself, and is read again.
        if (_ledger.IsOpen && _ledger.State is { HistoryUnknown: true } state)
            LogHistoryUnknown(state switch
            {
                { PauseAssumed: true } => "remediation is paused until a person resumes it, for a pause may be among it",
                { Paused: true } => "remediation is paused by command until a person resumes it",
                _ => "a hang that is confirmed is answered by a reset alone",
            });
        ResolvePending();
    }

    // The pass before has not cured it: the next rung, or the next stage. In quarantine this is what keeps trying.
    private void FollowUp(RunContext context, RunResult result)
    {
        var key = context.Facts.Key;
        _followUps.Remove(key);
        if (context.Active.Request is not { Trigger: RemediationTrigger.Local or RemediationTrigger.Webhook, Recover: true } request)
            return;
        if (result.Verdict is not (RemediationVerdict.NotHealed or RemediationVerdict.DidNotHold) && !(result.Verdict == RemediationVerdict.RollbackFailed && context.WasHung))
            return;
        // What came back is answered at once, and so is a first rung that the driver does not have. After that each pass has its window: rungs that are all refused
        // must not bring the whole budget within a second.
        var rest = (_options.Remediation.VerifyWindow - _clock.GetElapsedTime(context.Active.Since)).TotalSeconds;
        var due = _ledger.Age + (result.Verdict == RemediationVerdict.DidNotHold || context.IsFirstRung ? 0 : Math.Max(0, rest));
        _followUps[key] = new FollowingUp(request with { Continues = true }, context.Facts, TryObserve(context.Facts)?.TxPackets ?? 0, due, due);
    }

    private bool HasSentSince(DeviceFacts facts) =>
        !_followUps.TryGetValue(facts.Key, out var trouble) || TryObserve(facts) is not { } reading || (reading.TxPackets != trouble.TxPackets && !IsHung(facts));

    private void Continue()
    {
        foreach (var (key, trouble) in _followUps.ToList())
        {
            if (_ledger.Age < trouble.Due)
                continue;
            if (HasSentSince(trouble.Facts))
            {
                _followUps.Remove(key);
                continue;
            }
            var ticket = Submit(trouble.Request);
            if (ticket.Joined || !ticket.Outcome.IsCompleted)
                // Whatever comes of it decides anew; until then not again.
                _followUps[key] = trouble with { Due = _ledger.Age + 5 };
            return;
        }
    }

    private void Prove()
    {
        foreach (var (key, record) in _ledger.State.Devices)
            if (record is { Proving: true, Last: { } last } && _ledger.Age - last.Age >= (_options.Remediation.ProvingTime - _options.Remediation.VerifyWindow).TotalSeconds)
            {
                _ledger.Record(new JournalEntry(JournalEvent.Recovered) { Key = key, Device = record.Device, Driver = record.Driver, Id = last.Id });
                LogRecovered(record.Device, last.Id ?? "");
            }
    }

    /// <summary>A trouble that goes on.</summary>
    private sealed record FollowingUp(RemediationRequest Request, DeviceFacts Facts, ulong TxPackets, double Due, double NotBefore);

    [LoggerMessage(EventIds.Recovered, LogLevel.Information, "{Device} has worked ever since its remediation {Id}: recovered")]
    private partial void LogRecovered(string device, string id);

    [LoggerMessage(EventIds.Recurred, LogLevel.Warning, "{Device} hangs although {Profile} is in force")]
    private partial void LogRecurred(string device, string profile);
}
