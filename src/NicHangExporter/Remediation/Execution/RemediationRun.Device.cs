using NicHangExporter.Linux;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Planning;

namespace NicHangExporter.Remediation.Execution;

// The hand on the device, and the way back.
internal sealed partial class RemediationRun
{
    // Taken down by this pass, and not yet up again.
    private bool _isDown;

    // Why the last step that was not carried out was not: the rung of recovery, where there is one, is the last of all.
    private string _refusal = "";

    private bool TryPerform(RemediationStep step, out bool gone)
    {
        gone = false;
        // What leaves the adapter alone makes no driver reset it: whatever it does after that, it does by itself.
        var resets = RemediationPlan.Interrupts(step, facts, ladder);
        if (resets)
            evidence.Acting(facts.Name, facts.Bus, Now);
        try
        {
            if (step is RemediationStep.LinkBounce)
                (_isDown, _downSince) = (facts.IsUp, Now);
            if (access.Perform(step, facts.Name))
            {
                if (!_applied.Contains(step))
                    _applied.Add(step);
                return true;
            }
            _refusal = step switch
            {
                RemediationStep.LinkBounce => "the device is switched off",
                RemediationStep.Reinit => "the driver does not support it",
                _ => $"the driver has no way to do: {step}",
            };
            Note(_refusal);
            // Somebody else has taken it down, who will know why.
            if (step is RemediationStep.LinkBounce)
                (_isDown, _downSince) = (false, null);
        }
        catch (Exception exception) when (exception is LinuxException or ArgumentException)
        {
            Note(exception.Message);
            _refusal = exception.Message;
            gone = exception is LinuxException { Errno: Errno.NoDevice } && IsGone();
            // Half a failure may have left it down.
            if (!gone)
                TryBringUp();
        }
        finally
        {
            if (resets)
                evidence.Acted(facts.Name, facts.Bus, Now);
        }
        return false;
    }

    // Why the rung of the plan was not carried out; null where it was, or where there is none.
    private string? RefusedRung() =>
        plan.Steps is [.., RemediationStep.Reinit or RemediationStep.LinkBounce] && !_applied.Contains(plan.Steps[^1]) ? $"{plan.Steps[^1]} was not possible: {_refusal}" : null;

    private bool IsGone()
    {
        try
        {
            return access.Observe(facts) is null;
        }
        catch (LinuxException exception)
        {
            // Not known is not gone: a link that is down must come up also while nothing can be read.
            Note(exception.Message);
            return false;
        }
    }

    // Nothing to do is a success as well.
    private bool TryBringUp()
    {
        if (!_isDown)
            return true;
        try
        {
            access.BringUp(NameNow() ?? facts.Name);
            (_isDown, _downSince) = (false, null);
            evidence.Acted(facts.Name, facts.Bus, Now);
            return true;
        }
        catch (LinuxException exception)
        {
            Note(exception.Message);
            return false;
        }
    }

    // The name of the device by now; null where it is gone, or where nothing can be found out.
    private InterfaceName? NameNow()
    {
        try
        {
            return access.FindAgain(facts);
        }
        catch (LinuxException exception)
        {
            Note(exception.Message);
            return null;
        }
    }

    // It goes no further: what was done so far is undone.
    private RunResult Stop(string why)
    {
        if (_errors.Count > 0)
            why += $": {string.Join("; ", _errors)}";
        if (_applied.Count == 0 && !_isDown && !IsChanged())
            return End(RemediationVerdict.Failed, $"{why}; nothing was changed");
        return request.Rollback ? End(RemediationVerdict.RollbackFailed, why) : Undo(RemediationVerdict.RolledBack, why);
    }

    // A driver that says no may have done a part of it all the same.
    private bool IsChanged()
    {
        try
        {
            return access.Read(facts.Name) is { } now && now.Key == facts.Key && !RemediationPlan.Restore(now, plan.Before, ladder).Steps.IsEmpty;
        }
        catch (LinuxException exception)
        {
            Note(exception.Message);
            return false;
        }
    }

    private RunResult Harm(string what) =>
        request.Rollback ? End(RemediationVerdict.RollbackFailed, what)
        : wasHung ? Undo(RemediationVerdict.NotHealed, what)
        : Undo(RemediationVerdict.RolledBack, what);

    // Never stopped by the kill switch, nor by a step that is refused: the others are undone all the same.
    private RunResult Undo(RemediationVerdict verdict, string why)
    {
        TryBringUp();
        string? left = null;
        var isUndone = false;
        try
        {
            if (access.Read(facts.Name) is not { } now || now.Key != facts.Key)
                return End(RemediationVerdict.DeviceGone, $"{why}; {facts.Name} is gone since");
            var undo = RemediationPlan.Restore(now, plan.Before, ladder).Steps;
            isUndone = !undo.IsEmpty;
            foreach (var step in undo)
                TryPerform(step, out _);
            if (isUndone && access.Read(facts.Name) is { } after && RemediationPlan.Mismatches(undo, after) is { Length: > 0 } mismatches)
                left = string.Join(", ", mismatches);
        }
        catch (LinuxException exception)
        {
            Note(exception.Message);
            left = exception.Message;
        }
        if (_isDown)
            left = left is null ? "the link is down" : $"the link is down, {left}";
        return left is not null ? End(RemediationVerdict.RollbackFailed, $"{why}; undoing failed: {left}")
            : End(verdict, isUndone ? $"{why}; the settings are requested again as before" : why);
    }

    // Where it is only called otherwise by now, as udev does to a link that is down for a moment, nothing must stay half-done under the new name.
    private RunResult Gone()
    {
        var was = facts.Name;
        if (NameNow() is not { } name || name == was)
            return End(RemediationVerdict.DeviceGone, $"{was} is gone, or another device has its name now");
        facts = facts with { Name = name };
        var why = $"{was} is called {name} now";
        return request.Rollback ? End(_applied.Count == 0 ? RemediationVerdict.Failed : RemediationVerdict.RollbackFailed, why) : Undo(RemediationVerdict.DeviceGone, why);
    }

    private RunResult End(RemediationVerdict verdict, string explanation)
    {
        IReadOnlyDictionary<string, string> after = new Dictionary<string, string>();
        try
        {
            if (access.Read(facts.Name) is { } read && read.Key == facts.Key)
                after = plan.Before.Keys.ToDictionary(name => name, name => RemediationPlan.Read(read, name) ?? "unknown");
        }
        catch (LinuxException exception)
        {
            Note(exception.Message);
        }
        var advanced = _txFirst - _acted;
        var seen = new RemediationEvidence(
            Math.Round((Now - _started).TotalSeconds, 3), _txLast - _txBase, advanced is { } a ? Math.Round(a.TotalSeconds, 3) : null, Math.Max(Reports, 0),
            _operational is { } o && _acted != default ? Math.Round((o - _acted).TotalSeconds, 3) : null, _errors.Count > 0 ? string.Join("; ", _errors) : null);
        return new RunResult(verdict, explanation, after, seen) { LeftDown = _isDown ? facts.Index : null, SendsSince = _txFirst };
    }

    private void Note(string error)
    {
        if (!_errors.Contains(error))
            _errors.Add(error);
    }
}
