using System.Globalization;

namespace NicHangExporter.EndToEnd.Support;

/// <summary>What /proc says of a process from outside.</summary>
/// <param name="State">State of its first thread (proc(5)): S sleeping, T stopped, Z ended, …</param>
/// <param name="Threads">Number of threads.</param>
/// <param name="Descriptors">Number of open file descriptors, but for the libraries that the just-in-time runtime opens when it first needs them.</param>
internal sealed record ProcStatus(char State, int Threads, int Descriptors)
{
    /// <summary>Looks at a process now.</summary>
    public static ProcStatus Of(int process)
    {
        var status = File.ReadLines($"/proc/{process}/status").Select(line => line.Split('\t', 2, StringSplitOptions.TrimEntries)).ToDictionary(pair => pair[0], pair => pair[^1]);
        var state = status["State:"][0];
        return new ProcStatus(state,
            int.Parse(status.GetValueOrDefault("Threads:", "0"), CultureInfo.InvariantCulture),
            OpenFiles(process).Count(file => !file.EndsWith(".dll", StringComparison.Ordinal)));
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
