using NicHangExporter.Detection;

namespace NicHangExporter.Tests.Detection;

/// <summary>The loop of the monitor's thread, for tests with a clock that they advance.</summary>
internal static class MonitorLoop
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Starts the thread and waits for the first round of its loop. Only from then on is the time of the first sample
    /// fixed: <see cref="HangMonitor.Ready"/> comes a moment before it, and a clock that a test advances in that moment
    /// moves the sample as well.
    /// </summary>
    public static void StartLoop(this HangMonitor monitor)
    {
        var rounds = 0;
        monitor.Start(() => Interlocked.Increment(ref rounds));
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref rounds) > 0, Timeout), "the loop has not begun");
    }
}
