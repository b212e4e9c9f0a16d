using NicHangExporter.Linux;
using NicHangExporter.Remediation.Planning;

namespace NicHangExporter.Remediation.Execution;

/// <summary>
/// Executes the steps of one run, and keeps their results. No method throws because of an error of the kernel.
/// </summary>
internal sealed class StepExecutor(
    DeviceControl control, HangSignals signals, TimeProvider clock, DeviceFacts facts, RemediationPlan plan,
    DriverLadder? ladder)
{
    private readonly List<RemediationStep> _applied = [];
    private readonly List<string> _errors = [];

    // Why the last refused step was refused. The recovery action is the last step of all.
    private string _refusal = "";

    /// <summary>The device. Its name changes if it is renamed during the run.</summary>
    public DeviceFacts Facts { get; private set; } = facts;

    /// <summary>What the kernel has answered, each error once.</summary>
    public IReadOnlyList<string> Errors => _errors;

    public bool HasApplied => _applied.Count > 0;

    /// <summary>The run has taken the link down, and it is not up again.</summary>
    public bool IsDown { get; private set; }

    /// <summary>When a bounce took the link down, since boot; null if none did or the link is up again.</summary>
    public TimeSpan? DownSince { get; private set; }

    /// <summary>Executes a step.</summary>
    /// <param name="step">The step.</param>
    /// <param name="isGone">True if it failed because the device is gone.</param>
    public bool TryPerform(RemediationStep step, out bool isGone)
    {
        isGone = false;
        // A reset by the driver after a step that leaves the adapter alone is the driver's own.
        var resets = RemediationPlan.Interrupts(step, Facts, ladder);
        if (resets)
            signals.Acting(Facts.Name, Facts.Bus, clock.GetElapsedTime(0));
        try
        {
            if (step is RemediationStep.LinkBounce)
                (IsDown, DownSince) = (Facts.IsUp, clock.GetElapsedTime(0));
            if (control.Perform(step, Facts.Name))
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
            // Somebody else has switched the device off: it stays off.
            if (step is RemediationStep.LinkBounce)
                (IsDown, DownSince) = (false, null);
        }
        catch (Exception exception) when (exception is LinuxException or ArgumentException)
        {
            Note(exception.Message);
            _refusal = exception.Message;
            isGone = exception is LinuxException { Errno: Errno.NoDevice } && IsGone();
            // A failed command may have left the link down.
            if (!isGone)
                TryBringUp();
        }
        finally
        {
            if (resets)
                signals.Acted(Facts.Name, Facts.Bus, clock.GetElapsedTime(0));
        }
        return false;
    }

    /// <summary>Brings the link up if the run has taken it down.</summary>
    /// <returns>False if it is still down.</returns>
    public bool TryBringUp()
    {
        if (!IsDown)
            return true;
        try
        {
            control.BringUp(CurrentName() ?? Facts.Name);
            (IsDown, DownSince) = (false, null);
            signals.Acted(Facts.Name, Facts.Bus, clock.GetElapsedTime(0));
            return true;
        }
        catch (LinuxException exception)
        {
            Note(exception.Message);
            return false;
        }
    }

    /// <summary>
    /// Why the recovery action of the plan was not executed; null if it was, or if the plan has none.
    /// </summary>
    public string? RefusedAction() => plan.RecoveryAction is { } action && !_applied.Contains(action)
        ? $"{action} was not possible: {_refusal}"
        : null;

    /// <summary>False also if that is unknown: a link that is down must come up although nothing can be read.</summary>
    public bool IsGone()
    {
        try
        {
            return control.Observe(Facts) is null;
        }
        catch (LinuxException exception)
        {
            Note(exception.Message);
            return false;
        }
    }

    /// <summary>Follows the device to its new name, as udev may give it one while the link is down.</summary>
    /// <returns>False if it is gone, or if another device has its name.</returns>
    public bool TryFollowRename()
    {
        if (CurrentName() is not { } name || name == Facts.Name)
            return false;
        Facts = Facts with { Name = name };
        return true;
    }

    public void Note(string error)
    {
        if (!_errors.Contains(error))
            _errors.Add(error);
    }

    // Null if the device is gone, or if that is unknown.
    private InterfaceName? CurrentName()
    {
        try
        {
            return control.FindAgain(Facts);
        }
        catch (LinuxException exception)
        {
            Note(exception.Message);
            return null;
        }
    }
}
