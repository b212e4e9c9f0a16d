using System.Globalization;

namespace NicHangExporter.EndToEnd.Support;

/// <summary>What /proc says of a process from outside.</summary>
/// <param name="State">State of its first thread (proc(5)): S sleeping, T stopped, Z ended, …</param>
/// <param name="Threads">Number of threads.</param>
/// <param name="Descriptors">Number of open file descriptors.</param>
internal sealed record ProcStatus(char State, int Threads, int Descriptors)
{
    /// <summary>Looks at a process now.</summary>
    public static ProcStatus Of(int process)
    {
        var status = File.ReadLines($"/proc/{process}/status").Select(line => line.Split('\t', 2, StringSplitOptions.TrimEntries)).ToDictionary(pair => pair[0], pair => pair[^1]);
        var state = status["State:"][0];
        return new ProcStatus(state,
            int.Parse(status.GetValueOrDefault("Threads:", "0"), CultureInfo.InvariantCulture),
            state == 'Z' ? 0 : Directory.EnumerateFileSystemEntries($"/proc/{process}/fd").Count());
    }
}
