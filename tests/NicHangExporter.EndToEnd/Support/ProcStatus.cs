namespace NicHangExporter.EndToEnd.Support;

/// <summary>What /proc says of a process from outside.</summary>
/// <param name="State">State of its first thread (proc(5)): S sleeping, T stopped, Z ended, …</param>
/// <param name="Threads">Number of threads but for those that the runtime starts and ends as it likes.</param>
/// <param name="Breathing">Number of those: the pool's, started where work waits and taken back in its own time, and the compiler's in the background.</param>
/// <param name="Descriptors">Number of open file descriptors, but for the libraries that the just-in-time runtime opens when it first needs them.</param>
internal sealed record ProcStatus(char State, int Threads, int Breathing, int Descriptors)
{
    /// <summary>How the names of the pool's threads and of the compiler's begin, as far as the kernel keeps names (TASK_COMM_LEN).</summary>
    private static readonly string[] BreathingThreads = [".NET TP", ".NET Tiered"];

    /// <summary>Looks at a process now.</summary>
    public static ProcStatus Of(int process)
    {
        var state = File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("State:", StringComparison.Ordinal))["State:".Length..].Trim()[0];
        var threads = ThreadNames(process);
        var breathing = threads.Count(name => BreathingThreads.Any(begin => name.StartsWith(begin, StringComparison.Ordinal)));
        return new ProcStatus(state, threads.Count - breathing, breathing, OpenFiles(process).Count(file => !file.EndsWith(".dll", StringComparison.Ordinal)));
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
            // A thread that has ended meanwhile.
            return null;
        }
    }

    /// <summary>What its file descriptors refer to, as /proc/PID/fd shows it; none where it has ended.</summary>
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
            // A process that has ended, or a descriptor that was closed meanwhile.
        }
        return files;
    }
}
