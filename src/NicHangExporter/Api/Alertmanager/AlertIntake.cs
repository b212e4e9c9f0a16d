using System.Collections.Immutable;
using NicHangExporter.Options;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Policy;

namespace NicHangExporter.Api.Alertmanager;

/// <summary>The result for a message: a decision on each alert, or why none can be made now.</summary>
/// <param name="Decisions">One for each alert, in the same order.</param>
/// <param name="Refusal">Null if there are decisions. A repetition of the message may succeed.</param>
internal sealed record IntakeResult(ImmutableArray<AlertDecision> Decisions, ApiProblem? Refusal = null)
{
    public static IntakeResult No(ApiProblem refusal) => new([], refusal);
}

/// <summary>
/// Takes in alerts: decides on a whole message, and writes what it accepts to the journal on the disk, before it
/// answers. One message at a time: of two Alertmanagers with the same alert, only one gets it accepted. A message waits
/// no longer than an Alertmanager of a pair waits for the other.
/// </summary>
internal sealed class AlertIntake(ExporterOptions options, RemediationStore store, Remediator remediator,
    AlertDevices devices, TimeProvider clock) : IDisposable
{
    /// <summary>How many accepted alerts may be pending.</summary>
    public const int MaxPending = BoundedAlerts.Most;

    /// <summary>The timeout of a message for its turn, and again for the disk. Together less than a second.</summary>
    public static readonly TimeSpan TurnTimeout = TimeSpan.FromMilliseconds(450);

    private readonly SemaphoreSlim _turn = new(1);
    private volatile bool _stopping;

    /// <summary>Refuses messages from now on: the server stops.</summary>
    public void Stop() => _stopping = true;

    /// <summary>Decides on the alerts of a valid message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="actor">The name of the credential.</param>
    public async Task<IntakeResult> TakeAsync(AlertmanagerMessage message, string actor)
    {
        using (var timeout = new CancellationTokenSource(TurnTimeout, clock))
            try
            {
                await _turn.WaitAsync(timeout.Token);
            }
            catch (OperationCanceledException)
            {
                return IntakeResult.No(ApiProblem.SlowDisk);
            }
        var recording = Task.FromResult(true);
        try
        {
            if (_stopping)
                return IntakeResult.No(HttpStatusMapping.OfReason[DeclineReason.ShuttingDown]);
            var decisions = Decide(message.Alerts!, out var accepted, out var rests);
            // A pending alert that is only in memory must not be answered as known: nobody would send it again, and a
            // restart would forget it.
            if (rests && !Remembers)
                return IntakeResult.No(NoJournal);
            if (accepted.Count == 0)
                return new IntakeResult(decisions);
            if (store.State.Alerts.Count(alert => alert.Pending) + accepted.Count > MaxPending)
                return IntakeResult.No(ApiProblem.ManyWaiting);
            recording = Task.Run(() =>
                store.Record(new JournalEntry(JournalEvent.Alert) { Alerts = accepted, Actor = actor })
                || options.Paths.StateDirectory is null);
            return await recording.WaitAsync(TurnTimeout, clock)
                ? new IntakeResult(decisions)
                : IntakeResult.No(NoJournal);
        }
        catch (TimeoutException)
        {
            // It may be written later. Then the repetition of the message is a duplicate, and the alert is still acted
            // on.
            return IntakeResult.No(ApiProblem.SlowDisk);
        }
        finally
        {
            _ = recording.ContinueWith(_ => _turn.Release(), CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private static ApiProblem NoJournal => HttpStatusMapping.OfReason[DeclineReason.JournalUnavailable];

    // Without a state directory nothing is written, and the mode is observe: enforce needs a directory.
    private bool Remembers => options.Paths.StateDirectory is null || store.IsWritable;

    // Rests is true if the answer depends on the journal: an alert is accepted now, or was accepted and is pending.
    private ImmutableArray<AlertDecision> Decide(IReadOnlyList<PostedAlert> alerts, out List<AcceptedAlert> accepted,
        out bool rests)
    {
        (accepted, rests) = ([], false);
        // The journal drops old alerts with the next accepted one. An alert whose time is over is unknown before that,
        // too.
        var age = store.Age;
        var before = store.State.Alerts.Where(alert => alert.IsKnownAt(age)).ToList();
        var known = before.Select(alert => alert.Identity).ToHashSet();
        var waiting = before.Where(alert => alert.Pending).Select(alert => alert.Identity).ToHashSet();
        var identities = HostIdentity.Read(options);
        var status = remediator.Status();
        var situation = new AlertSituation
        {
            Identities = identities,
            // A fleet has one receiver: the devices of other hosts are not looked up.
            Devices = devices.Find(
                alerts.Where(alert => alert.Status == "firing" && AlertPolicy.IsMine(alert, identities))),
            Known = known,
            Mode = options.Remediation.Mode(RemediationTrigger.Webhook),
            IsPaused = status.Paused,
            IsCapable = status.Capable,
        };
        var decisions = ImmutableArray.CreateBuilder<AlertDecision>(alerts.Count);
        foreach (var alert in alerts)
        {
            var decision = AlertPolicy.Decide(alert, situation);
            decisions.Add(decision);
            if (decision is not { Verdict: AlertVerdict.Accepted or AlertVerdict.Duplicate, Device: { } device })
                continue;
            var one = new AcceptedAlert(new AlertKey(alert.Fingerprint!, alert.StartsAt!.Value.ToUniversalTime()),
                device.ToString())
            {
                Bus = situation.Devices[device].Hang?.Bus.ToString(),
            };
            rests |= waiting.Contains(one.Identity) || decision.Verdict == AlertVerdict.Accepted;
            if (decision.Verdict == AlertVerdict.Accepted && known.Add(one.Identity))
                accepted.Add(one);
        }
        return decisions.MoveToImmutable();
    }
}
