using NicHangExporter.Hosting;
using NicHangExporter.Linux;
using NicHangExporter.Remediation.Execution;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Policy;

namespace NicHangExporter.Remediation.Handling;

/// <summary>The gates before the policy: turn, device, and what earlier remediations have left open on it.</summary>
internal sealed partial class DeviceGates(
    RequestQueue queue, OutcomeFactory outcomes, DeviceControl control, RemediationStore store, JournalLoader journal,
    LinkRestorer links, CrashRecovery recovery, RunSupervisor runs, FollowUpScheduler followUps, ILogger logger)
{
    // The devices whose read error is in the log.
    private readonly HashSet<InterfaceName> _unreadable = [];

    /// <summary>Until the journal has been read, no device is known.</summary>
    public bool IsReady { get; set; }

    public RemediationOutcome? CheckShutdown(Evaluation evaluation) => queue.IsClosed
        ? outcomes.Decline(evaluation.Pending, DeclineReason.ShuttingDown, RemediationWorker.ShuttingDown)
        : null;

    public static RemediationOutcome? CheckExpired(Evaluation evaluation) => evaluation.Pending.IsExpired
        ? evaluation.Pending.Answer(RemediationVerdict.Failed, "nothing was done")
        : null;

    public RemediationOutcome? CheckTurn(Evaluation evaluation)
    {
        if (evaluation.Request.DryRun)
            return null;
        var turn = queue.TryTakeTurn(evaluation.Pending, out var other);
        evaluation.IsJoined = turn == RequestQueue.Turn.Joined;
        return turn == RequestQueue.Turn.Busy
            ? outcomes.Decline(evaluation.Pending, DeclineReason.Busy, RequestQueue.WhyBusy(other), queue.RetryAfter)
            : null;
    }

    public RemediationOutcome? ReadDevice(Evaluation evaluation)
    {
        var device = evaluation.Request.Device;
        try
        {
            // Without EEE and pause, for which some drivers ask the PHY: during a hang this runs every two seconds.
            var facts = IsReady ? control.Read(device, settings: false) : null;
            _unreadable.Remove(device);
            evaluation.Facts = facts!;
            return facts is not null ? null
                : outcomes.Decline(evaluation.Pending, DeclineReason.UnknownDevice,
                    $"there is no device {device} here");
        }
        catch (LinuxException exception)
        {
            if (_unreadable.Add(device))
                LogUnreadable(device.ToString(), exception.Message);
            return Fail(evaluation, exception.Message);
        }
    }

    public RemediationOutcome? CheckIdentity(Evaluation evaluation) =>
        evaluation.Request.Bus is { } bus && evaluation.Facts.Bus != bus
            ? outcomes.Decline(evaluation.Pending, DeclineReason.UnknownDevice,
                $"{evaluation.Request.Device} is another device now, at {Place(evaluation.Facts.Bus)}:"
                + $" what was to be remedied was at {Place(bus)}")
            : null;

    public RemediationOutcome? RetryJournal()
    {
        if (!store.IsWritable)
            journal.Maintain(now: true);
        return null;
    }

    public RemediationOutcome? RestoreLink(Evaluation evaluation)
    {
        var key = evaluation.Facts.Key;
        return !evaluation.Request.DryRun && store.State.Device(key) is { LeftDown: { } pending } record
            && !links.TryRestore(key, record, pending)
            ? Fail(evaluation, $"the link of {evaluation.Facts.Name} was taken down by an earlier remediation and can't"
                + " be brought up again")
            : null;
    }

    public RemediationOutcome? ResolveInterrupted(Evaluation evaluation)
    {
        var (name, key) = (evaluation.Facts.Name, evaluation.Facts.Key);
        if (evaluation.Request.DryRun || !store.IsOpen || runs.IsRunning || store.State.Device(key).Pending is null)
            return null;
        recovery.ResolveInterrupted();
        if (store.State.Device(key).Pending is not { } open)
            return null;
        var why = store.IsRunningElsewhere(open) ? "the process that carries it out lives" : $"{name} can't be read";
        return Fail(evaluation, $"the result of the remediation {open.Id} is not known yet, because {why}");
    }

    public RemediationOutcome? CheckWindow(Evaluation evaluation) =>
        evaluation.Request is { IsUnattended: true, Recover: true } && followUps.WaitFor(evaluation.Facts) is { } wait
            ? OutcomeFactory.DeclineUncounted(evaluation.Pending, DeclineReason.Busy,
                $"the verification window of the last remediation is not over on {evaluation.Facts.Name}", wait)
            : null;

    private static RemediationOutcome Fail(Evaluation evaluation, string why) =>
        evaluation.Pending.Answer(RemediationVerdict.Failed, $"nothing was changed: {why}");

    private static string Place(BusAddress bus) => bus.IsEmpty ? "no bus" : bus.ToString();

    [LoggerMessage(EventIds.DeviceUnreadable, LogLevel.Warning,
        "{Device} was to be remedied and can't even be read: {Error}")]
    private partial void LogUnreadable(string device, string error);
}
