using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using NicHangExporter.Api;

namespace NicHangExporter.Bench;

/// <summary>Runs mtail over a whole file, in its one-shot mode.</summary>
internal sealed partial class Mtail(string mtail, string program)
{
    /// <summary>
    /// Runs it once. Returns the elapsed time, the CPU time of all its threads, and the sum of its counters.
    /// </summary>
    public (TimeSpan Elapsed, TimeSpan Cpu, int Found) Run(string log)
    {
        var before = ChildrenCpu();
        var start = Stopwatch.GetTimestamp();
        string[] arguments =
        [
            "--one_shot", "--one_shot_format=prometheus", "--logs", log, "--progs", program, "--address=127.0.0.1",
            "--port=0",
        ];
        using var process = Process.Start(
            new ProcessStartInfo(mtail, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.BeginErrorReadLine();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        var elapsed = Stopwatch.GetElapsedTime(start);
        return (
            elapsed,
            ChildrenCpu() - before,
            Sample().Matches(output)
                .Sum(match => int.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture)));
    }

    private static TimeSpan ChildrenCpu()
    {
        const int Children = -1; // RUSAGE_CHILDREN: those that have ended
        _ = GetUsage(Children, out var usage);
        return TimeSpan.FromSeconds(usage.UserSeconds + usage.SystemSeconds)
            + TimeSpan.FromMicroseconds(usage.UserMicroseconds + usage.SystemMicroseconds);
    }

    [LibraryImport("libc", EntryPoint = "getrusage")]
    private static partial int GetUsage(int who, out Usage usage);

    [GeneratedRegex(@"^hang_messages\{[^}]*\} (?<value>\d+)", RegexOptions.Multiline)]
    private static partial Regex Sample();

    /// <summary>
    /// <c>struct rusage</c> (include/uapi/linux/resource.h) of a 64-bit machine: two timevals, and fields that are not
    /// used here.
    /// </summary>
    [StructLayout(LayoutKind.Sequential, Size = 144)]
    private readonly struct Usage
    {
        public readonly long UserSeconds;
        public readonly long UserMicroseconds;
        public readonly long SystemSeconds;
        public readonly long SystemMicroseconds;
    }
}
