using NicHangExporter.Hosting;
using NicHangExporter.Metrics;
using NicHangExporter.Options;
using NicHangExporter.Text;

namespace NicHangExporter.Remediation.Handling;

/// <summary>
/// Answers all requests when a command to the kernel exceeds <c>remediation.deadline</c>. The command cannot be
/// cancelled: the worker stays blocked until it returns, but no caller waits for it.
/// </summary>
internal sealed partial class RequestDeadline(
    ExporterOptions options, RequestQueue queue, ExporterMetrics metrics, ILogger logger)
{
    /// <summary>Any thread may call, except the blocked one.</summary>
    public void ExpireAll()
    {
        foreach (var pending in queue.Pending())
            Expire(pending);
    }

    private void Expire(PendingRequest pending)
    {
        if (!pending.TryExpire(out var isStarted))
            return;
        var device = pending.Request.Device.ToString();
        var deadline = PrometheusDuration.Format(options.Remediation.Deadline);
        var whose = pending.Follows is { } other ? $", that of {other}," : "";
        pending.Outcome.TrySetResult(pending.Answer(RemediationVerdict.Failed, isStarted
            ? $"a command to the kernel has not returned for {deadline} and can't be cancelled;"
                + $" the outcome{whose} will be in the journal"
            : $"nothing was done: a command to the kernel has not returned for {deadline},"
                + " and until it does nothing else can be looked at"));
        if (pending.Request.DryRun)
            return;
        // Counted only here: no journal entry stands for it, because the outcome still comes.
        metrics.RemediationFailures.WithLabels(device, "timeout").Inc();
        LogOverdue(device, pending.Id, deadline);
    }

    [LoggerMessage(EventIds.RemediationOverdue, LogLevel.Error,
        "A command to the kernel for {Device} ({Id}) has not returned for {Deadline}; nothing can cancel it, and "
        + "nothing else is changed until it does")]
    private partial void LogOverdue(string device, string id, string deadline);
}
