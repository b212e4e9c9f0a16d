using NicHangExporter.Linux;
using NicHangExporter.Options;
using NicHangExporter.Remediation.Planning;
using NicHangExporter.Remediation.Policy;

namespace NicHangExporter.Remediation.Execution;

/// <summary>
/// Executes one plan: applies it step by step, then watches the device until there is a verdict, and undoes the change
/// if it did harm. It ends with a result exactly once, whatever the kernel answers. On the worker thread.
/// </summary>
internal sealed class RemediationRun(
    DeviceControl control, PauseSwitch pause, HangSignals signals, ExporterOptions options, TimeProvider clock,
    RemediationRequest request, DeviceFacts facts, RemediationPlan plan, DriverLadder? ladder, bool wasHung)
{
    /// <summary>How long the link stays down in a bounce: long enough for the other end to notice.</summary>
    private static readonly TimeSpan BouncePause = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan ReadBackInterval = TimeSpan.FromSeconds(1);

    private readonly StepExecutor _steps = new(control, signals, clock, facts, plan, ladder);
    private readonly RunObserver _observer = new(signals, clock.GetElapsedTime(0));
    private TimeSpan? _unreadableSince;
    private TimeSpan _nextReadBack;
    private IReadOnlyList<string> _mismatches = [];

    private DeviceFacts Facts => _steps.Facts;

    private TimeSpan Now => clock.GetElapsedTime(0);

    /// <summary>
    /// Executes the steps. Returns the result if that decides it; null if the device is to be watched.
    /// </summary>
    public RunResult? Apply()
    {
        try
        {
            return PerformAll();
        }
        catch (LinuxException exception)
        {
            _steps.Note(exception.Message);
            return Stop("the device can't be looked at any more");
        }
    }

    /// <summary>Checks the device. Returns the result, or null while none exists.</summary>
    public RunResult? Tick()
    {
        try
        {
            var result = Watch();
            _unreadableSince = null;
            return result;
        }
        catch (LinuxException exception)
        {
            _steps.Note(exception.Message);
            _unreadableSince ??= Now;
            return Now - _unreadableSince < options.Remediation.VerifyWindow
                ? null
                : End(request.Rollback ? RemediationVerdict.RollbackFailed : RemediationVerdict.Unverified,
                    "the device can't be looked at any more; what was changed stands");
        }
    }

    /// <summary>
    /// Ends the run because the program ends: a link that is down comes up, and the change stands unverified.
    /// </summary>
    public RunResult Abandon()
    {
        _steps.TryBringUp();
        ReadBack(Now);
        return request.Rollback && _mismatches.Count > 0
            ? End(RemediationVerdict.RollbackFailed,
                $"the program was stopped half-way: {string.Join(", ", _mismatches)}")
            : End(RemediationVerdict.Unverified, "the program was stopped before there was a proof; the change stands");
    }

    private RunResult? PerformAll()
    {
        if (control.Observe(Facts) is not { } before)
            return Gone();
        _observer.NoteBefore(before);
        foreach (var step in plan.Steps)
        {
            if (!request.Rollback && pause.IsSet)
                return Stop("the kill switch was set");
            // The name may belong to another device since the plan was made.
            if (control.Observe(Facts) is null)
                return Gone();
            var since = Now;
            if (!_steps.TryPerform(step, out var isGone) && isGone)
                return Gone();
            // The caller was answered that it failed, and the facts of the plan are old: a reset now may hit good
            // traffic.
            if (!request.Rollback && Now - since > options.Remediation.Deadline && step != plan.Steps[^1])
                return Stop($"{step} kept the kernel busy for {(Now - since).TotalSeconds:0} s");
        }
        _observer.NoteActed(Now);
        var refusal = _steps.RefusedAction();
        // If the driver lacks only this recovery action, the next one follows.
        if (!_steps.HasApplied && !(wasHung && refusal is not null && plan.Steps.Length == 1))
            return Stop("it was refused");
        if (control.Observe(Facts) is { } reading)
            _observer.TakeBaseline(Facts, reading);
        // Without the recovery action the hang goes on: watching would prove nothing.
        return wasHung && refusal is not null ? Undo(RemediationVerdict.NotHealed, refusal) : null;
    }

    private RunResult? Watch()
    {
        if (_steps.DownSince is { } down)
        {
            if (Now - down < BouncePause)
                return null;
            if (_steps.IsGone())
                return Gone();
            if (!_steps.TryBringUp())
                return Now - down <= BouncePause + options.Remediation.CarrierGrace
                    ? null
                    : Harm("the link could not be brought up again") with { LostLink = true };
            _observer.NoteActed(Now);
        }
        return control.Observe(Facts) is { } reading ? Judge(reading) : Gone();
    }

    private RunResult? Judge(in TransmitReading reading)
    {
        var now = Now;
        if (_observer.Take(Facts, reading, now))
        {
            // Some drivers turn offloads on again at link-up. What was read before the link came up says nothing of it.
            Reassert();
            _nextReadBack = TimeSpan.Zero;
        }
        _observer.TakeReports(Facts);
        if (now >= _nextReadBack)
            ReadBack(now);
        var seen = _observer.Observe(Facts, reading, now, wasHung, plan.InterruptsTraffic, _mismatches.Count);
        var (window, grace) = (options.Remediation.VerifyWindow.TotalSeconds,
            options.Remediation.CarrierGrace.TotalSeconds);
        return Verification.Judge(seen, options.Remediation.VerifyWindow, options.Remediation.CarrierGrace) switch
        {
            Judgement.Wait => null,
            Judgement.Healed => End(RemediationVerdict.Healed,
                $"packets are sent again, and no hang was reported for {window:0} s"),
            Judgement.Applied => End(RemediationVerdict.Applied, Applied()),
            Judgement.DidNotHold => End(RemediationVerdict.DidNotHold, "packets were sent again, then it hung again"),
            Judgement.Inconclusive => End(RemediationVerdict.Inconclusive,
                "no hang was reported again, but nothing was to be sent either"),
            Judgement.NotHealed => Undo(RemediationVerdict.NotHealed, "nothing has been sent since the action"),
            Judgement.LinkLost => Harm($"the link has not come back within {grace:0} s") with { LostLink = true },
            Judgement.TransmitterFrozen => Harm("packets wait and none has been sent since the action"),
            Judgement.DidNotTake => Harm($"it did not take: {string.Join(", ", _mismatches)}"
                + string.Concat(_steps.Errors.Select(error => $" ({error})"))),
            var other => throw new InvalidOperationException($"no arm for the judgement {other}"),
        };
    }

    private string Applied() => request.Rollback
        ? "everything is requested again as it was before the first remediation"
        : "every setting reads back as requested, and the device works"
            + (_steps.RefusedAction() is { } refusal ? $"; {refusal}" : "");

    private void ReadBack(TimeSpan now)
    {
        _nextReadBack = now + ReadBackInterval;
        try
        {
            if (control.Read(Facts.Name) is { } read)
                _mismatches = [.. DeviceSettings.Mismatches(plan.Steps, read)];
        }
        catch (LinuxException exception)
        {
            _steps.Note(exception.Message);
            // Without reading back there is no proof.
            _mismatches = ["it can't be read back"];
        }
    }

    // Repeats the features that are on again and whose change leaves the link up.
    private void Reassert()
    {
        if (request.Rollback || pause.IsSet)
            return;
        try
        {
            if (control.Read(Facts.Name) is not { } read)
                return;
            foreach (var step in plan.Steps.OfType<RemediationStep.SetFeature>())
                if (!(ladder ?? DriverLadder.Unknown).Resets(step.Name)
                    && !DeviceSettings.Mismatches([step], read).IsEmpty)
                    _steps.TryPerform(step, out _);
        }
        catch (LinuxException exception)
        {
            _steps.Note(exception.Message);
        }
    }

    // Executes no further step and undoes those that were executed.
    private RunResult Stop(string why)
    {
        if (_steps.Errors.Count > 0)
            why += $": {string.Join("; ", _steps.Errors)}";
        if (!_steps.HasApplied && !_steps.IsDown && !IsChanged())
            return End(RemediationVerdict.Failed, $"{why}; nothing was changed");
        return request.Rollback ? End(RemediationVerdict.RollbackFailed, why)
            : Undo(RemediationVerdict.RolledBack, why);
    }

    // A driver that refuses a step may have executed a part of it.
    private bool IsChanged()
    {
        try
        {
            return control.Read(Facts.Name) is { } now && now.Key == Facts.Key
                && !RemediationPlan.Restore(now, plan.Before, ladder).Steps.IsEmpty;
        }
        catch (LinuxException exception)
        {
            _steps.Note(exception.Message);
            return false;
        }
    }

    private RunResult Harm(string what) =>
        request.Rollback ? End(RemediationVerdict.RollbackFailed, what)
        : wasHung ? Undo(RemediationVerdict.NotHealed, what)
        : Undo(RemediationVerdict.RolledBack, what);

    // Neither the kill switch nor a refused step stops it: the other steps are still undone.
    private RunResult Undo(RemediationVerdict verdict, string why)
    {
        _steps.TryBringUp();
        string? left = null;
        var isUndone = false;
        try
        {
            if (control.Read(Facts.Name) is not { } now || now.Key != Facts.Key)
                return End(RemediationVerdict.DeviceGone, $"{why}; {Facts.Name} is gone since");
            var undo = RemediationPlan.Restore(now, plan.Before, ladder).Steps;
            isUndone = !undo.IsEmpty;
            foreach (var step in undo)
                _steps.TryPerform(step, out _);
            if (isUndone && control.Read(Facts.Name) is { } after
                && DeviceSettings.Mismatches(undo, after) is { Length: > 0 } mismatches)
                left = string.Join(", ", mismatches);
        }
        catch (LinuxException exception)
        {
            _steps.Note(exception.Message);
            left = exception.Message;
        }
        if (_steps.IsDown)
            left = left is null ? "the link is down" : $"the link is down, {left}";
        return left is not null ? End(RemediationVerdict.RollbackFailed, $"{why}; undoing failed: {left}")
            : End(verdict, isUndone ? $"{why}; the settings are requested again as before" : why);
    }

    // A device that was only renamed must not stay half changed under its new name.
    private RunResult Gone()
    {
        var was = Facts.Name;
        if (!_steps.TryFollowRename())
            return End(RemediationVerdict.DeviceGone, $"{was} is gone, or another device has its name now");
        var why = $"{was} is called {Facts.Name} now";
        if (!request.Rollback)
            return Undo(RemediationVerdict.DeviceGone, why);
        return End(_steps.HasApplied ? RemediationVerdict.RollbackFailed : RemediationVerdict.Failed, why);
    }

    private RunResult End(RemediationVerdict verdict, string explanation)
    {
        IReadOnlyDictionary<string, string> after = new Dictionary<string, string>();
        try
        {
            if (control.Read(Facts.Name) is { } read && read.Key == Facts.Key)
                after = plan.Before.Keys.ToDictionary(name => name,
                    name => DeviceSettings.Read(read, name) ?? "unknown");
        }
        catch (LinuxException exception)
        {
            _steps.Note(exception.Message);
        }
        return new RunResult(verdict, explanation, after, _observer.Evidence(Facts, Now, _steps.Errors))
        {
            LeftDown = _steps.IsDown ? Facts.Index : null,
            SendsSince = _observer.TxFirst,
        };
    }
}
