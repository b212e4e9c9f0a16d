using NicHangExporter.Linux;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Options;
using static NicHangExporter.Metrics.MetricType;

namespace NicHangExporter.Metrics;

/// <summary>
/// The standard process metrics, from /proc/self (proc(5)), with the names that all Prometheus client libraries use.
/// </summary>
internal sealed class ProcessCollector(CollectorHealth health, TimeProvider clock)
{
    public static readonly MetricFamily Cpu = new(
        "process_cpu_seconds_total", Counter, "User and system CPU time of the exporter in seconds (/proc/self/stat).");
    public static readonly MetricFamily OpenFds = new(
        "process_open_fds", Gauge, "Number of open file descriptors of the exporter (/proc/self/fd).");
    public static readonly MetricFamily MaxFds = new(
        "process_max_fds", Gauge, "Most file descriptors that the exporter may have open (/proc/self/limits).");
    public static readonly MetricFamily VirtualMemory = new(
        "process_virtual_memory_bytes", Gauge, "Virtual memory of the exporter in bytes (/proc/self/stat).");
    public static readonly MetricFamily ResidentMemory = new(
        "process_resident_memory_bytes", Gauge, "Resident memory of the exporter in bytes (/proc/self/stat).");
    public static readonly MetricFamily StartTime = new(
        "process_start_time_seconds", Gauge, "When the exporter started, as Unix time in seconds (/proc/self/stat).");
    public static readonly MetricFamily Threads = new(
        "process_threads", Gauge, "Number of threads of the exporter (/proc/self/stat).");

    // USER_HZ of every supported architecture, as seen by user space.
    private const double TicksPerSecond = 100;

    // /proc/self is this process, independent of --path.procfs.
    private const string Self = "/proc/self";

    private double? _startTime;

    public void Write(ExpositionWriter writer, List<CollectorOutcome> outcomes)
    {
        var start = clock.GetTimestamp();
        string? failure = null;
        try
        {
            var fields = Stat();
            writer.Single(Cpu, (Number(fields[13]) + Number(fields[14])) / TicksPerSecond);
            writer.Single(OpenFds, OpenFiles.Count());
            if (OpenFileLimit() is { } limit)
                writer.Single(MaxFds, limit);
            writer.Single(VirtualMemory, Number(fields[22]));
            writer.Single(ResidentMemory, Number(fields[23]) * Environment.SystemPageSize);
            writer.Single(StartTime, _startTime ??= BootTime() + Number(fields[21]) / TicksPerSecond);
            writer.Single(Threads, Number(fields[19]));
        }
        catch (Exception exception)
            when (exception is LinuxException or IOException or UnauthorizedAccessException or FormatException
                or IndexOutOfRangeException)
        {
            failure = exception.Message;
        }
        outcomes.Add(new CollectorOutcome(Collector.Process, failure is null, clock.GetElapsedTime(start)));
        health.Report(Collector.Process, failure);
    }

    private static double BootTime()
    {
        foreach (var line in File.ReadLines("/proc/stat"))
            if (line.StartsWith("btime ", StringComparison.Ordinal))
                return Number(line[6..]);
        throw new FormatException("/proc/stat has no btime");
    }

    private static string[] Stat()
    {
        var stat = File.ReadAllText(Self + "/stat");
        // The program name is in parentheses and may hold blanks and parentheses.
        var after = stat.LastIndexOf(')');
        return
        [
            .. stat[..after].Split(' ', 2),
            .. stat[(after + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries),
        ];
    }

    private static double? OpenFileLimit()
    {
        foreach (var line in File.ReadLines(Self + "/limits"))
            if (line.StartsWith("Max open files", StringComparison.Ordinal))
                return
                    line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, _, _, var soft, ..]
                    && soft != "unlimited"
                    ? Number(soft)
                    : null;
        return null;
    }

    private static double Number(string text) => double.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
