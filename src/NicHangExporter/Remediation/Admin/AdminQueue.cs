using NicHangExporter.Options;

namespace NicHangExporter.Remediation.Admin;

/// <summary>
/// Runs administrative requests on the worker thread and waits for the answer, at most <c>remediation.deadline</c>.
/// </summary>
internal sealed class AdminQueue(
    ExporterOptions options, RemediationWorker worker, FaultGuard guard, TimeProvider clock)
{
    private const string Unexpected = "an unexpected error, which is in the log";

    /// <summary>Queues a request.</summary>
    /// <param name="work">
    /// Must claim the request before it changes anything, unless the change is safe at any later time.
    /// </param>
    /// <param name="late">
    /// The answer after the deadline if the work still runs later; null if it is then dropped.
    /// </param>
    /// <returns>Null if it is done, else the error.</returns>
    public async Task<AdminError?> RunAsync(Func<AdminRequest, AdminError?> work, AdminError? late = null)
    {
        var request = new AdminRequest();
        var answer = new TaskCompletionSource<AdminError?>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!worker.Post(Run, isExternal: true))
            return new AdminError(AdminErrorKind.ShuttingDown, RemediationWorker.ShuttingDown);
        try
        {
            return await answer.Task.WaitAsync(options.Remediation.Deadline, clock);
        }
        catch (TimeoutException)
        {
            return late ?? new AdminError(AdminErrorKind.Busy, request.TryGiveUp()
                ? "nothing was done: the remediation thread is busy with a command that the kernel does not return from"
                : "it is being done, but the disk of the journal does not answer; the status shows the result");
        }

        void Run()
        {
            if (request.IsGivenUp && late is null)
                return;
            if (!guard.Run(() => answer.TrySetResult(work(request))))
                answer.TrySetResult(new AdminError(AdminErrorKind.Failed, Unexpected));
        }
    }
}
