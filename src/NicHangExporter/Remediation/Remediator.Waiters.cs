using NicHangExporter.Hosting;
using NicHangExporter.Options;

namespace NicHangExporter.Remediation;

// Those who wait for an answer. A command in the kernel can't be cancelled, but nobody has to wait for it.
internal sealed partial class Remediator
{
    // The waiter is told; the lane stays taken until the kernel gives the thread back.
    private void Expire(Active active)
    {
        if (!active.TryExpire(out var isBegun))
            return;
        var (device, deadline) = (active.Request.Device.ToString(), PrometheusDuration.Format(_options.Remediation.Deadline));
        active.Outcome.TrySetResult(Answer(active, RemediationVerdict.Failed, isBegun
            ? $"a command to the kernel has not returned for {deadline} and can't be cancelled; the outcome{(active.Follows is { } other ? $", that of {other}," : "")} will be in the journal"
            : $"nothing was done: a command to the kernel has not returned for {deadline}, and until it does nothing else can be looked at"));
        if (active.Request.DryRun)
            return;
        _metrics.RemediationFailures.WithLabels(device, "timeout").Inc();
        LogOverdue(device, active.Id, deadline);
    }

    // The one that waits asks from now on what the newest report asks; null where none does, and then this one waits. Within the lock.
    private Active? TryJoinWaiting(Active active)
    {
        var (request, place) = (active.Request, (active.Request.Device, active.Request.Bus));
        if (!_localWaiting.TryGetValue(place, out var waiting) || waiting.IsExpired)
        {
            _localWaiting[place] = active;
            return null;
        }
        // The next action against a hang that the last one has not cured knows no more than the report before it.
        var next = request.Continues ? waiting.Request with { Continues = true } : request with { Continues = waiting.Request.Continues };
        // Who has joined it must get what he has asked for.
        if (!waiting.IsJoined || Covers(next, waiting.Request))
            waiting.Request = next;
        return waiting;
    }

    // Its turn has come: the next report is of something else.
    private void EndWaiting(Active active)
    {
        lock (_gate)
            if (_localWaiting.TryGetValue((active.Request.Device, active.Request.Bus), out var waiting) && waiting == active)
                _localWaiting.Remove((active.Request.Device, active.Request.Bus));
    }

    private List<Active> Waiting()
    {
        lock (_gate)
            return [.. _waiting];
    }

    /// <summary>A request on its way.</summary>
    private sealed class Active(string id, RemediationRequest request, long since)
    {
        private const int Asked = 0, Begun = 1, Expired = 2, BegunAndExpired = 3;

        private int _state;
        private volatile RemediationRequest _request = request;

        public string Id { get; } = id;

        /// <summary>What is asked for; of what waits it changes with the newest report.</summary>
        public RemediationRequest Request { get => _request; set => _request = value; }

        /// <summary>The pass under way whose outcome it waits for; null where it is carried out itself.</summary>
        public string? Follows { get; set; }

        /// <summary>Somebody else waits for its outcome as well. Within the lock.</summary>
        public bool IsJoined { get; set; }

        public long Since { get; } = since;

        public TaskCompletionSource<RemediationOutcome> Outcome { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Those that the loop has gone ahead of, and that hear of it what they would have heard of themselves.</summary>
        public List<Active> Followers { get; } = [];

        /// <summary>The asker has been told that it failed.</summary>
        public bool IsExpired => Volatile.Read(ref _state) >= Expired;

        /// <summary>It is being carried out, or was.</summary>
        public bool IsBegun => Volatile.Read(ref _state) is Begun or BegunAndExpired;

        /// <summary>From now on it is carried out; false where the asker has been told that nothing was done.</summary>
        public bool TryBegin() => Interlocked.CompareExchange(ref _state, Begun, Asked) == Asked;

        /// <summary>From now on the asker does not wait any more; false where that was so before.</summary>
        public bool TryExpire(out bool isBegun)
        {
            isBegun = Interlocked.CompareExchange(ref _state, BegunAndExpired, Begun) == Begun;
            return isBegun || Interlocked.CompareExchange(ref _state, Expired, Asked) == Asked;
        }
    }

    [LoggerMessage(EventIds.RemediationOverdue, LogLevel.Error, "A command to the kernel for {Device} ({Id}) has not returned for {Deadline}; nothing can cancel it, and nothing else is changed until it does")]
    private partial void LogOverdue(string device, string id, string deadline);
}
