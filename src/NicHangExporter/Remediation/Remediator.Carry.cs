using NicHangExporter.Hosting;
using NicHangExporter.Linux;
using NicHangExporter.Remediation.Execution;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Planning;
using NicHangExporter.Remediation.Policy;

namespace NicHangExporter.Remediation;

// From a request to an intent in the journal and the first step; and from a verdict back to whoever asked.
internal sealed partial class Remediator
{
    // Devices that can't be read, so that it is said once.
    private readonly HashSet<InterfaceName> _unreadable = [];

    private void Carry(Active active)
    {
        EndWaiting(active);
        if (!Safely(() => Consider(active)))
            GiveUp(active);
    }

    private void Consider(Active active)
    {
        var request = active.Request;
        if (_stopping)
        {
            Finish(active, Declined(active, DeclineReason.ShuttingDown, "the program is ending"));
            return;
        }
        // Whoever asked has been told long ago that nothing came of it.
        if (active.IsExpired)
        {
            Finish(active, Answer(active, RemediationVerdict.Failed, "nothing was done"));
            return;
        }
        if (!request.DryRun && !TryTakeTurn(active))
            return;
        DeviceFacts? facts;
        try
        {
            // EEE and pause ask the PHY on some drivers; the gates don't need them, and they say no every two seconds for as long as a hang lasts.
            facts = _begun ? _access.Read(request.Device, settings: false) : null;
        }
        catch (LinuxException exception)
        {
            if (_unreadable.Add(request.Device))
                LogUnreadable(request.Device.ToString(), exception.Message);
            Finish(active, Answer(active, RemediationVerdict.Failed, $"nothing was changed: {exception.Message}"));
            return;
        }
        _unreadable.Remove(request.Device);
        if (facts is null)
        {
            Finish(active, Declined(active, DeclineReason.UnknownDevice, $"there is no device {request.Device} here"));
            return;
        }
        if (request.Bus is { } bus && facts.Bus != bus)
        {
            Finish(active, Declined(active, DeclineReason.UnknownDevice,
                $"{request.Device} is another device now, at {Place(facts.Bus)}: what was to be remedied was at {Place(bus)}"));
            return;
        }
        if (!_ledger.IsWritable)
            TendLedger(now: true);
        if (!request.DryRun && _ledger.State.Device(facts.Key) is { LeftDown: { } debt } owing && !TryRestoreLink(facts.Key, owing, debt))
        {
            Finish(active, Answer(active, RemediationVerdict.Failed, $"nothing was changed: the link of {facts.Name} was taken down by an earlier remediation and can't be brought up again"));
            return;
        }
        if (!request.DryRun && _ledger.IsOpen && _pass is null && _ledger.State.Device(facts.Key).Pending is not null)
        {
            ResolvePending();
            if (_ledger.State.Device(facts.Key).Pending is { } open)
            {
                Finish(active, Answer(active, RemediationVerdict.Failed, $"nothing was changed: what became of the remediation {open.Id} can't be told yet, because {(_ledger.IsUnderWay(open) ? "the process that carries it out lives" : $"{facts.Name} can't be read")}"));
                return;
            }
        }
        if (request is { Trigger: RemediationTrigger.Local or RemediationTrigger.Webhook, Recover: true } && _followUps.TryGetValue(facts.Key, out var trouble) && trouble.NotBefore > _ledger.Age)
        {
            Finish(active, Answer(active, RemediationVerdict.Declined, $"the window of the pass before is not over on {facts.Name}") with { Declined = DeclineReason.Busy, RetryAfter = trouble.NotBefore - _ledger.Age });
            return;
        }
        var record = _ledger.State.Device(facts.Key);
        var ladder = _catalogue.Ladder(facts.Driver);
        // What the driver recovers from by itself is prevented, not healed: it passes traffic but for moments.
        var hung = request is not { Trigger: RemediationTrigger.Local or RemediationTrigger.Webhook, Recover: false } && (IsHung(facts) || (request.Continues && !HasSentSince(facts)));
        var pause = Pause();
        var input = new PolicyInput(request, facts, record, _ledger.Age)
        {
            Mode = _options.Remediation.Mode(request.Trigger),
            IsAllowed = IsAllowed(facts),
            HasLadder = ladder is not null,
            IsCapable = _isCapable,
            IsJournalWritable = _ledger.IsWritable,
            IsPaused = pause.IsPaused,
            PauseExplanation = pause.Explanation,
            IsHung = hung,
            IsAmbiguous = _evidence.IsAmbiguous(facts.Name, facts.Bus, _clock.GetElapsedTime(0)),
            IsBootGrace = _ledger.Uptime < _options.Remediation.BootGrace.TotalSeconds,
            HostSpent = _ledger.State.SpentAt(_ledger.Age),
            UnknownUntil = _ledger.State.UnknownUntil,
        };
        var decision = RemediationPolicy.Decide(input, _options);
        var observes = input.Mode == RemediationMode.Observe || request.DryRun;
        // A quarantine is said only of what would be done: who asks for nothing new, or too early, must not bring a healthy device into one.
        var budget = decision is { BudgetGone: true, Declined: not null } && !observes ? decision : default;
        if (decision is { BudgetGone: true, Declined: null } && !observes)
            Quarantine(facts, decision.Explanation);
        if (budget.BudgetGone)
            decision = new PolicyDecision(null);
        if (decision.Declined is { } reason && !request.DryRun)
        {
            Decline(active, facts, reason, decision.Explanation, decision.RetryAfter);
            return;
        }
        if (ReadAgain(active, facts) is not { } whole)
            return;
        facts = whole;
        var intent = Intend(active, facts, record, ladder, hung, decision.ReinitOnly, out var plan, out var wrong);
        if (wrong is { } no)
        {
            Decline(active, facts, no.Reason, no.Explanation, null);
            return;
        }
        if (decision.Declined is null)
            decision = RemediationPolicy.DecidePlan(input, plan.InterruptsTraffic, IsOnlyPortOfBond(facts));
        if (request.DryRun && decision.Declined is not null)
            Finish(active, Describe(active, intent, plan, RemediationVerdict.DryRun,
                plan.ChangesNothing ? $"nothing would be done: {decision.Explanation}" : $"this would be done, but not now: {decision.Explanation}", decision));
        else if (plan.ChangesNothing)
            NothingToDo(active, facts, intent, plan);
        else if (request.DryRun)
            Finish(active, Describe(active, intent, plan, RemediationVerdict.DryRun, "this would be done"));
        else if (decision.Declined is { } later)
            Decline(active, facts, later, decision.Explanation, decision.RetryAfter);
        else if (budget.Declined is { } gone)
        {
            Quarantine(facts, budget.Explanation);
            Decline(active, facts, gone, budget.Explanation, budget.RetryAfter);
        }
        else if (input.Mode == RemediationMode.Observe)
            Observed(active, facts, intent, plan);
        else
            Act(active, facts, ladder, intent, plan, hung);
    }

    private static string Place(BusAddress bus) => bus.IsEmpty ? "no bus" : bus.ToString();

    private DeviceFacts? ReadAgain(Active active, DeviceFacts facts)
    {
        try
        {
            if (_access.Read(facts.Name) is { } whole && whole.Key == facts.Key && whole.Index == facts.Index)
                return whole;
            Finish(active, Answer(active, RemediationVerdict.DeviceGone, $"{facts.Name} is gone, or another device has its name now"));
        }
        catch (LinuxException exception)
        {
            Finish(active, Answer(active, RemediationVerdict.Failed, $"nothing was changed: {exception.Message}"));
        }
        return null;
    }

    private void Act(Active active, DeviceFacts facts, DriverLadder? ladder, JournalEntry intent, RemediationPlan plan, bool hung)
    {
        if (!active.TryBegin())
        {
            Finish(active, Answer(active, RemediationVerdict.Failed, "nothing was done"));
            return;
        }
        if (!_ledger.Record(intent))
        {
            // It may reach the disk later; then it must be known that nothing came of it.
            _ledger.Record(intent with { Event = JournalEvent.Outcome, Verdict = RemediationVerdict.Declined, Declined = DeclineReason.JournalUnavailable, State = null });
            Finish(active, Declined(active, DeclineReason.JournalUnavailable, "the journal can't be written, and what is not recorded is not done: see state.directory and the log"));
            return;
        }
        // Without a rung nothing is to be healed, so nothing is to be judged by whether it healed.
        hung &= intent.Rung is not null;
        var context = new RunContext(active, facts, plan, intent, hung, _ledger.State.Device(facts.Key).Rung is null);
        var pass = new RemediationRun(_access, _killSwitch, () => Volatile.Read(ref _pausedNow), _evidence, _options, _clock, active.Request, facts, plan, ladder, hung);
        (_pass, _context) = (pass, context);
        var result = pass.Apply();
        // Only now: nothing is logged between the report of a hang and the answer to it.
        LogStarted(facts.Name.ToString(), SnakeCase.Of(active.Request.Trigger), active.Id, string.Join(", ", plan.Steps));
        if (result is not null)
            Complete(context, result);
    }

    private void Complete(RunContext context, RunResult result)
    {
        (_pass, _context) = (null, null);
        var (active, facts, intent) = (context.Active, context.Facts, context.Intent);
        var hungSince = _evidence.Of(facts.Name, facts.Bus).Since;
        // Before anything is written: a report that comes while the disk takes its time is of another hang.
        if (result.Verdict == RemediationVerdict.Healed)
            _evidence.Healed(facts.Name, facts.Bus, _clock.GetElapsedTime(0));
        _ledger.Record(intent with
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
        var outcome = Describe(active, intent, context.Plan, result.Verdict, result.Explanation) with { After = result.After, Evidence = result.Evidence };
        _metrics.RemediationDuration.Observe(_clock.GetElapsedTime(active.Since).TotalSeconds);
        if (result is { Verdict: RemediationVerdict.Healed, SendsSince: { } since })
            LogHealed(facts.Name.ToString(), active.Id, Math.Round((since - hungSince).TotalSeconds, 1));
        LogEnded(facts.Name.ToString(), active.Id, SnakeCase.Of(result.Verdict), result.Explanation);
        // A change that cost a working device its link must not be tried again without a person.
        if (result.LostLink && !context.WasHung && active.Request is { Rollback: false, Trigger: not RemediationTrigger.Drift })
            Quarantine(facts, $"{result.Explanation}: it goes into quarantine");
        if (active.Request.Episode is { } episode)
            _recorder.AddRemediation(episode, outcome);
        FollowUp(context, result);
        Finish(active, outcome);
        PublishAll();
    }

    // Fresh reports; but where the only queue has sent something since the last one, whatever it was is over.
    private bool IsHung(DeviceFacts facts)
    {
        var testimony = _evidence.Of(facts.Name, facts.Bus);
        if (testimony.Reports == 0 || _clock.GetElapsedTime(0) - testimony.Last > HangTiming.Fresh)
            return false;
        // Healed since: the report is of a hang that is over, and nobody is to act on it again.
        if (testimony.Last <= testimony.HealedAt)
            return false;
        return TryObserve(facts) is not { TxQueues: 1 } reading || testimony.TxPackets is not { } then || reading.TxPackets == then;
    }

    private bool IsOnlyPortOfBond(DeviceFacts facts)
    {
        try
        {
            return _access.IsOnlyPortOfBond(facts.Name);
        }
        catch (LinuxException)
        {
            // For all that is known nobody else carries the traffic.
            return true;
        }
    }

    private TransmitReading? TryObserve(DeviceFacts facts)
    {
        try
        {
            return _access.Observe(facts);
        }
        catch (LinuxException)
        {
            // The reports stand for themselves.
            return null;
        }
    }

    private bool IsAllowed(DeviceFacts facts)
    {
        if (_options.Remediation.Devices.Count == 0)
            return facts.IsPhysical && _catalogue.Ladder(facts.Driver) is not null;
        return AllowList.Names(_options.Remediation.Devices, facts.Name, facts.Bus);
    }

    [LoggerMessage(EventIds.RemediationStarted, LogLevel.Warning, "Remediation of {Device} ({Trigger}, {Id}): {Steps}")]
    private partial void LogStarted(string device, string trigger, string id, string steps);

    [LoggerMessage(EventIds.Healed, LogLevel.Warning, "Healed: packets are sent again")]
    private partial void LogHealed(string device, string id, double outageSeconds);

    [LoggerMessage(EventIds.RemediationEnded, LogLevel.Warning, "Remediation of {Device} ({Id}) ended as {Outcome}: {Explanation}")]
    private partial void LogEnded(string device, string id, string outcome, string explanation);

    [LoggerMessage(EventIds.DeviceUnreadable, LogLevel.Warning, "{Device} was to be remedied and can't even be read: {Error}")]
    private partial void LogUnreadable(string device, string error);
}
