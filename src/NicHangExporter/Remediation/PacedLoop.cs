namespace NicHangExporter.Remediation;

/// <summary>
/// Runs a step at an interval while there is work for it. Without work it waits for <see cref="Wake"/>, without a
/// timer.
/// </summary>
/// <param name="hasWork">True if the step has work. Any thread may ask.</param>
/// <param name="step">The step. An exception ends the loop.</param>
/// <param name="interval">The time before each step.</param>
/// <param name="clock">The clock.</param>
internal sealed class PacedLoop(
    Func<bool> hasWork, Func<CancellationToken, Task> step, TimeSpan interval, TimeProvider clock)
{
    private TaskCompletionSource _wake = NewWake();

    /// <summary>Ends the wait if there is work. Never waits; any thread may call.</summary>
    public void Wake()
    {
        // The caller has stored its work. Without a barrier, the processor may read the old wake before that store.
        Interlocked.MemoryBarrier();
        if (hasWork())
            Volatile.Read(ref _wake).TrySetResult();
    }

    /// <summary>Runs until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                while (!hasWork())
                {
                    await _wake.Task.WaitAsync(stop);
                    // Before the next look at the work: what comes after that look completes the new one. A full
                    // barrier, because a store may become visible after a later read.
                    Interlocked.Exchange(ref _wake, NewWake());
                }
                await Task.Delay(interval, clock, stop);
                await step(stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The program ends.
        }
    }

    // The caller of Wake must not run the loop.
    private static TaskCompletionSource NewWake() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
