using NicHangExporter.Linux;
using NicHangExporter.Options;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Planning;
using NicHangExporter.Remediation.Policy;

namespace NicHangExporter.Remediation.Execution;

/// <summary>How a pass ended.</summary>
internal sealed record RunResult(RemediationVerdict Verdict, string Explanation, IReadOnlyDictionary<string, string> After, RemediationEvidence Evidence)
{
    /// <summary>When the first packet was sent after the action, since boot; null for none.</summary>
    public TimeSpan? SendsSince { get; init; }

    /// <summary>The change cost a device that worked its link.</summary>
    public bool LostLink { get; init; }

    /// <summary>ifindex of the device where its link was taken down and could not be brought up again; null where nothing is owed.</summary>
    public long? LeftDown { get; init; }
}

/// <summary>
/// One plan on its way through the door: applied step by step, then watched until there is a verdict, and undone where it did harm. It ends with a
/// result exactly once, whatever the kernel says. All of it on the lane's thread.
/// </summary>
internal sealed partial class RemediationRun(
    DeviceControl access, KillSwitch killSwitch, Func<bool> isPaused, HangSignals evidence, ExporterOptions options, TimeProvider clock,
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
    private bool _isRebased;
    private TimeSpan? _downSince;
    private ulong _txBase;
    private ulong _txLast;
    private TimeSpan _txMoved;
    private TimeSpan? _txFirst;
    private TimeSpan? _operational;
    private TimeSpan? _awaySince;
    private TimeSpan? _blindSince;
    private int _reportsBase;
    private TimeSpan? _nextReadBack;
    private IReadOnlyList<string> _mismatches = [];

    // Asked right before each change.
    private bool IsStopped => isPaused() || killSwitch.IsSet;

    private TimeSpan Now => clock.GetElapsedTime(0);

    /// <summary>Carries out the steps. Returns a result where that already decides it, else null: it is to be watched.</summary>
    public RunResult? Apply()
    {
        try
        {
            return PerformAll();
        }
        catch (LinuxException exception)
        {
            Note(exception.Message);
            return Stop("the device can't be looked at any more");
        }
    }

    /// <summary>Looks again; null while it is not decided.</summary>
    public RunResult? Tick()
    {
        try
        {
            var result = Watch();
            _blindSince = null;
            return result;
        }
        catch (LinuxException exception)
        {
            Note(exception.Message);
            _blindSince ??= Now;
            if (Now - _blindSince < options.Remediation.VerifyWindow)
                return null;
            return End(request.Rollback ? RemediationVerdict.RollbackFailed : RemediationVerdict.Unverified, "the device can't be looked at any more; what was changed stands");
        }
    }

    /// <summary>Ends it where the process has to: a link that was taken down comes up, and what was changed stands unproven.</summary>
    public RunResult Abandon()
    {
        TryBringUp();
        ReadBack(Now);
        return request.Rollback && _mismatches.Count > 0
            ? End(RemediationVerdict.RollbackFailed, $"the program was told to end half-way: {string.Join(", ", _mismatches)}")
            : End(RemediationVerdict.Unverified, "the program was told to end before there was a proof; the change stands");
    }

    private RunResult? PerformAll()
    {
        if (access.Observe(facts) is not { } reading)
            return Gone();
        _before = reading;
        foreach (var step in plan.Steps)
        {
            if (!request.Rollback && IsStopped)
                return Stop("the kill switch was set");
            // The name may have passed to another device since the plan was made.
            if (access.Observe(facts) is null)
                return Gone();
            var since = Now;
            if (!TryPerform(step, out var gone) && gone)
                return Gone();
            // The asker has been told that it failed, and the facts that the plan was made of are old: a reset now would hit whatever is on the wire by now.
            if (!request.Rollback && Now - since > options.Remediation.Deadline && step != plan.Steps[^1])
                return Stop($"{step} kept the kernel busy for {(Now - since).TotalSeconds:0} s");
        }
        _acted = Now;
        // The next rung's turn, where it was only this one that the driver does not have.
        if (_applied.Count == 0 && !(wasHung && RefusedRung() is not null && plan.Steps.Length == 1))
            return Stop("it was refused");
        if (access.Observe(facts) is { } now)
            Rebase(now);
        // A rung that the driver does not have leaves the hang as it is; waiting would prove nothing.
        return wasHung && RefusedRung() is { } refusal ? Undo(RemediationVerdict.NotHealed, refusal) : null;
    }

    private RunResult? Watch()
    {
        if (_downSince is { } down)
        {
            if (Now - down < BouncePause)
                return null;
            if (IsGone())
                return Gone();
            if (!TryBringUp())
                return Now - down > BouncePause + options.Remediation.CarrierGrace ? Harm("the link could not be brought up again") with { LostLink = true } : null;
            (_acted, _isRebased) = (Now, false);
        }
        if (access.Observe(facts) is not { } reading)
            return Gone();
        if (!_isRebased)
            Rebase(reading);
        var seen = See(reading);
        return Verification.Judge(seen, options.Remediation.VerifyWindow, options.Remediation.CarrierGrace) switch
        {
            Judgement.Wait => null,
            Judgement.Healed => End(RemediationVerdict.Healed, $"packets are sent again, and no hang was reported for {options.Remediation.VerifyWindow.TotalSeconds:0} s"),
            Judgement.Applied => End(RemediationVerdict.Applied, request.Rollback ? "everything is requested again as it was before the first remediation"
                : RefusedRung() is { } refusal ? $"every setting reads back as wished, and the device works; {refusal}" : "every setting reads back as wished, and the device works"),
            Judgement.DidNotHold => End(RemediationVerdict.DidNotHold, "packets were sent again, then it hung again"),
            Judgement.Inconclusive => End(RemediationVerdict.Inconclusive, "no hang was reported again, but nothing was to be sent either"),
            Judgement.NotHealed => Undo(RemediationVerdict.NotHealed, "nothing has been sent since the action"),
            Judgement.LinkLost => Harm($"the link has not come back within {options.Remediation.CarrierGrace.TotalSeconds:0} s") with { LostLink = true },
            Judgement.TransmitterFrozen => Harm("packets wait and none has been sent since the action"),
            Judgement.DidNotTake => Harm($"it did not take: {string.Join(", ", _mismatches)}{string.Concat(_errors.Select(error => $" ({error})"))}"),
            var other => throw new InvalidOperationException($"no arm for the judgement {other}"),
        };
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
            _awaySince ??= now;
            _operational = null;
        }
        else
        {
            _operational ??= now;
            // Some drivers turn offloads back on at link-up, this one of our own making included.
            if (_awaySince is not null)
            {
                Reassert();
                // What was read before the link came up says nothing of it.
                _nextReadBack = null;
            }
            _awaySince = null;
        }
        // By the time of the report, which syslog(2) may give up to a second later.
        if (Testimony.Last - _acted <= InFlight)
            _reportsBase = Testimony.Reports;
        if (now >= (_nextReadBack ?? TimeSpan.Zero))
            ReadBack(now);
        var last = Testimony.Last;
        return new Observation(now - _acted, wasHung, plan.InterruptsTraffic, _before.IsOperational, reading.IsOperational, now - (_awaySince ?? now),
            _txLast - _txBase, reading.InflightBytes, Reports, now - last, _txFirst < last, now - (_txMoved > last ? _txMoved : last), _mismatches.Count);
    }

    private DeviceHangState Testimony => evidence.Of(facts.Name, facts.Bus);

    private int Reports => Testimony.Reports - _reportsBase;

    // What counts as evidence begins here.
    private void Rebase(in TransmitReading reading)
    {
        _isRebased = true;
        _txBase = _txLast = reading.TxPackets;
        _txMoved = _acted;
        _reportsBase = Testimony.Reports;
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
            // What can't be read back is not proven.
            _mismatches = ["it can't be read back"];
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
                    TryPerform(step, out _);
        }
        catch (LinuxException exception)
        {
            Note(exception.Message);
        }
    }
}
