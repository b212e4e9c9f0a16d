using NicHangExporter.Configuration;

namespace NicHangExporter.Remediation;

// Those who wait for an answer. A command in the kernel can't be cancelled, but nobody has to wait for it.
internal sealed partial class Remediator
{
    // The waiter is told; the lane stays taken until the kernel gives the thread back.
    private void Expire(Active active)
    {
        if (!active.TryExpire())
            return;
        var (device, deadline) = (active.Request.Device.ToString(), PrometheusDuration.Format(_options.RemediationDeadline));
        active.Outcome.TrySetResult(Answer(active, RemediationVerdict.Failed, active.IsBegun
            ? $"a command to the kernel has not returned for {deadline} and can't be cancelled; the outcome will be in the journal"
            : $"nothing was done: a command to the kernel has not returned for {deadline}, and until it does nothing else can be looked at"));
        if (active.Request.DryRun)
            return;
        _metrics.RemediationFailures.WithLabels(device, "timeout").Inc();
        LogOverdue(device, active.Id, deadline);
    }

    private List<Active> Waiting()
    {
        lock (_gate)
            return [.. _waiting];
    }

    /// <summary>A request on its way.</summary>
    private sealed class Active(string id, RemediationRequest request, long since)
    {
        private int _expired;
        private bool _begun;

        public string Id { get; } = id;

        public RemediationRequest Request { get; } = request;

        public long Since { get; } = since;

        public TaskCompletionSource<RemediationOutcome> Outcome { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>The asker has been told that it failed.</summary>
        public bool IsExpired => Volatile.Read(ref _expired) != 0;

        /// <summary>Its intent is in the journal.</summary>
        public bool IsBegun { get => Volatile.Read(ref _begun); set => Volatile.Write(ref _begun, value); }

        public bool TryExpire() => Interlocked.Exchange(ref _expired, 1) == 0;
    }

    [LoggerMessage(EventIds.RemediationOverdue, LogLevel.Error, "A command to the kernel for {Device} ({Id}) has not returned for {Deadline}; nothing can cancel it, and nothing else is changed until it does")]
    private partial void LogOverdue(string device, string id, string deadline);
}
