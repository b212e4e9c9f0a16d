using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;

namespace NicHangExporter.Bench;

/// <summary>
/// Cores of the machine. The CPU time of a scrape depends on whether the scheduler runs client and server on one core
/// or on two, so a measurement chooses the cores.
/// </summary>
internal sealed partial class Cores
{
    // CPU_SETSIZE (glibc, sched.h): 1024 cores, a bit each.
    private const int Words = 1024 / 64;

    private const int NoSuchProcess = 3; // ESRCH (include/uapi/asm-generic/errno-base.h)

    private readonly ulong[] _mask = new ulong[Words];

    private Cores()
    {
    }

    /// <summary>The cores that the calling thread may use.</summary>
    public static Cores Allowed()
    {
        var cores = new Cores();
        if (GetAffinity(0, Words * sizeof(ulong), cores._mask) < 0)
            throw Failed("sched_getaffinity", 0);
        return cores;
    }

    /// <summary>The last of these cores. The first one usually has the interrupts of the machine.</summary>
    public Cores Last()
    {
        var last = new Cores();
        var word = Array.FindLastIndex(_mask, bits => bits != 0);
        last._mask[word] = 1UL << BitOperations.Log2(_mask[word]);
        return last;
    }

    /// <summary>Lets the calling thread run on these cores only. A process that it starts inherits that.</summary>
    public void PinCaller() => Pin(0);

    /// <summary>Lets all threads of a process run on these cores only, also those that they start later.</summary>
    public void PinProcess(int process)
    {
        var pinned = new HashSet<int>();
        int before;
        do
        {
            before = pinned.Count;
            foreach (var task in Directory.GetDirectories($"/proc/{process}/task"))
                if (int.Parse(Path.GetFileName(task), CultureInfo.InvariantCulture) is var thread && pinned.Add(thread))
                    Pin(thread);
        }
        // A thread that was not pinned yet may have started another one.
        while (pinned.Count > before);
    }

    private void Pin(int thread)
    {
        // A thread may have ended meanwhile.
        if (SetAffinity(thread, Words * sizeof(ulong), _mask) != 0 && Marshal.GetLastPInvokeError() != NoSuchProcess)
            throw Failed("sched_setaffinity", thread);
    }

    private static InvalidOperationException Failed(string call, int thread) =>
        new($"{call} of thread {thread}: errno {Marshal.GetLastPInvokeError()}");

    [LibraryImport("libc", EntryPoint = "sched_getaffinity", SetLastError = true)]
    private static partial int GetAffinity(int thread, nint size, Span<ulong> mask);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity", SetLastError = true)]
    private static partial int SetAffinity(int thread, nint size, ReadOnlySpan<ulong> mask);
}
