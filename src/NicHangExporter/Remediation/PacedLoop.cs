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
    private readonly SemaphoreSlim _wake = new(0);

    /// <summary>Ends the wait if there is work. Never waits; any thread may call.</summary>
    public void Wake()
    {
        // A second call before the loop has taken the first one only makes it look once more.
        if (hasWork() && _wake.CurrentCount == 0)
            _wake.Release();
    }

    /// <summary>Runs until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                while (!hasWork())
                    await _wake.WaitAsync(stop);
                await Task.Delay(interval, clock, stop);
                await step(stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The program ends.
        }
    }
}
