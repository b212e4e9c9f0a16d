using System.Globalization;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Options;
using static NicHangExporter.Metrics.MetricType;

namespace NicHangExporter.Metrics;

/// <summary>
/// The standard process metrics, from /proc/self (proc(5)), with the names that all Prometheus client libraries use.
/// /proc/self is this process, independent of <c>path.procfs</c>.
/// </summary>
internal sealed class ProcessCollector(CollectorHealth health, TimeProvider clock) : IDisposable
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

    private readonly SelfStatFile _stat = new();
    private double? _bootTime;

    public void Write(ExpositionWriter writer, List<CollectorOutcome> outcomes)
    {
        var start = clock.GetTimestamp();
        string? failure = null;
        try
        {
            var stat = _stat.Read();
            writer.Single(Cpu, (stat.UserTicks + stat.SystemTicks) / TicksPerSecond);
            writer.Single(OpenFds, OpenFiles.Count());
            if (ResourceLimits.OpenFiles is { } limit)
                writer.Single(MaxFds, limit);
            writer.Single(VirtualMemory, stat.VirtualBytes);
            writer.Single(ResidentMemory, (double)stat.ResidentPages * Environment.SystemPageSize);
            writer.Single(StartTime, (_bootTime ??= BootTime()) + stat.StartTicks / TicksPerSecond);
            writer.Single(Threads, stat.Threads);
        }
        catch (Exception exception)
            when (exception is LinuxException or IOException or UnauthorizedAccessException or FormatException)
        {
            failure = exception.Message;
        }
        outcomes.Add(new CollectorOutcome(Collector.Process, failure is null, clock.GetElapsedTime(start)));
        health.Report(Collector.Process, failure);
    }

    public void Dispose() => _stat.Dispose();

    private static double BootTime()
    {
        foreach (var line in File.ReadLines("/proc/stat"))
            if (line.StartsWith("btime ", StringComparison.Ordinal))
                return double.Parse(line[6..], CultureInfo.InvariantCulture);
        throw new FormatException("/proc/stat has no btime");
    }
}
