using NicHangExporter.Linux;
using NicHangExporter.Options;
using NicHangExporter.Remediation.Policy;

namespace NicHangExporter.Remediation.Handling;

/// <summary>
/// The requests without an answer. At most one remediation runs on the whole host. A request for what the running one
/// does joins it and gets its outcome; any other request is declined as busy. Any thread may call; no method blocks.
/// </summary>
internal sealed class RequestQueue(ExporterOptions options, OutcomeFactory outcomes, TimeProvider clock)
{
    /// <summary>The result of <see cref="TryTakeTurn"/>.</summary>
    public enum Turn
    {
        /// <summary>The request may run.</summary>
        Taken,
        /// <summary>The outcome of the running remediation answers it.</summary>
        Joined,
        /// <summary>Another remediation runs.</summary>
        Busy,
    }

    private readonly Lock _lock = new();
    private readonly HashSet<PendingRequest> _pending = [];

    // Local requests that wait for their turn: one for each device, however many reports there are.
    private readonly Dictionary<(InterfaceName Device, BusAddress? Bus), PendingRequest> _local = [];
    private volatile PendingRequest? _active;
    private volatile bool _isClosed;
    private long _count;

    /// <summary>The request that has the turn, or is the first in line for it; null if there is no request.</summary>
    public PendingRequest? Active => _active;

    /// <summary>True after <see cref="Close"/>.</summary>
    public bool IsClosed => _isClosed;

    /// <summary>When it makes sense to repeat a request that was declined as busy, in seconds.</summary>
    public double RetryAfter => options.Remediation.VerifyWindow.TotalSeconds;

    /// <summary>Declines all later requests.</summary>
    public void Close()
    {
        lock (_lock)
            _isClosed = true;
    }

    /// <summary>Adds a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="pending">It, waiting for its turn.</param>
    /// <returns>
    /// Null if the caller must now hand it to the worker; else the ticket of a request that joined or was declined.
    /// </returns>
    public RemediationTicket? Add(RemediationRequest request, out PendingRequest pending)
    {
        var id = $"r{clock.GetUtcNow().ToUnixTimeMilliseconds():x}-{Interlocked.Increment(ref _count)}";
        pending = new PendingRequest(id, request, clock.GetTimestamp());
        lock (_lock)
        {
            if (_isClosed)
                return Decline(pending, DeclineReason.ShuttingDown, RemediationWorker.ShuttingDown);
            if (!request.DryRun && (Join(pending) ?? MergeOrWait(pending)) is { } ticket)
                return ticket;
            _pending.Add(pending);
        }
        return null;
    }

    /// <summary>The turn of a local request has come: the next report makes a request of its own.</summary>
    public void StopMerging(PendingRequest pending)
    {
        lock (_lock)
            if (_local.GetValueOrDefault(PlaceOf(pending)) == pending)
                _local.Remove(PlaceOf(pending));
    }

    /// <summary>Gives the turn to a request, unless a remediation that has started holds it.</summary>
    /// <param name="pending">The request.</param>
    /// <param name="other">The one that holds the turn.</param>
    public Turn TryTakeTurn(PendingRequest pending, out PendingRequest other)
    {
        lock (_lock)
        {
            if (_active is not { IsStarted: true } active || active == pending)
            {
                _active = other = pending;
                return Turn.Taken;
            }
            other = active;
            if (!Covers(other.Request, pending.Request))
                return Turn.Busy;
            // What it requests is being done: from now on no deadline answers it with "nothing was done".
            pending.Follows = other.Id;
            _ = pending.TryStart();
            other.Followers.Add(pending);
            return Turn.Joined;
        }
    }

    /// <summary>Answers a request and those that follow it.</summary>
    public void Finish(PendingRequest pending, RemediationOutcome outcome)
    {
        lock (_lock)
        {
            _pending.Remove(pending);
            if (_active == pending)
                _active = null;
        }
        pending.Outcome.TrySetResult(outcome);
        // No follower is added any more: the turn is free.
        foreach (var follower in pending.Followers)
            Finish(follower, outcome);
    }

    /// <summary>True if there is a request without an answer.</summary>
    public bool HasPending
    {
        get
        {
            lock (_lock)
                return _pending.Count > 0;
        }
    }

    /// <summary>The requests without an answer.</summary>
    public List<PendingRequest> Pending()
    {
        lock (_lock)
            return [.. _pending];
    }

    /// <summary>Why a request has to wait for another one.</summary>
    public static string WhyBusy(PendingRequest other) =>
        $"a remediation of {other.Request.Device} is running ({other.Id})";

    private RemediationTicket? Join(PendingRequest pending)
    {
        if (_active is not { } active)
            return null;
        if (active.IsExpired)
            return Decline(pending, DeclineReason.Busy,
                $"a command to the kernel for {active.Request.Device} has not returned ({active.Id})", RetryAfter);
        // A local request gets a turn of its own before requests that have not started: they may still be declined.
        if (pending.Request.Trigger == RemediationTrigger.Local && !active.IsStarted)
            return null;
        if (!Covers(active.Request, pending.Request))
            return Decline(pending, DeclineReason.Busy, WhyBusy(active), RetryAfter);
        active.IsJoined = true;
        return TicketOf(active, isJoined: true);
    }

    // Merges a local request into the one that waits for the same device. Any other request is the first in line, or
    // waits.
    private RemediationTicket? MergeOrWait(PendingRequest pending)
    {
        if (pending.Request.Trigger == RemediationTrigger.Local)
        {
            if (_local.TryGetValue(PlaceOf(pending), out var waiting) && !waiting.IsExpired)
            {
                Merge(waiting, pending.Request);
                return TicketOf(waiting, isJoined: true);
            }
            _local[PlaceOf(pending)] = pending;
        }
        _active ??= pending;
        return null;
    }

    private static void Merge(PendingRequest waiting, RemediationRequest newest)
    {
        // A follow-up has no newer information than the report before it.
        var merged = newest.Continues
            ? waiting.Request with { Continues = true }
            : newest with { Continues = waiting.Request.Continues };
        // A caller who joined must get what was requested.
        if (!waiting.IsJoined || Covers(merged, waiting.Request))
            waiting.Request = merged;
    }

    // True if the outcome of one request answers the other.
    private static bool Covers(RemediationRequest running, RemediationRequest other) =>
        running.Device == other.Device && running.Rollback == other.Rollback && (running.Recover || !other.Recover)
        && (other.Settings.IsEmpty ? running.Settings.IsEmpty : other.Settings.All(running.Settings.Contains));

    private static (InterfaceName, BusAddress?) PlaceOf(PendingRequest pending) =>
        (pending.Request.Device, pending.Request.Bus);

    private RemediationTicket Decline(
        PendingRequest pending, DeclineReason reason, string explanation, double? retryAfter = null)
    {
        pending.Outcome.TrySetResult(outcomes.Decline(pending, reason, explanation, retryAfter));
        return TicketOf(pending, isJoined: false);
    }

    private static RemediationTicket TicketOf(PendingRequest pending, bool isJoined) =>
        new(pending.Id, isJoined, pending.Outcome.Task);
}
