namespace NicHangExporter.Linux.Tests.Kmsg;

/// <summary>A waiting reader must not use the processor: a busy loop of 300 ms would use as much CPU time.</summary>
internal static class Idle
{
    public static void While(Action wait)
    {
        var before = ThreadTime();
        wait();
        Assert.InRange((ThreadTime() - before).TotalMilliseconds, 0, 100);
    }

    // utime and stime of this thread alone, in ticks of 10 ms (proc_pid_stat(5)).
    private static TimeSpan ThreadTime()
    {
        var fields = File.ReadAllText("/proc/thread-self/stat").Split(") ")[1].Split(' ');
        return TimeSpan.FromMilliseconds(10 * (long.Parse(fields[11], null) + long.Parse(fields[12], null)));
    }
}
