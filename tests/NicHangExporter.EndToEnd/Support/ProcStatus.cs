namespace NicHangExporter.EndToEnd.Support;

/// <summary>The state of a process in /proc.</summary>
/// <param name="State">State of its first thread (proc(5)): S sleeping, T stopped, Z ended, …</param>
/// <param name="Threads">Number of threads, without those that the runtime starts and ends as needed.</param>
/// <param name="Breathing">Number of those: threads of the pool, and of the background compiler.</param>
/// <param name="Descriptors">Number of open file descriptors, without the libraries that the just-in-time runtime opens
/// on demand.</param>
internal sealed record ProcStatus(char State, int Threads, int Breathing, int Descriptors)
{
    /// <summary>Prefixes of the names of these threads. The kernel truncates names (TASK_COMM_LEN).</summary>
    private static readonly string[] BreathingThreads = [".NET TP", ".NET Tiered"];

    /// <summary>Reads the state of a process.</summary>
    public static ProcStatus Of(int process)
    {
        var state = File.ReadLines($"/proc/{process}/status")
            .First(line => line.StartsWith("State:", StringComparison.Ordinal))["State:".Length..].Trim()[0];
        var threads = ThreadNames(process);
        var breathing =
            threads.Count(name => BreathingThreads.Any(begin => name.StartsWith(begin, StringComparison.Ordinal)));
        return new ProcStatus(
            state, threads.Count - breathing, breathing,
            OpenFiles(process).Count(file => !file.EndsWith(".dll", StringComparison.Ordinal)));
    }

    /// <summary>The CPU time of the threads with this name, in nanoseconds (schedstat of
    /// Documentation/scheduler/sched-stats.rst).</summary>
    public static long CpuTime(int process, string threads)
    {
        long sum = 0;
        foreach (var thread in Directory.EnumerateDirectories($"/proc/{process}/task"))
            if (TryReadName(thread) == threads)
                sum += long.Parse(
                    File.ReadAllText($"{thread}/schedstat").Split(' ')[0],
                    System.Globalization.CultureInfo.InvariantCulture);
        return sum;
    }

    private static List<string> ThreadNames(int process)
    {
        var names = new List<string>();
        try
        {
            foreach (var thread in Directory.EnumerateDirectories($"/proc/{process}/task"))
                if (TryReadName(thread) is { } name)
                    names.Add(name);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The process has ended.
        }
        return names;
    }

    private static string? TryReadName(string thread)
    {
        try
        {
            return File.ReadAllText($"{thread}/comm").TrimEnd('\n');
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The thread has ended in between.
            return null;
        }
    }

    /// <summary>The targets of its file descriptors in /proc/PID/fd; empty if it has ended.</summary>
    public static List<string> OpenFiles(int process)
    {
        var files = new List<string>();
        try
        {
            foreach (var descriptor in Directory.EnumerateFileSystemEntries($"/proc/{process}/fd"))
                if (new FileInfo(descriptor).LinkTarget is { } target)
                    files.Add(target);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The process has ended, or the descriptor was closed in between.
        }
        return files;
    }
}
