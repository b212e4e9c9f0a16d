using System.Collections.Immutable;
using NicHangExporter.Options;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Policy;

namespace NicHangExporter.Api.Alertmanager;

/// <summary>What the desk answers to a message: a decision on each alert, or why none could be made now.</summary>
/// <param name="Decisions">One for each alert, in their order.</param>
/// <param name="Refusal">Null where there are decisions. Trying again may cure it.</param>
internal sealed record IntakeResult(ImmutableArray<AlertDecision> Decisions, ApiProblem? Refusal = null)
{
    public static IntakeResult No(ApiProblem refusal) => new([], refusal);
}

/// <summary>
/// Takes alerts in: decides on a whole message and has what it accepts in the journal, on the disk, before it answers.
/// One message at a time, so that two Alertmanagers with the same alert are not both told that it is new. It never
/// waits longer than an Alertmanager of a pair does for the other.
/// </summary>
internal sealed class AlertIntake(ExporterOptions options, RemediationStore ledger, Remediator remediator,
    AlertDevices devices, TimeProvider clock) : IDisposable
{
    /// <summary>The most alerts that wait for something to be done about them.</summary>
    public const int MaxPending = BoundedAlerts.Most;

    /// <summary>How long a message waits for its turn, and then for the disk. Together less than a second.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(450);

    private readonly SemaphoreSlim _turn = new(1);
    private volatile bool _stopping;

    /// <summary>Takes nothing in any more: the program ends.</summary>
    public void Stop() => _stopping = true;

    /// <summary>Decides on the alerts of a sound message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="actor">The name of the credential that brought it.</param>
    public async Task<IntakeResult> TakeAsync(AlertmanagerMessage message, string actor)
    {
        using (var patience = new CancellationTokenSource(Patience, clock))
            try
            {
                await _turn.WaitAsync(patience.Token);
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
            // What waits may be in memory only: told that it is known, nobody would send it again, and a restart would
            // have forgotten it.
            if (rests && !Remembers)
                return IntakeResult.No(NoJournal);
            if (accepted.Count == 0)
                return new IntakeResult(decisions);
            if (ledger.State.Alerts.Count(alert => alert.Pending) + accepted.Count > MaxPending)
                return IntakeResult.No(ApiProblem.ManyWaiting);
            recording = Task.Run(() =>
                ledger.Record(new JournalEntry(JournalEvent.Alert) { Alerts = accepted, Actor = actor })
                || options.StateDirectory is null);
            return await recording.WaitAsync(Patience, clock)
                ? new IntakeResult(decisions)
                : IntakeResult.No(NoJournal);
        }
        catch (TimeoutException)
        {
            // It may get there later; then the repetition of the message is a duplicate, and something is done all the
            // same.
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

    // Without a directory there is nothing to be written, and nothing but to observe: enforcing needs one.
    private bool Remembers => options.StateDirectory is null || ledger.IsWritable;

    // Rests is true where the answer rests on the journal: something is accepted, or was and has not been acted on.
    private ImmutableArray<AlertDecision> Decide(IReadOnlyList<PostedAlert> alerts, out List<AcceptedAlert> accepted,
        out bool rests)
    {
        (accepted, rests) = ([], false);
        // The journal forgets with the next alert that it takes in; what is over its time is no longer known before
        // that, too.
        var age = ledger.Age;
        var before = ledger.State.Alerts.Where(alert => alert.IsKnownAt(age)).ToList();
        var known = before.Select(alert => alert.Identity).ToHashSet();
        var waiting = before.Where(alert => alert.Pending).Select(alert => alert.Identity).ToHashSet();
        var identities = HostIdentity.Read(options);
        var status = remediator.Status();
        var situation = new AlertSituation
        {
            Identities = identities,
            // A fleet has one receiver: what the others have is not looked for here.
            Devices = devices.Find(
                alerts.Where(alert => alert.Status == "firing" && AlertPolicy.IsMine(alert, identities))),
            Known = known,
            Mode = options.Mode(RemediationTrigger.Webhook),
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
