using System.Runtime.InteropServices;

namespace NicHangExporter.Bench;

/// <summary>The CPU clock of a process.</summary>
internal static partial class CpuClock
{
    // CPUCLOCK_SCHED (include/linux/posix-timers_types.h): the CPU time of a whole process, including ended threads.
    private const int Scheduler = 2;

    /// <summary>
    /// CPU time used so far, user and system: utime + stime of /proc/PID/stat, but without rounding to ticks of 10 ms.
    /// Null if the process has ended.
    /// </summary>
    public static TimeSpan? Of(int process) => GetTime(~process << 3 | Scheduler, out var time) == 0
        ? TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromMicroseconds(time.Nanoseconds / 1000.0)
        : null;

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out Timespec time);

    /// <summary><c>struct timespec</c> of a 64-bit machine.</summary>
    private readonly struct Timespec
    {
        public readonly long Seconds;
        public readonly long Nanoseconds;
    }
}
