using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;

namespace NicHangExporter.Bench;

/// <summary>
/// A core of the machine. The scheduler would at times run the client and a server on one core and at times on two, and
/// the server's CPU time depends on it: on two cores each answer also wakes the client's core.
/// </summary>
/// <param name="number">Its number, from 0.</param>
internal sealed partial class Core(int number)
{
    // CPU_SETSIZE (glibc, sched.h): 1024 cores, a bit each.
    private const int Words = 1024 / 64;

    /// <summary>The cores that the calling thread may use, in ascending order.</summary>
    public static Core[] Allowed()
    {
        Span<ulong> mask = stackalloc ulong[Words];
        if (GetAffinity(0, Words * sizeof(ulong), mask) < 0)
            throw Failed("sched_getaffinity", 0);
        var cores = new List<Core>();
        for (var word = 0; word < Words; word++)
            for (var rest = mask[word]; rest != 0; rest &= rest - 1)
                cores.Add(new Core(word * 64 + BitOperations.TrailingZeroCount(rest)));
        return [.. cores];
    }

    /// <summary>Moves the calling thread to this core.</summary>
    public void PinCaller() => Pin(0);

    /// <summary>Moves all threads of a process to this core. Threads that they start later stay on it too.</summary>
    public void PinProcess(int process)
    {
        foreach (var task in Directory.EnumerateDirectories($"/proc/{process}/task"))
            Pin(int.Parse(Path.GetFileName(task), CultureInfo.InvariantCulture));
    }

    private void Pin(int thread)
    {
        Span<ulong> mask = stackalloc ulong[Words];
        mask[number / 64] = 1UL << number % 64;
        if (SetAffinity(thread, Words * sizeof(ulong), mask) != 0)
            throw Failed("sched_setaffinity", thread);
    }

    private static InvalidOperationException Failed(string call, int thread) =>
        new($"{call} of thread {thread}: errno {Marshal.GetLastPInvokeError()}");

    [LibraryImport("libc", EntryPoint = "sched_getaffinity", SetLastError = true)]
    private static partial int GetAffinity(int thread, nint size, Span<ulong> mask);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity", SetLastError = true)]
    private static partial int SetAffinity(int thread, nint size, ReadOnlySpan<ulong> mask);
}
