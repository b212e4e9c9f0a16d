using System.Collections.Immutable;
using NicHangExporter.Remediation.Policy;

namespace NicHangExporter.Remediation.Handling;

/// <summary>
/// Decides whether a request may change a device. It asks the gates in the order of <see cref="Gates"/>; the first that
/// answers ends the request. A request that passes all of them is executed. On the worker thread.
/// </summary>
internal sealed class RequestHandler(
    RequestQueue queue, FaultGuard guard, DeviceGates device, PlanGates plan, RunSupervisor runs)
{
    /// <summary>
    /// The checks between a request and an ioctl. The order is the safety argument of the program, and
    /// docs/reference/remediation.md explains each row.
    /// </summary>
    public static ImmutableArray<Gate> Gates { get; } =
    [
        // May the request be considered at all?
        new("shutdown", (handler, request) => handler._device.CheckShutdown(request), DeclineReason.ShuttingDown),
        new("deadline", (_, request) => DeviceGates.CheckExpired(request)) { Verdicts = [RemediationVerdict.Failed] },
        new("turn", (handler, request) => handler._device.CheckTurn(request), DeclineReason.Busy),

        // Is the device there, is it the one that is meant, and is nothing open on it?
        new("device", (handler, request) => handler._device.ReadDevice(request), DeclineReason.UnknownDevice)
        {
            Verdicts = [RemediationVerdict.Failed],
        },
        new("identity", (handler, request) => handler._device.CheckIdentity(request), DeclineReason.UnknownDevice),
        new("journal retry", (handler, _) => handler._device.RetryJournal()),
        new("link left down", (handler, request) => handler._device.RestoreLink(request))
        {
            Verdicts = [RemediationVerdict.Failed],
        },
        new("interrupted remediation", (handler, request) => handler._device.ResolveInterrupted(request))
        {
            Verdicts = [RemediationVerdict.Failed],
        },
        new("verification window", (handler, request) => handler._device.CheckWindow(request), DeclineReason.Busy),

        // Does the policy allow it?
        new("policy", (handler, request) => handler._plan.ApplyPolicy(request)) { Parts = RemediationPolicy.Gates },

        // What would be done, and is it worth its cost now?
        new("settings", (handler, request) => handler._plan.ReadSettings(request))
        {
            Verdicts = [RemediationVerdict.DeviceGone, RemediationVerdict.Failed],
        },
        new("plan", (handler, request) => handler._plan.MakePlan(request),
            DeclineReason.NothingToRollBack, DeclineReason.UnknownSetting, DeclineReason.NothingChangeable),
        new("no change", (handler, request) => handler._plan.CheckChange(request))
        {
            Verdicts = [RemediationVerdict.NothingToDo],
        },
        new("dry run", (_, request) => PlanGates.AnswerDryRun(request)) { Verdicts = [RemediationVerdict.DryRun] },
        new("traffic", (handler, request) => handler._plan.CheckTraffic(request),
            DeclineReason.Cooldown, DeclineReason.Bond),
        new("budget", (handler, request) => handler._plan.CheckBudget(request), DeclineReason.Quarantined),
        new("mode observe", (handler, request) => handler._plan.CheckObserve(request))
        {
            Verdicts = [RemediationVerdict.Observed],
        },

        // The last check before the change: the intent is on the disk.
        new("intent", (handler, request) => handler._runs.Start(request), DeclineReason.JournalUnavailable)
        {
            Verdicts = [RemediationVerdict.Failed],
        },
    ];

    private readonly DeviceGates _device = device;
    private readonly PlanGates _plan = plan;
    private readonly RunSupervisor _runs = runs;

    /// <summary>Answers the request, now or when the remediation that it starts has ended.</summary>
    public void Handle(PendingRequest pending)
    {
        queue.StopMerging(pending);
        if (!guard.Run(() => Evaluate(pending)))
            _runs.Fail(pending);
    }

    private void Evaluate(PendingRequest pending)
    {
        var evaluation = new Evaluation(pending);
        foreach (var gate in Gates)
        {
            if (gate.Check(this, evaluation) is { } answer)
            {
                queue.Finish(pending, answer);
                return;
            }
            if (evaluation.IsJoined)
                return;
        }
    }
}
