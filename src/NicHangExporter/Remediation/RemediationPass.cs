using NicHangExporter.Linux;

namespace NicHangExporter.Remediation;

/// <summary>How a pass ended.</summary>
internal sealed record PassResult(RemediationVerdict Verdict, string Explanation, IReadOnlyDictionary<string, string> After, RemediationEvidence Evidence);

/// <summary>
/// One plan on its way through the door: applied step by step, then watched until there is a verdict, and undone where it did harm. It ends with a
/// result exactly once. All of it on the lane's thread.
/// </summary>
internal sealed class RemediationPass(
    DeviceAccess access, KillSwitch killSwitch, Func<bool> isPaused, HangEvidence evidence, ExporterOptions options, TimeProvider clock,
    RemediationRequest request, DeviceFacts facts, RemediationPlan plan, DriverLadder? ladder, bool wasHung)
{
    /// <summary>How long the link stays down in a bounce: long enough for the other end to notice.</summary>
    private static readonly TimeSpan BouncePause = TimeSpan.FromSeconds(2);

    /// <summary>Reports of this long after the action were under way: no driver complains within a second of a reset, for it first has to wait in vain.</summary>
    private static readonly TimeSpan InFlight = TimeSpan.FromSeconds(1);

    private readonly TimeSpan _started = clock.GetElapsedTime(0);
    private readonly List<RemediationStep> _applied = [];
    private readonly List<string> _errors = [];
    private TransmitReading _before;
    private TimeSpan _acted;
    private TimeSpan? _downSince;
    private ulong _txBase;
    private ulong _txLast;
    private TimeSpan _txMoved;
    private TimeSpan? _txFirst;
    private TimeSpan? _operational;
    private bool _wasAway;
    private int _reportsBase;
    private TimeSpan? _nextReadBack;
    private IReadOnlyList<string> _mismatches = [];

    // Asked right before each change.
    private bool IsStopped => isPaused() || killSwitch.IsSet;

    private TimeSpan Now => clock.GetElapsedTime(0);

    /// <summary>Carries out the steps. Returns a result where that already decides it, else null: it is to be watched.</summary>
    public PassResult? Apply()
    {
        if (access.Observe(facts) is not { } reading)
            return Gone();
        _before = reading;
        foreach (var step in plan.Steps)
        {
            if (!request.Rollback && IsStopped)
                return _applied.Count == 0
                    ? End(RemediationVerdict.Failed, "the kill switch was set; nothing had been changed yet")
                    : Undo(RemediationVerdict.RolledBack, "the kill switch was set half-way");
            // The name may have passed to another device since the plan was made.
            if (access.Observe(facts) is null)
                return Gone();
            if (!TryPerform(step, out var gone))
                if (gone)
                    return Gone();
        }
        _acted = Now;
        if (_applied.Count == 0)
            return End(RemediationVerdict.Failed, $"nothing was changed: {string.Join("; ", _errors)}");
        Rebase();
        // A rung that the driver does not have leaves the hang as it is; waiting would prove nothing.
        if (wasHung && plan.Steps[^1] is RemediationStep.Reinit or RemediationStep.LinkBounce && _applied[^1] != plan.Steps[^1])
            return Undo(RemediationVerdict.NotHealed, $"{plan.Steps[^1]} was not to be had: {_errors[^1]}");
        return null;
    }

    /// <summary>Looks again; null while it is not decided.</summary>
    public PassResult? Tick()
    {
        if (_downSince is { } down)
        {
            if (Now - down < BouncePause)
                return null;
            if (!TryBringUp())
                return Now - down > BouncePause + options.CarrierGrace ? Undo(RemediationVerdict.NotHealed, $"the link could not be brought up again: {_errors[^1]}") : null;
            _acted = Now;
            Rebase();
            return null;
        }
        if (access.Observe(facts) is not { } reading)
            return Gone();
        var seen = See(reading);
        return Verification.Judge(seen, options.VerifyWindow, options.CarrierGrace) switch
        {
            Judgement.Wait => null,
            Judgement.Healed => End(RemediationVerdict.Healed, $"packets are sent again, and no hang was reported for {options.VerifyWindow.TotalSeconds:0} s"),
            Judgement.Applied => End(RemediationVerdict.Applied, request.Rollback ? "everything is requested again as it was before the first remediation" : "every setting reads back as wished, and the device works"),
            Judgement.DidNotHold => End(RemediationVerdict.DidNotHold, "packets were sent again, then it hung again"),
            Judgement.Inconclusive => End(RemediationVerdict.Inconclusive, "no hang was reported again, but nothing was to be sent either"),
            Judgement.NotHealed => Undo(RemediationVerdict.NotHealed, "nothing has been sent since the action"),
            Judgement.LinkLost => Harm($"the link has not come back within {options.CarrierGrace.TotalSeconds:0} s"),
            Judgement.TransmitterFrozen => Harm("packets wait and none has been sent since the action"),
            Judgement.DidNotTake => Harm($"it did not take: {string.Join(", ", _mismatches)}"),
            var other => throw new InvalidOperationException($"no arm for the judgement {other}"),
        };
    }

    /// <summary>Ends it where the process has to: a link that was taken down comes up, and what was changed stands unproven.</summary>
    public PassResult Abandon()
    {
        if (_downSince is not null)
            TryBringUp();
        return End(RemediationVerdict.Unverified, "the program was told to end before there was a proof; the change stands");
    }

    private Observation See(in TransmitReading reading)
    {
        var now = Now;
        // A driver that counts anew after a reset has sent what it shows now, and no more.
        _txBase = Math.Min(_txBase, reading.TxPackets);
        if (reading.TxPackets != _txLast)
        {
            _txMoved = now;
            if (reading.TxPackets > _txBase)
                _txFirst ??= now;
        }
        _txLast = reading.TxPackets;
        if (!reading.IsOperational)
        {
            _wasAway = true;
            _operational = null;
        }
        else
        {
            _operational ??= now;
            // Some drivers turn offloads back on at link-up, this one of our own making included.
            if (_wasAway)
                Reassert();
            _wasAway = false;
        }
        if (now - _acted <= InFlight)
            _reportsBase = Testimony.Reports;
        if (now >= (_nextReadBack ?? TimeSpan.Zero))
            ReadBack(now);
        var last = Testimony.Last;
        return new Observation(now - _acted, wasHung, plan.InterruptsTraffic, _before.IsOperational, reading.IsOperational, _txLast - _txBase, reading.InflightBytes,
            Reports, now - last, _txFirst < last, now - (_txMoved > last ? _txMoved : last), _mismatches.Count);
    }

    private HangTestimony Testimony => evidence.Of(facts.Name, facts.Bus);

    private int Reports => Testimony.Reports - _reportsBase;

    private void Rebase()
    {
        _txBase = _txLast = access.Observe(facts)?.TxPackets ?? _before.TxPackets;
        _txMoved = _acted;
        _reportsBase = Testimony.Reports;
    }

    private bool TryPerform(RemediationStep step, out bool gone)
    {
        gone = false;
        try
        {
            if (step is RemediationStep.LinkBounce)
                _downSince = Now;
            if (access.Perform(step, facts.Name) || step is not (RemediationStep.Reinit or RemediationStep.LinkBounce))
            {
                _applied.Add(step);
                return true;
            }
            _errors.Add(step is RemediationStep.Reinit ? "the driver has no renegotiation" : "the device is switched off");
        }
        catch (Exception exception) when (exception is LinuxException or ArgumentException)
        {
            _errors.Add(exception.Message);
            gone = exception is LinuxException { Errno: Errno.NoDevice } && access.Observe(facts) is null;
        }
        if (step is RemediationStep.LinkBounce && !gone)
        {
            // Half a failure may have left it down.
            TryBringUp();
        }
        return false;
    }

    private bool TryBringUp()
    {
        try
        {
            if (facts.IsUp)
                access.BringUp(facts.Name);
            _downSince = null;
            return true;
        }
        catch (LinuxException exception)
        {
            if (exception.Errno == Errno.NoDevice)
                _downSince = null;
            Note(exception.Message);
            return false;
        }
    }

    private void ReadBack(TimeSpan now)
    {
        _nextReadBack = now + TimeSpan.FromSeconds(1);
        try
        {
            if (access.Read(facts.Name) is { } read)
                _mismatches = [.. RemediationPlan.Mismatches(plan.Steps, read)];
        }
        catch (LinuxException exception)
        {
            Note(exception.Message);
        }
    }

    private void Reassert()
    {
        if (request.Rollback || IsStopped)
            return;
        try
        {
            if (access.Read(facts.Name) is not { } read)
                return;
            foreach (var step in plan.Steps.OfType<RemediationStep.SetFeature>())
                if (!(ladder ?? DriverLadder.Unknown).Resets(step.Name) && RemediationPlan.Mismatches([step], read).Length > 0)
                    access.Perform(step, facts.Name);
        }
        catch (Exception exception) when (exception is LinuxException or ArgumentException)
        {
            Note(exception.Message);
        }
    }

    private PassResult Harm(string what) =>
        request.Rollback ? End(RemediationVerdict.RollbackFailed, what)
        : wasHung ? Undo(RemediationVerdict.NotHealed, what)
        : Undo(RemediationVerdict.RolledBack, what);

    // Never stopped by the kill switch.
    private PassResult Undo(RemediationVerdict verdict, string why)
    {
        if (_downSince is not null)
            TryBringUp();
        try
        {
            if (access.Read(facts.Name) is not { } now || now.Key != facts.Key)
                return Gone();
            var undo = RemediationPlan.Restore(now, plan.Before, ladder);
            foreach (var step in undo.Steps)
                access.Perform(step, facts.Name);
            if (access.Read(facts.Name) is { } after && RemediationPlan.Mismatches(undo.Steps, after) is { Length: > 0 } left)
                return End(RemediationVerdict.RollbackFailed, $"{why}; undoing failed: {string.Join(", ", left)}");
            return End(verdict, undo.Steps.IsEmpty ? why : $"{why}; the settings are requested again as before");
        }
        catch (Exception exception) when (exception is LinuxException or ArgumentException)
        {
            Note(exception.Message);
            return End(RemediationVerdict.RollbackFailed, $"{why}; undoing failed: {exception.Message}");
        }
    }

    private PassResult Gone() => End(RemediationVerdict.DeviceGone, $"{facts.Name} is gone, or another device has its name now");

    private PassResult End(RemediationVerdict verdict, string explanation)
    {
        IReadOnlyDictionary<string, string> after = new Dictionary<string, string>();
        if (verdict != RemediationVerdict.DeviceGone)
            try
            {
                if (access.Read(facts.Name) is { } read)
                    after = plan.Before.Keys.ToDictionary(name => name, name => RemediationPlan.Read(read, name) ?? "unknown");
            }
            catch (LinuxException exception)
            {
                Note(exception.Message);
            }
        var advanced = _txFirst - _acted;
        return new PassResult(verdict, explanation, after, new RemediationEvidence(
            Math.Round((Now - _started).TotalSeconds, 3), _txLast - _txBase, advanced is { } a ? Math.Round(a.TotalSeconds, 3) : null, Math.Max(Reports, 0),
            _operational is { } o && _acted != default ? Math.Round((o - _acted).TotalSeconds, 3) : null, _errors.Count > 0 ? string.Join("; ", _errors) : null));
    }

    private void Note(string error)
    {
        if (!_errors.Contains(error))
            _errors.Add(error);
    }
}
