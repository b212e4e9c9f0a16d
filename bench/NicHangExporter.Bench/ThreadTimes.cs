using System.Globalization;

namespace NicHangExporter.Bench;

/// <summary>CPU time and wake-ups of a process by thread name, between two moments.</summary>
internal sealed class ThreadTimes
{
    private readonly int _process;
    private readonly Dictionary<int, (string Name, long Nanoseconds, long Slices)> _before;

    /// <summary>Begins.</summary>
    public ThreadTimes(int process)
    {
        _process = process;
        _before = Read(process);
    }

    /// <summary>
    /// The CPU time in µs and the number of times that the scheduler ran the threads, since the begin. Threads with the
    /// same name are added up; a thread that has ended is missing.
    /// </summary>
    public IEnumerable<(string Name, double Microseconds, double Wakes)> Since() =>
        from thread in Read(_process)
        let before = _before.GetValueOrDefault(thread.Key)
        group (thread.Value, before) by thread.Value.Name into same
        select (
            same.Key,
            same.Sum(pair => (pair.Value.Nanoseconds - pair.before.Nanoseconds) / 1000.0),
            same.Sum(pair => (double)(pair.Value.Slices - pair.before.Slices)));

    // /proc/PID/task/TID/schedstat: time on the CPU in ns, time on the run queue, number of time slices.
    private static Dictionary<int, (string Name, long Nanoseconds, long Slices)> Read(int process)
    {
        var threads = new Dictionary<int, (string, long, long)>();
        foreach (var directory in Directory.EnumerateDirectories($"/proc/{process}/task"))
            try
            {
                var times = File.ReadAllText(Path.Combine(directory, "schedstat")).Split(' ');
                threads.Add(
                    int.Parse(Path.GetFileName(directory), CultureInfo.InvariantCulture),
                    (
                        File.ReadAllText(Path.Combine(directory, "comm")).TrimEnd('\n'),
                        long.Parse(times[0], CultureInfo.InvariantCulture),
                        long.Parse(times[2], CultureInfo.InvariantCulture)));
            }
            catch (IOException)
            {
                // The thread ended after the directory was listed.
            }
        return threads;
    }
}
