namespace NicHangExporter.Linux;

/// <summary>Time since boot. Only differences count, so a step of the wall clock changes nothing.</summary>
public static class Uptime
{
    /// <summary>
    /// CLOCK_MONOTONIC, which starts at boot and stops while the machine is suspended. A fake clock counts from its own
    /// beginning.
    /// </summary>
    public static TimeSpan GetUptime(this TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        return clock.GetElapsedTime(0);
    }
}
